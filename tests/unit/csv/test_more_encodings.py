"""Encodings other than Unicode and the Western ones: every byte of a file comes back, and bytes
that are not a character stay the fault of their cell."""

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csvgate.contracts.encoding_names import MULTI_BYTE, SINGLE_BYTE, codec_name
from csvgate.csv.decoding import open_text
from csvgate.csv.encodings import codec_names
from csvgate.rejects.reject_file import RejectFile
from csvgate.validation.validate import validate
from unit.validation.files import batches, contract, cut, faults, valid_rows

SIZES = st.lists(st.integers(0, 7))
PATHS = {"rules": 2**62, "blocks": 1}
WORDS = {
    "windows-1250": "Łódź", "windows-1251": "Объём", "cp437": "Ärger", "cp850": "Jürgen",
    "cp852": "Čapek", "cp866": "Ёлка", "koi8-r": "Ёлка", "koi8-u": "Їжак", "mac-roman": "l’été",
    "mac-cyrillic": "Ёлка", "iso-8859-2": "Łódź", "iso-8859-7": "Ελλάδα", "iso-8859-15": "5 €",
    "windows-1253": "Ελλάδα", "windows-1254": "İzmir", "windows-1255": "שלום",
    "windows-1256": "سلام", "windows-1257": "Šiauliai", "windows-1258": "Đà", "tis-620": "ไทย",
    "shift_jis": "ソ表①ｱ～", "sjis": "能登", "euc-jp": "能登", "gb18030": "鎔€𠀋", "gbk": "镕",
    "gb2312": "人名", "big5": "許功蓋", "big5-hkscs": "㗎", "euc-kr": "똠방각하", "cp949": "한글",
}  # fmt: skip
"""For each name in a contract a text that is written in it; the characters of several bytes have
some whose second byte is a backslash, a quote's neighbour or a vertical bar in ASCII."""


@pytest.mark.parametrize("encoding", WORDS)
@pytest.mark.parametrize("path", PATHS)
def test_words_are_read_by_both_paths(encoding: str, path: str) -> None:
    (name,) = codec_names(encoding)
    label, rows = WORDS[encoding], 300
    rules = contract({"name": "a", "label": label}, "b", encoding=encoding)
    lines = [f"{label},b", *[f'{label}{n},"{label}|, x"' for n in range(rows)]]
    found = list(
        validate(
            ["\r\n".join(lines).encode(name)], rules, vector_bytes=PATHS[path], block_bytes=999
        )
    )
    read = [(int(str(line)), tuple(map(str, values))) for line, values in valid_rows(found)]
    assert [(n + 2, (f"{label}{n}", f"{label}|, x")) for n in range(rows)] == read


@pytest.mark.parametrize("encoding", sorted(SINGLE_BYTE))
def test_ascii_stays_ascii(encoding: str) -> None:
    """No other byte may become a delimiter, a quote or a line end, and none has two bytes."""
    every = bytes(range(256))
    text = every.decode(encoding, "surrogateescape")
    assert every[:128].decode("ascii") == text[:128]
    assert 256 == len(set(text))
    assert codec_name(encoding) == encoding


@pytest.mark.parametrize("encoding", sorted(MULTI_BYTE))
def test_no_byte_alone_is_ascii(encoding: str) -> None:
    text = bytes(range(128)).decode(encoding)
    assert bytes(range(128)).decode("ascii") == text
    for byte in range(128, 256):
        assert not any(c.isascii() for c in bytes((byte,)).decode(encoding, "surrogateescape"))


@settings(max_examples=300)
@given(
    st.sampled_from(sorted(SINGLE_BYTE | MULTI_BYTE)),
    st.lists(
        st.one_of(
            st.binary(max_size=6), st.sampled_from([b"a", b"\n", b'",', b"\x81", b"\xd2\xae"])
        )
    ),
    SIZES,
)
def test_bytes_become_characters_or_stay_invalid(
    encoding: str, parts: list[bytes], sizes: list[int]
) -> None:
    # The first 1,024 bytes are read as one piece in any case.
    first = b"a,b\n" + b"x,y\n" * 300
    data = first + b"".join(parts)
    mark, pieces = open_text(cut(data, [len(first), *sizes]), encoding)
    text = b"".join(pieces)
    expected = data.decode(encoding, "surrogateescape")
    if encoding in ("cp1252", "iso8859-1"):
        assert expected == text.decode("utf-8", "surrogateescape")
    else:
        assert expected == text.decode("utf-8", "surrogatepass")
    if encoding in SINGLE_BYTE:
        assert data == mark.to_file_encoding(text)
    else:
        # Some characters have two forms in these encodings.
        again = mark.to_file_encoding(text)
        assert expected == again.decode(encoding, "surrogateescape")
        try:
            text.decode()
        except UnicodeDecodeError:
            assert any("\ud800" <= char <= "\udfff" for char in expected)
        else:
            assert not any("\ud800" <= char <= "\udfff" for char in expected)


@pytest.mark.parametrize(
    ("encoding", "damaged"),
    [
        ("iso-8859-7", b"\xd2\xae"),  # two bytes that are not assigned, and would be UTF-8
        ("windows-1255", b"\xd9\xff"),
        ("windows-1253", b"\xd2"),
        ("shift_jis", b"\x81"),
        ("euc-jp", b"\xa4"),
        ("gb18030", b"\x81\x30"),
        ("gb18030", b"\xff"),
        ("big5", b"\x80"),
        ("euc-kr", b"\xc9"),
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_damage_is_the_fault_of_its_cell(encoding: str, damaged: bytes, path: str) -> None:
    """Whatever follows: the delimiter, the quote and the line end after it are still there."""
    rules = contract("a", "b", encoding=encoding)
    data = b"a,b\n" + damaged + b',x\n"' + damaged + b'",y\nz,' + damaged + b"\n1,2\n" + damaged
    found = list(validate([data], rules, vector_bytes=PATHS[path]))
    rejected = [row for batch in found for row in batch.rejected]
    assert [
        (2, "a", "encoding.invalid"),
        (3, "a", "encoding.invalid"),
        (4, "b", "encoding.invalid"),
        (6, None, "row.too_few_fields"),
    ] == [(f.line, f.column, f.code) for row in rejected for f in row.faults]
    file = RejectFile(rules)
    rejects = b"".join(map(file.render, found))
    for raw in (damaged + b",x\n", b'"' + damaged + b'",y\n', b"z," + damaged + b"\n"):
        assert raw in rejects
    mark, pieces = open_text([rejects], encoding)
    assert rejects == mark.to_file_encoding(b"".join(pieces))


@pytest.mark.parametrize(
    ("encoding", "name", "rows"),
    [
        ("windows-1251", "cyrillic_1251", [("1", "Анна"), ("2", "Пётр")]),
        ("shift_jis", "shift_jis", [("1", "山田"), ("2", "鈴木")]),
        ("cp850", "cp850", [("1", "Müller"), ("2", "Jürgen")]),
    ],
)
def test_small_files(encoding: str, name: str, rows: list[tuple[str, str]]) -> None:
    label = {"cyrillic_1251": "номер,имя", "shift_jis": "番号,名前", "cp850": "nr,name"}[name]
    data = "\n".join([label, *map(",".join, rows), ""]).encode(codec_names(encoding)[0])
    fields = [{"name": f"c{n}", "label": text} for n, text in enumerate(label.split(","))]
    found = batches(data, contract(*fields, encoding=encoding))
    assert rows == [values for _, values in valid_rows(found)]


@pytest.mark.parametrize("encoding", ["cp437", "shift_jis", "gb18030"])
def test_a_mark_takes_precedence(encoding: str) -> None:
    data = codecs.BOM_UTF8 + "a,b\né,日𝄞\n".encode()
    assert [(2, ("é", "日𝄞"))] == valid_rows(batches(data, contract("a", "b", encoding=encoding)))


EITHER = ["windows-1251", "koi8-r", "cp866", "iso-8859-7", "windows-1255", "cp850", "mac-roman"]


@pytest.mark.parametrize("other", EITHER)
def test_a_file_in_utf_8_or_another(other: str) -> None:
    rules = contract("a", "b", encoding=["utf-8", other])
    word = {"mac-roman": "été", "cp866": "Пётр"}.get(other, WORDS[other])
    text = f"a,b\n{word},x\n"
    for encoding in ("utf-8", other):
        found = batches(text.encode(encoding), rules)
        assert [(2, tuple(text.splitlines()[1].split(",")))] == valid_rows(found)


def test_a_word_of_another_alphabet_may_contain_what_looks_like_utf_8() -> None:
    """An R and a closing quotation mark of Windows-1251 are the two bytes of a character."""
    rules = contract("a", "b", encoding=["utf-8", "windows-1251"])
    data = "a,b\nООО «ВЕКТОР»,x\n".encode("cp1251")
    assert b"\xd0\xbb" in data
    assert [(2, ("ООО «ВЕКТОР»", "x"))] == valid_rows(batches(data, rules))


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("Анна,1\n".encode("cp1251") + "Пётр,2\n".encode(), [2]),
        ("Пётр,2\n".encode() + "Анна,1\n".encode("cp1251"), [3]),
        ("Анна,1\n".encode("cp1251") + "é,2\n".encode(), [2]),
        ("Анна,1\n".encode("cp1251") + b"\x98,2\n", [2, 3]),  # not assigned
    ],
)
def test_an_uncertain_file_stays_utf_8(body: bytes, lines: list[int]) -> None:
    rules = contract("a", "b", encoding=["utf-8", "windows-1251"])
    expected = [(line, "a", "encoding.invalid") for line in lines]
    assert expected == faults(b"a,b\n" + body, rules)


@pytest.mark.parametrize("encoding", ["shift_jis", "gb18030", "big5"])
def test_a_character_may_be_divided_between_pieces(encoding: str) -> None:
    """Its second byte alone is ASCII."""
    character = {"shift_jis": b"\x83\x5c", "gb18030": b"\x81\x30\x84\x36", "big5": b"\xa5\x5c"}[
        encoding
    ]
    start = b"a,b\n" + b"x,y\n" * 300
    pieces = [start, *(bytes((byte,)) for byte in character), b",z\n"]
    _, text = open_text(pieces, encoding)
    assert (start + character + b",z\n").decode(codec_names(encoding)[0]) == b"".join(text).decode()
