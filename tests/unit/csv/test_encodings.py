"""The encoding is decided by the mark, by the contract, or by the bytes if these are certain."""

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csvgate.contracts.model import Dialect, Encoding
from csvgate.csv.decoding import open_text
from csvgate.csv.encodings import WINDOW
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer
from csvgate.validation.faults import FileFault
from unit.validation.files import batches, contract, cut, faults, valid_rows

EITHER: Encoding = ("utf-8", "windows-1252")
SIZES = st.lists(st.integers(0, 7))
NAMED = st.sampled_from(
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("iso-8859-1", b""),
        ("windows-1252", b""),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    ]
)


def read(data: bytes, encoding: Encoding = "utf-8", sizes: list[int] | None = None) -> list[object]:
    """What comes out as UTF-8, the mark, the encoding."""
    mark, pieces = open_text(cut(data, sizes or []), encoding)
    text = b"".join(pieces)
    return [text, bytes(mark), mark.encoding]


def row(data: bytes, encoding: Encoding) -> tuple[object, ...]:
    """The one row's values."""
    ((_, values),) = valid_rows(batches(data, contract("a", "b", encoding=encoding)))
    return values


@given(st.text(max_size=30), NAMED, SIZES)
def test_text_comes_as_pythons_codecs_read_it(
    text: str, named: tuple[str, bytes], sizes: list[int]
) -> None:
    encoding, mark = named
    body = f"a,b\n{text}".encode(encoding, "replace")
    contract_says = "utf-8" if mark else encoding
    assert [body.decode(encoding).encode(), mark, codecs.lookup(encoding).name] == read(
        mark + body, contract_says, sizes
    )


@pytest.mark.parametrize("says", ["utf-8", "iso-8859-1", "utf-16", "utf-16-be", EITHER])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_a_mark_takes_precedence_over_the_contract(
    mark: bytes, encoding: str, says: Encoding
) -> None:
    assert ("é", "日𝄞") == row(mark + "a,b\né,日𝄞\n".encode(encoding), says)


@pytest.mark.parametrize(
    ("data", "says", "message"),
    [
        (codecs.BOM_UTF32_LE, "utf-8", "is in UTF-32"),
        (codecs.BOM_UTF32_BE, "utf-16", "is in UTF-32"),
        ("a,b\n".encode("utf-16-le"), "utf-8", "seems to be in utf-16-le"),
        ("a,b\n".encode("utf-16-be"), "latin-1", "seems to be in utf-16-be"),
        ("a,b\n".encode("utf-16-be"), "utf-16-le", "seems to be in utf-16-be"),
        ("a,b\n".encode("utf-16-le"), "utf-16", "seems to be in utf-16-le"),
        ("é,ü\n".encode("utf-16-le"), EITHER, "seems to be in utf-16-le"),
        ("日,本\n".encode("utf-16-le"), "utf-16", "has no byte order mark"),
        (b"a,b\n1,2\n", "utf-16-le", "has no zero bytes at its start"),
        (b"a,b\n1,2\n", "utf-16-be", "has no zero bytes at its start"),
    ],
)
def test_first_bytes_that_contradict_the_contract(
    data: bytes, says: Encoding, message: str
) -> None:
    with pytest.raises(FileFault, match=rf"file\.encoding: the file {message}"):
        open_text([data], says)


@pytest.mark.parametrize("says", ["utf-8", "utf-16", "utf-16-le", "latin-1", EITHER])
def test_an_empty_file_is_empty_in_any_encoding(says: Encoding) -> None:
    assert [(1, None, "file.empty")] == faults(b"", contract("a", encoding=says))


@given(st.lists(st.integers(0, 0xFFFF), max_size=12), st.sampled_from(["le", "be"]), SIZES)
def test_utf16_goes_back_as_it_was(units: list[int], order: str, sizes: list[int]) -> None:
    """Surrogate pairs become a character, lone surrogates become bytes that are not UTF-8."""
    encoding = f"utf-16-{order}"
    data = b"".join(unit.to_bytes(2, "little" if order == "le" else "big") for unit in units)
    head = "a,b\n".encode(encoding)
    mark, pieces = open_text(cut(head + data, sizes), encoding)
    text = b"".join(pieces)
    assert head + data == mark.to_file_encoding(text)
    lone = any("\ud800" <= char <= "\udfff" for char in data.decode(encoding, "surrogatepass"))
    try:
        text.decode()
    except UnicodeDecodeError:
        assert lone
    else:
        assert not lone


@given(st.binary(max_size=30), st.sampled_from(["windows-1252", "iso-8859-1"]), SIZES)
def test_single_bytes_go_back_as_they_were(data: bytes, encoding: str, sizes: list[int]) -> None:
    mark, pieces = open_text(cut(b"a,b\n" + data, sizes), encoding)
    assert b"a,b\n" + data == mark.to_file_encoding(b"".join(pieces))


@pytest.mark.parametrize("filling", [b"", b"a" * 300_000])
@given(data=st.binary(max_size=300), sizes=SIZES)
def test_windows_1252_is_converted_by_its_table(
    filling: bytes, data: bytes, sizes: list[int]
) -> None:
    """Where characters that Latin-1 lacks are rare, and where they are not."""
    whole = b"a\n" + bytes(range(256)) + data + filling
    _, pieces = open_text(cut(whole, sizes), "windows-1252")
    expected = whole.decode("cp1252", "surrogateescape").encode("utf-8", "surrogateescape")
    assert expected == b"".join(pieces)


def test_half_a_pair_is_the_fault_of_its_cell() -> None:
    data = "a,b\nx,".encode("utf-16") + b"\x00\xd8" + "\ny,z\n".encode("utf-16-le")
    rules = contract("a", "b")
    assert [(2, "b", "encoding.invalid")] == faults(data, rules)
    assert [(3, ("y", "z"))] == valid_rows(batches(data, rules))


def test_a_byte_that_windows_1252_lacks_is_the_fault_of_its_cell() -> None:
    rules = contract("a", "b", encoding="windows-1252")
    assert [(2, "a", "encoding.invalid")] == faults(b"a,b\n\x81,\x80\n\xe9,\x80\n", rules)
    assert [(3, ("é", "€"))] == valid_rows(batches(b"a,b\n\x81,\x80\n\xe9,\x80\n", rules))


def test_an_odd_byte_at_the_end_of_utf16_is_a_file_cut_off() -> None:
    data = "a,b\n1,2\n".encode("utf-16") + b"x"
    assert [(1, None, "file.text_truncated")] == faults(data, contract("a", "b"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a,b\n1,2\n", ("1", "2")),
        (b"a,b\ncaf\xe9,2\n", ("café", "2")),
        (b"a,b\ncaf\xc3\xa9,2\n", ("café", "2")),
        (b"a,b\n\x80,\x93x\x94\n", ("€", "“x”")),
    ],
)
def test_one_of_two_encodings(data: bytes, expected: tuple[str, str]) -> None:
    assert expected == row(data, EITHER)
    assert expected == row(data, ("windows-1252", "UTF8"))


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b"\xc3\xa9,1\n\xe9,2\n", 3),  # some of it is UTF-8
        (b"\xe9,1\n\xc3\xa9,2\n", 2),
        (b"\xe9\x81,1\nx,2\n", 2),  # not of Windows-1252 either
    ],
)
def test_an_uncertain_file_is_read_as_utf8(body: bytes, line: int) -> None:
    rules = contract("a", "b", encoding=EITHER)
    assert [(line, "a", "encoding.invalid")] == faults(b"a,b\n" + body, rules)


@settings(max_examples=20, deadline=None)
@given(st.integers(WINDOW - 3, WINDOW + 3), st.lists(st.integers(0, 2 * WINDOW), max_size=3))
def test_the_window_decides_whatever_the_pieces(gap: int, sizes: list[int]) -> None:
    """It starts at the first byte that is not ASCII, however far that is, and ends WINDOW later."""
    data = b"a" * (WINDOW + 9) + b"\xe9" + b"a" * gap + b"\xc3\xa9"
    decided = "utf-8" if gap + 3 <= WINDOW else "cp1252"
    assert decided == read(data, EITHER, sizes)[2]


@given(
    st.lists(st.sampled_from(["a", "é", "日", "𝄞", "\ud800", "\udc00", "\n"])).map("".join),
    st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]),
    st.integers(1, 9),
)
def test_a_line_is_cut_between_characters(text: str, encoding: str, limit: int) -> None:
    data = ("a,b\n" + text).encode(encoding, "surrogatepass")
    mark, pieces = open_text([data], encoding)
    for record in Framer(pieces, Grammar(Dialect()), limit=limit).records():
        assert mark.to_file_encoding(record.raw) in data
        assert limit >= len(record.raw)
        if "\ud800" not in text and "\udc00" not in text:
            assert record.raw.decode() in text + "a,b"


@pytest.mark.parametrize("sizes", [[], [WINDOW], [1, WINDOW + 5], [70_000] * 40])
@pytest.mark.parametrize("says", ["windows-1252", EITHER])
def test_a_file_has_one_encoding_up_to_its_end(says: Encoding, sizes: list[int]) -> None:
    """The first character that shows it comes early, the last ones long after the window."""
    text = "a,b\né,1\n" + "x,2\n" * (WINDOW // 2) + "ü,3\n" + "y,4\n" * 20_000 + "ß,5\n"
    assert [text.encode(), b"", "cp1252"] == read(text.encode("cp1252"), says, sizes)
    assert [text.encode(), b"", "utf-8"] == read(text.encode(), EITHER, sizes)


@pytest.mark.parametrize("sizes", [[], [2000], [2001], [2000, 1, 1], [2000, WINDOW - 9]])
@pytest.mark.parametrize(("gap", "encoding"), [(50, "utf-8"), (WINDOW, "cp1252")])
def test_later_pieces_help_to_decide(gap: int, encoding: str, sizes: list[int]) -> None:
    """A damaged byte comes first and a character of UTF-8 later, within the window or behind it."""
    data = b"a,b\n" + b"x,1\n" * 499 + b"\xe9" + b"x" * gap + "é".encode() + b",1\n"
    text = data if encoding == "utf-8" else data.decode("cp1252").encode()
    assert [text, b"", encoding] == read(data, EITHER, sizes)
