"""Records and their physical lines, with all kinds of quotes and line ends."""

import csv
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csvgate.contracts.model import Dialect
from csvgate.csv.quoting import Grammar
from csvgate.csv.record_reader import RecordReader, State
from csvgate.csv.records import Framer, Record
from unit.validation.files import cut

NOISE = st.lists(
    st.sampled_from([b"a", b",", b'"', b"\n", b"\r", b"\r\n", b" ", b"\\", b"\xff", b"\0"])
).map(b"".join)
DIALECTS = st.sampled_from(
    [
        Dialect(),
        Dialect(escape_char="\\"),
        Dialect(double_quote=False),
        Dialect(double_quote=False, escape_char="\\"),
        Dialect(skip_initial_space=True),
        Dialect(quote_char=None),
        Dialect(delimiter="aa"),
        Dialect(delimiter=",,", escape_char="\\", formula_text=True),
        Dialect(formula_text=True, quoted_missing=False),
        Dialect(quote_char=None, escape_char="\\", skip_initial_space=True),
    ]
)


ESCAPED = Dialect(escape_char="\\")


def framer(data: bytes, dialect: Dialect | None = None, limit: int = 1000) -> Framer:
    return Framer([data], Grammar(dialect or Dialect()), limit)


def read(data: bytes, dialect: Dialect | None = None) -> list[tuple[int, list[str] | str]]:
    """Line and cells of each record, or the code of its fault in place of the cells."""
    return [
        (r.line, r.cells if r.broken is None else r.broken[0])  # type: ignore[misc]
        for r in framer(data, dialect).records()
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"a,b", [(1, ["a", "b"])]),
        (b"a\nb\r\nc\rd", [(1, ["a"]), (2, ["b"]), (3, ["c"]), (4, ["d"])]),
        (b"a\n\n\r\n\rb\n", [(1, ["a"]), (5, ["b"])]),
        (b"a\n  \n", [(1, ["a"]), (2, ["  "])]),
        (b'""\n', [(1, [""])]),
        (b",\n", [(1, ["", ""])]),
        (b'"a",\n', [(1, ["a", ""])]),
        (b'"a""b","c,d"\n', [(1, ['a"b', "c,d"])]),
        (b'"a"",""b"\n', [(1, ['a","b'])]),
        (b'"""",""""""\n', [(1, ['"', '""'])]),
        (b'a,"b\nc\r\n\rd",e\nf\n', [(1, ["a", "b\nc\r\n\rd", "e"]), (5, ["f"])]),
        (b'"a\nb","c\nd"\ne\n', [(1, ["a\nb", "c\nd"]), (4, ["e"])]),
        (b'a,"b""\n""c"\n', [(1, ["a", 'b"\n"c'])]),
        (b'a,b"c\nd\n', [(1, "row.stray_quote"), (2, ["d"])]),
        (b'a,"b"c\nd\n', [(1, "row.stray_quote"), (2, ["d"])]),
        (b'a, "b"\nd\n', [(1, "row.stray_quote"), (2, ["d"])]),
        (b'a\nb,"c\nd\ne\n', [(1, ["a"]), (2, "row.unclosed_quote"), (3, ["d"]), (4, ["e"])]),
        (b'a,"b\nc\nd,"e"\n', [(1, "row.unclosed_quote"), (2, ["c"]), (3, ["d", "e"])]),
        (b'"', [(1, "row.unclosed_quote")]),
    ],
)  # fmt: skip
def test_records(data: bytes, expected: list[tuple[int, object]]) -> None:
    assert expected == read(data)


@pytest.mark.parametrize(
    ("dialect", "data", "expected"),
    [
        (Dialect(delimiter=";"), b'a,b;"c;d"\n', [(1, ["a,b", "c;d"])]),
        (Dialect(delimiter="\t"), b"a\t b\n", [(1, ["a", " b"])]),
        (Dialect(quote_char="'"), b"'a,''b',\"c\n", [(1, ["a,'b", '"c'])]),
        (Dialect(escape_char="\\"), b'"a\\"b",c\\,d\\\\\n', [(1, ['a"b', "c,d\\"])]),
        (Dialect(escape_char="\\"), b'\\"a,"b""c"\n', [(1, ['"a', 'b"c'])]),
        (Dialect(escape_char="\\"), b'"a\\\nb"\n', [(1, ["a\nb"])]),
        (Dialect(quote_char=None), b'"a,b"c\n"\n', [(1, ['"a', 'b"c']), (2, ['"'])]),
        (Dialect(quote_char=None, escape_char="\\"), b'"a\\,\\"b\\\nc"\nd\n',
         [(1, ['"a,"b\nc"']), (3, ["d"])]),
        (Dialect(delimiter="||"), b'a|b||"c||d"||\n|||e\n"f"||"g"\n"h"|"i"\n',
         [(1, ["a|b", "c||d", ""]), (2, ["", "|e"]), (3, ["f", "g"]), (4, "row.stray_quote")]),
        (Dialect(delimiter="||", escape_char="\\"), b'a\\|||b||"c"||\\||\n',
         [(1, ["a|", "b", "c", "||"])]),
        (Dialect(delimiter="¦"), 'a¦"b¦é"\n'.encode(), [(1, ["a", "b¦é"])]),
        (Dialect(delimiter="\x01", quote_char=None), b'a\x01"b\n', [(1, ["a", '"b'])]),
        (Dialect(delimiter="; ", skip_initial_space=True), b'a;  "b; c"; d\n',
         [(1, ["a", "b; c", "d"])]),
        (Dialect(double_quote=False), b'"a""b"\n"c"\n', [(1, "row.stray_quote"), (2, ["c"])]),
        (Dialect(skip_initial_space=True), b'a,  b, "c, d" \n', [(1, "row.stray_quote")]),
        (Dialect(skip_initial_space=True), b'a,  b, "c, d"\n', [(1, ["a", "b", "c, d"])]),
    ],
)  # fmt: skip
def test_dialects(dialect: Dialect, data: bytes, expected: list[tuple[int, object]]) -> None:
    assert expected == read(data, dialect)


def test_a_record_keeps_its_bytes() -> None:
    found = list(framer(b'"a\r\nb",\xff\r\nc').records())
    assert [
        Record(1, b'"a\r\nb",\xff', b"\r\n", ["a\r\nb", "\udcff"], valid_bytes=False),
        Record(3, b"c", b"", ["c"]),
    ] == found


def test_a_quote_is_sought_within_the_limit_only() -> None:
    data = b'"' + b"x\n" * 20 + b'y"\n'
    assert [(1, ["x\n" * 20 + "y"])] == read(data)
    found = list(framer(data, limit=20).records())
    assert [(1, "row.unclosed_quote")] == [(r.line, r.broken[0]) for r in found if r.broken][:1]
    assert 21 == len(found)


@given(st.integers(1, 60), st.lists(st.integers(1, 30)), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_a_line_too_long_is_cut_and_the_next_is_read(
    length: int, sizes: list[int], end: bytes
) -> None:
    data = b"x" * length + end + b"y" + end
    found = list(Framer(cut(data, sizes), Grammar(Dialect()), 20).records())
    assert ["row.too_long"] * (length > 20) == [r.broken[0] for r in found if r.broken]
    expected = [(1, b"x" * min(length, 20), end), (2, b"y", end)]
    assert expected == [(r.line, r.raw, r.terminator) for r in found]


CELLS = st.text(st.sampled_from('a,"\n\r é'), max_size=6)


@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=8),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_lines_and_cells_are_those_that_were_written(rows: list[list[str]], end: str) -> None:
    written, expected, line = "", [], 1
    for row in rows:
        sink = io.StringIO()
        writer = csv.writer(sink, lineterminator=end)
        if set("\r\n") & set("".join(row)):
            # Of itself the writer quotes only the characters of its own line end.
            writer = csv.writer(sink, lineterminator=end, quoting=csv.QUOTE_ALL)
        writer.writerow(row)
        expected.append((line, row))
        written += sink.getvalue()
        line += len(re.findall("\r\n|\r|\n", sink.getvalue()))
    assert expected == read(written.encode())


@given(NOISE, DIALECTS, st.lists(st.integers(0, 5)))
def test_pieces_do_not_matter(data: bytes, dialect: Dialect, sizes: list[int]) -> None:
    pieces = Framer(cut(data, sizes), Grammar(dialect), 12)
    assert list(framer(data, dialect, 12).records()) == list(pieces.records())


def is_continued(line: bytes, dialect: Dialect) -> bool:
    """Return whether the last character of a line is escaped: its line break."""
    escape, content = (dialect.escape_char or "").encode(), line.rstrip(b"\r\n")
    return bool(escape) and (len(content) - len(content.rstrip(escape))) % 2 == 1


@settings(max_examples=500)
@given(NOISE, DIALECTS, st.sampled_from([5, 12, 1000]))
def test_every_byte_is_in_one_record_or_a_blank_line(
    data: bytes, dialect: Dialect, limit: int
) -> None:
    lines = data.splitlines(keepends=True)
    at = 0
    for record in framer(data, dialect, limit).records():
        assert {b""} >= {line.strip(b"\r\n") for line in lines[at : record.line - 1]}
        # An escaped line break may be the last of a record, before its terminator.
        count = len((record.raw + b".").splitlines())
        whole = b"".join(lines[record.line - 1 : record.line - 1 + count])
        at = record.line - 1 + count
        if record.broken is None or record.broken[0] != "row.too_long":
            assert whole == record.raw + record.terminator
        else:
            # Only its beginning is kept, without the further lines that it is joined with.
            while at < len(lines) and is_continued(lines[at - 1], dialect):
                at += 1
    assert {b""} >= {line.strip(b"\r\n") for line in lines[at:]}


def lines_ahead(framer: Framer) -> int:
    """Return the number of lines that are read in search of a closing quote."""
    count = 0

    class CountingReader(RecordReader):
        fed = False

        def feed(self, text: str, terminator: str) -> State:
            nonlocal count
            count += self.fed
            self.fed = True
            return super().feed(text, terminator)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("csvgate.csv.records.RecordReader", CountingReader)
        assert all(record.line for record in framer.records())
    return count


@given(NOISE, DIALECTS, st.sampled_from([12, 1000]))
def test_no_line_is_read_ahead_twice(data: bytes, dialect: Dialect, limit: int) -> None:
    """Once in search of a closing quote, and once more if an escaped line break precedes it."""
    times = 2 if dialect.escape_char else 1
    assert lines_ahead(framer(data, dialect, limit)) <= times * len(data.splitlines())


@pytest.mark.parametrize("line", [b'x,"y\n', b'"a""b\n', b'"\n', b'"x\n\n', b'x,"",""",\n'])
def test_a_hostile_file_takes_linear_work(line: bytes) -> None:
    count = 100_000
    ahead = lines_ahead(framer(line * count, limit=1_000_000))
    assert 0 < ahead <= count * line.count(b"\n")


@pytest.mark.parametrize("start", [b"", b'"', b"a\\\n", b'"a\n'])
@pytest.mark.parametrize(
    "lines", [b"a\\\n", b"\\\n", b'x",y\\\nz,"w\n', b'"a\\\n', b'a\\\n"b\n', b'a",b\\\n"\n',
              b'a,"\\\n\n']
)  # fmt: skip
@pytest.mark.parametrize("limit", [5_000, 10_000_000])
def test_escaped_line_breaks_take_linear_work(lines: bytes, start: bytes, limit: int) -> None:
    """Each line may be joined to the one before it, and an open quote may be sought through all."""
    data = start + lines * 3_000
    assert lines_ahead(framer(data, ESCAPED, limit)) <= 2 * data.count(b"\n")


def test_a_cell_of_many_megabytes_costs_its_row_and_no_other() -> None:
    big = b"x" * 30_000_000
    over_lines = b'3,"' + b"y" * 1_500_000 + b"\n" + b"z" * 1_500_000 + b'"\n'
    data = b"a,b\n1," + big + b'\n2,"' + big + b'"\n' + over_lines + b"4,5\n"
    found = Framer(cut(data, [70_000] * 500), Grammar(Dialect())).records()
    assert [
        (1, None),
        (2, "row.too_long"),
        (3, "row.too_long"),
        (4, "row.unclosed_quote"),
        (5, "row.stray_quote"),
        (6, None),
    ] == [(record.line, record.broken and record.broken[0]) for record in found]
