"""Every row of any upload is read once and is valid or rejected, or the file is refused."""

import codecs
import csv
import gzip
import io
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from csvgate.contracts.model import Contract, Encoding
from csvgate.csv.compression import decompress
from csvgate.csv.decoding import open_text
from csvgate.csv.encodings import ByteOrderMark
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer
from csvgate.rejects.reject_file import RejectFile
from csvgate.validation.batch import Batch
from csvgate.validation.codes import CODES
from csvgate.validation.faults import FileFault
from csvgate.validation.validate import validate
from unit.validation.files import contract, cut, rejected_rows, valid_rows

FIELDS = ({"name": "a", "type": "integer"}, {"name": "b", "constraints": {"unique": True}})
SIZES = st.lists(st.integers(0, 9))
SAYS: list[Encoding] = [
    "utf-8", "windows-1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be",
    ("utf-8", "windows-1252"), ("latin-1", "utf-8"), "cp437", "iso-8859-7", ("utf-8", "koi8-r"),
]  # fmt: skip
MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
DIALECTS = st.fixed_dictionaries(
    {},
    optional={
        "delimiter": st.sampled_from([",", ";", "\t", "|", "||", "<>"]),
        "quoteChar": st.sampled_from(['"', "'", None]),
        "escapeChar": st.just("\\"),
        "doubleQuote": st.booleans(),
        "skipInitialSpace": st.booleans(),
        "trailingDelimiter": st.booleans(),
        "shortRows": st.sampled_from(["refuse", "pad"]),
        "quotedMissing": st.booleans(),
        "formulaText": st.booleans(),
        "header": st.booleans(),
        "commentChar": st.just("#"),
        "preambleLines": st.integers(0, 2),
        "preambleUntil": st.sampled_from(["[aA]", "(?i)^[^,;|\t]?b"]),
        "footerLines": st.integers(0, 2),
        "footerFrom": st.sampled_from(["end", "^1"]),
    },
)
TOKENS = st.lists(
    st.sampled_from(
        ["a", "1", "D", "D", "Q", "=Q", "\\", "#", " ", "\n", "\n", "\r", "\r\n", "\0", "é", "𝄞",
         "\ud800", "\udc00", "1Dx\n", "2DQy\nQ\r\n"]
    ),
    max_size=25,
).map("".join)  # fmt: skip
NOISE = st.sampled_from([b"", b"", b"", b"\n", b"\x81", b"\xe9", b"\xc3", b"\xff\xfe", b"\0"])


@st.composite
def uploads(draw: st.DrawFn) -> tuple[bytes, Contract]:
    """A file that is often nearly right, in an encoding that is often what the contract says."""
    says, dialect = draw(st.sampled_from(SAYS)), draw(DIALECTS)
    rules = contract(*FIELDS, encoding=says, dialect=dialect)
    own = says if isinstance(says, str) else draw(st.sampled_from(says))
    mark = b""
    if own == "utf-16" or draw(st.integers(0, 5)) == 0:
        own, mark = draw(st.sampled_from(list(MARKS.items())))
    start = draw(st.sampled_from(["", "", "", "sep=D\n"]))
    start += "Title Q\n" * rules.dialect.preamble_lines
    if rules.dialect.header:
        start += draw(st.sampled_from(["aDb\n", "BDA\r\n", "QbQDa\r", "aDb"]))
    end = "end\n" * rules.dialect.footer_lines
    errors = "surrogatepass" if own.startswith("utf") else "replace"

    def encoded(text: str) -> bytes:
        written = text.replace("D", rules.dialect.delimiter).replace(
            "Q", rules.dialect.quote_char or '"'
        )
        return written.encode(own, errors)

    noise = draw(NOISE) * (2 if own.startswith("utf-16") and draw(st.booleans()) else 1)
    body = encoded(draw(TOKENS)) + noise + encoded(draw(TOKENS))
    return mark + encoded(start) + body + encoded(end), rules


ANYTHING = st.one_of(
    uploads(),
    uploads(),
    uploads(),
    st.tuples(
        st.binary(max_size=40), st.sampled_from(SAYS).map(lambda s: contract(*FIELDS, encoding=s))
    ),
)


def outcome(data: bytes, rules: Contract, sizes: list[int]) -> tuple[list[Batch], bytes] | str:
    """Return the batches and the reject file, or the code of the file's fault."""
    file = RejectFile(rules)
    try:
        found = list(validate(decompress(cut(data, sizes)), rules, chunk_bytes=20))
    except FileFault as error:
        return error.fault.code
    return found, b"".join(map(file.render, found))


@settings(deadline=None)
@given(ANYTHING, SIZES, st.booleans())
def test_every_row_is_valid_or_rejected_or_the_file_is_refused(
    upload: tuple[bytes, Contract], sizes: list[int], squeeze: bool
) -> None:
    data, rules = upload
    if squeeze:
        data = gzip.compress(data)
    found = outcome(data, rules, sizes)
    # In one piece or in many, it is the same.
    assert outcome(data, rules, []) == found
    if isinstance(found, str):
        assert found in CODES
        return
    whole, _ = found
    valid, rejected = valid_rows(whole), rejected_rows(whole)
    lines = sorted([line for line, _ in valid] + [row.line for row in rejected])
    assert sum(batch.rows_read for batch in whole) == len(lines) == len(set(lines))
    assert all(row.faults for row in rejected)


@settings(deadline=None)
@given(uploads())
def test_the_reject_file_has_the_rejected_rows_in_the_files_own_bytes(
    upload: tuple[bytes, Contract],
) -> None:
    data, rules = upload
    found = outcome(data, rules, [])
    if isinstance(found, str) or not found[1]:
        return
    batches, rejects = found
    mark = batches[0].header.mark
    assert rejects.startswith(mark)
    own = getattr(mark, "encoding", "utf-8")
    for row in rejected_rows(batches):
        raw = ByteOrderMark.of(mark).to_file_encoding(row.raw)
        assert raw in data
        if row.well_formed:
            assert raw in rejects
    # The reject file is CSV in the same dialect, with the header if there is one.
    _, pieces = open_text([rejects], own)
    records = list(Framer(pieces, Grammar(rules.dialect)).records())
    lines = [str(row.line) for row in rejected_rows(batches)]
    if rules.dialect.header:
        lines.insert(0, "_csvgate_line")
    assert lines == [(record.cells or [""])[0] for record in records]


CELLS = st.text(st.sampled_from("a,;\t|\"'\n\r é€日𝄞 #\\"), max_size=6)
WRITTEN = st.sampled_from(
    [("utf-8", b""), ("utf-8", codecs.BOM_UTF8), ("windows-1252", b""), ("utf-16-le", b""),
     ("utf-16-be", codecs.BOM_UTF16_BE), ("utf-16-le", codecs.BOM_UTF16_LE)]
)  # fmt: skip


@given(
    st.lists(st.tuples(CELLS, CELLS), max_size=8),
    WRITTEN,
    st.sampled_from(",;\t|"),
    st.sampled_from("\"'"),
    st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=9, max_size=9),
    SIZES,
)
def test_what_python_writes_is_read_with_its_lines(
    rows: list[tuple[str, str]],
    written: tuple[str, bytes],
    delimiter: str,
    quote: str,
    ends: list[str],
    sizes: list[int],
) -> None:
    """In any encoding and dialect, with line ends mixed, the last row without one."""
    encoding, mark = written
    known = [tuple(c.encode(encoding, "replace").decode(encoding) for c in row) for row in rows]
    sink = io.StringIO()
    expected, line = [], 1
    for number, row in enumerate([("b", "a"), *known]):
        before = sink.tell()
        end = ends[number] if number < len(known) else ""
        csv.writer(
            sink, delimiter=delimiter, quotechar=quote, quoting=csv.QUOTE_ALL, lineterminator=end
        ).writerow(row)
        if number:
            expected.append((line, (row[1], row[0])))
        line += len(re.findall("\r\n|\r|\n", sink.getvalue()[before:]))
    data = mark + sink.getvalue().encode(encoding)
    rules = contract(
        "a",
        "b",
        encoding="utf-8" if mark else encoding,
        dialect={"delimiter": delimiter, "quoteChar": quote},
        schema={"missingValues": []},
    )
    assert expected == valid_rows(validate(cut(data, sizes), rules))
