"""The records and cells of a block are those that the `Framer` finds, or a search by byte."""

import csv
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from csvgate.contracts.model import Dialect
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer
from csvgate.validation.fast.block_records import BlockFramer, FramedBlock
from csvgate.validation.fast.blocks import SPARE, Block, BlockReader
from csvgate.validation.fast.structural_index import RegularRange, StructuralIndex

GRAMMAR = Grammar(Dialect())
FILES = st.text('a,"\n\r é東\0', max_size=60).map(str.encode)
SOUND = st.lists(
    st.lists(
        st.sampled_from(
            ["", "a", "é", "東京", '""', '"a,b"', '"\n"', '"a""b"', '"\r\n,"', '"\r"', '""""']
        ),
        min_size=1,
        max_size=4,
    ).map(",".join),
    max_size=8,
)


class Found(NamedTuple):
    line: int
    raw: bytes
    terminator: bytes
    cells: list[str] | None


def block(data: bytes, *, last: bool = True) -> Block:
    return Block.of([data], last=last)


def index(data: bytes) -> StructuralIndex:
    return StructuralIndex(block(data), ",", '"')


def framed(
    data: bytes, size: int = 1 << 20, line: int = 1, limit: int = 1 << 20
) -> Iterator[Found]:
    """Yield the records of a file that is read in blocks of about `size` bytes."""
    blocks, framer, kept = BlockReader([data], size), BlockFramer(GRAMMAR, limit), b""
    while True:
        found = blocks.next(kept, 1 << 20)
        assert found is not None
        frame = framer.frame(found, line)
        yield from records(frame)
        line, kept = frame.next_line, found.data[frame.used : found.end]
        if found.last:
            assert b"" == kept
            return


def records(frame: FramedBlock) -> Iterator[Found]:
    data = frame.block.data
    for row, line in enumerate(frame.lines.tolist()):
        if row in frame.framer_records:
            record = frame.framer_records[row]
            yield Found(line, record.raw, record.terminator, record.cells)
            continue
        start, end = int(frame.starts[row]), int(frame.ends[row])
        raw = data[start:end].rstrip(b"\r\n")
        stops = frame.separators[frame.firsts[row] : frame.lasts[row] + 1].tolist()
        cells = []
        for stop in stops:
            cells.append(unquoted(data[start:stop]))
            start = stop + 1
        yield Found(line, raw, data[end - (end - int(frame.starts[row]) - len(raw)) : end], cells)


def unquoted(cell: bytes) -> str:
    text = cell.decode("utf-8", "surrogateescape")
    if text.endswith("\r"):
        text = text[:-1]
    return text[1:-1].replace('""', '"') if text.startswith('"') else text


def expected(data: bytes, line: int = 1, limit: int = 1 << 20) -> Iterator[Found]:
    for record in Framer([data], GRAMMAR, limit=limit, line=line).records():
        yield Found(record.line, record.raw, record.terminator, record.cells)


@given(FILES, st.integers(1, 20))
@example(b'a,"b\n', 1)
@example(b'a"b\nc,d\n"e\nf",g\n', 3)
@example(b'"a"b,"c\nd"\n', 1)
@example(b'a\r"b\r\n"\r', 1)
def test_blocks_have_the_records_of_their_file(data: bytes, size: int) -> None:
    assert list(expected(data)) == list(framed(data, size))


@given(FILES, st.integers(1, 4))
@example(b'a,"b"\nc"d\n"e""f",g\n"h\n', 1)
def test_parts_of_a_block_have_its_records(data: bytes, most: int) -> None:
    whole = BlockFramer(GRAMMAR).frame(block(data), 1)
    parts = list(whole.parts(most))
    assert list(records(whole)) == [found for part in parts for found in records(part)]
    assert all(1 <= len(part.starts) <= most for part in parts)


@given(SOUND, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.integers(1, 20))
def test_regular_records_need_no_framer(rows: list[str], end: str, final: bool, size: int) -> None:
    data = (end.join(rows) + (end if final else "")).encode()
    assert list(expected(data)) == list(framed(data, size))
    assert {} == BlockFramer(GRAMMAR).frame(block(data), 1).framer_records


@given(SOUND)
def test_regular_records_have_the_cells_that_pythons_reader_finds(rows: list[str]) -> None:
    text = "".join(row + "\n" for row in rows if row)
    lines = text.splitlines(keepends=True)
    assert [r for r in csv.reader(lines) if r] == [f.cells for f in framed(text.encode())]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"\n", []),
        (b"\n\r\n\n", []),
        (b"a", [1]),
        (b"a\n", [1]),
        (b"a\nb", [1, 2]),
        (b"a\n\nb\n", [1, 3]),
        (b"\n\na\r\n\r\nb", [3, 5]),
        (b'"a\n\n"\nb\n', [1, 4]),
        (b'"a\r\n"\r\nb', [1, 3]),
        (b'"a\rb"\nc\n', [1, 3]),
        (b'"a"\n"b"', [1, 2]),
        (b'a,"b"', [1]),
        (b'x\ny,"\n"', [1, 2]),
        (b" \n", [1]),
        (b",\n,", [1, 2]),
        # A quote that opens and never closes keeps no later line.
        (b'a\n"b\nc\nd', [1, 2, 3, 4]),
        (b'a\nb"\nc,"d\ne"\nf', [1, 2, 3, 5]),
    ],
)
def test_lines(data: bytes, lines: list[int]) -> None:
    assert lines == [found.line for found in framed(data)]
    assert [line + 41 for line in lines] == [found.line for found in framed(data, line=42)]


@pytest.mark.parametrize("size", range(1, 12))
def test_quotes_at_the_ends_of_blocks(size: int) -> None:
    for text in ('"a"\n"b"\n"c"', 'a\n"\n"\n"\n"\nb', '"é\n東"\n""""\n"', '"\n\n\n\n"\na\n'):
        data = text.encode()
        assert list(expected(data)) == list(framed(data, size))


@pytest.mark.parametrize("longest", [98, 99, 100, 101, 102, 198, 200, 201])
def test_records_near_the_limit_are_as_the_framer_has_them(longest: int) -> None:
    rows = ["a", "b" * longest, f'"{"c" * (longest - 2)}"', f'"d\n{"d" * longest}"', "e"]
    data = "\n".join(rows).encode()
    assert list(expected(data, limit=100)) == list(framed(data, limit=100))


def test_a_block_that_is_not_the_last_keeps_an_open_record() -> None:
    found = BlockFramer(GRAMMAR).frame(block(b'a\n"b\nc\n', last=False), 7)
    assert [7] == found.lines.tolist()
    assert (SPARE + 2, 8) == (found.used, found.next_line)


def is_line_end(data: bytes, at: int) -> bool:
    r"""Return whether a line feed is there, or a \r without a \n after it."""
    return data[at : at + 1] == b"\n" or (
        data[at : at + 1] == b"\r" and data[at + 1 : at + 2] != b"\n"
    )


def outside(data: bytes, parity: int) -> list[int]:
    """Where quotes that are open at this parity do not reach, quotes themselves left out."""
    return [
        at
        for at in range(len(data))
        if data[at] != ord('"') and data[:at].count(b'"') % 2 == parity
    ]


@given(st.text('a,"\n\r', max_size=30).map(str.encode), st.data())
def test_the_index_counts_quotes(data: bytes, draws: st.DataObject) -> None:
    found = index(data)
    at = draws.draw(st.integers(0, len(data)))
    assert data[:at].count(b'"') % 2 == found.parity(SPARE + at)
    for parity in (0, 1):
        ends = [SPARE + p + 1 for p in outside(data, parity) if is_line_end(data, p)]
        here = [end for end in ends if end > SPARE + at]
        whole = SPARE + at, SPARE + len(data)
        assert here == found.record_ends(parity, *whole).tolist()
        assert max(here, default=SPARE + at) == found.last_record_end(parity, *whole)


@given(st.text('a,"\n\r', max_size=30).map(str.encode))
def test_separators_are_outside_of_quotes(data: bytes) -> None:
    assume(data.count(b'"') % 2 == 0)
    for parity, before in enumerate([b"", b'"\n']):
        start = SPARE + len(before)
        found = index(before + data).separators([RegularRange(start, start + len(data), parity)])
        wanted = [start + p for p in outside(data, 0) if data[p] in b"," or is_line_end(data, p)]
        assert wanted == found.positions.tolist()
        lasts = [n for n, place in enumerate(wanted) if data[place - start] != ord(",")]
        assert lasts == found.lasts.tolist()
        whole = before + data
        passed = [sum(is_line_end(whole, p) for p in range(wanted[n] - SPARE + 1)) for n in lasts]
        assert passed == found.line_ends.tolist()


QUOTED = st.sampled_from([b'"a"', b'"a,b"', b'""', b'"""a"', b'"\n"', b'"a""b"'])


@given(st.lists(QUOTED, max_size=6), st.lists(st.booleans(), max_size=3), st.data())
def test_the_cells_that_are_quoted(
    quoted: list[bytes], breaks: list[bool], data: st.DataObject
) -> None:
    """In ranges with other records between them, and other quotes in those."""
    parts, ranges, expected, before, at = [], list[RegularRange](), list[int](), 0, SPARE
    for odd in [False, *breaks]:
        parts.append(b'x"x,x\n' if odd else b"y,y\n")
        start = at + len(parts[-1])
        cells = data.draw(st.permutations([*quoted, *[b"a"] * 24 * len(quoted), b""]))
        parts.append(b",".join(cells) + b"\n")
        at = start + len(parts[-1])
        parity = b"".join(parts[:-1]).count(b'"') % 2
        ranges.append(RegularRange(start, at, parity))
        expected += [before + n for n, cell in enumerate(cells) if cell[:1] == b'"']
        before += len(cells)
    found = index(b"".join(parts)).separators(ranges)
    assert found.quoted is not None
    assert expected == found.quoted.tolist()


def test_many_quoted_cells_are_not_listed() -> None:
    data = b'"a","b"\n'
    assert index(data).separators([RegularRange(SPARE, SPARE + len(data), 0)]).quoted is None


def test_separators_of_ranges_apart_and_of_an_unfinished_record() -> None:
    data = b"a,b\nx,y\nc,d"
    first, last = (
        RegularRange(SPARE, SPARE + 4, 0),
        RegularRange(SPARE + 8, SPARE + 11, 0, unfinished=True),
    )
    found = index(data).separators([first, last])
    assert [1, 3, 9, 11] == (found.positions - SPARE).tolist()
    assert [1, 3] == found.lasts.tolist()
    assert [1, 2] == found.line_ends.tolist()
    none = index(b"").separators([])
    assert not len(none.positions)
    assert not len(none.lasts)


@pytest.mark.parametrize(
    ("data", "even", "odd"),
    [
        (b"", 0, 0),
        (b"a,b", 3, 3),
        (b'"a"', 3, 0),
        (b'"', 1, 1),
        (b'a"b', 1, 1),
        (b'"a"b', 2, 0),
        (b'"a""b"', 6, 0),
        (b'x,"a"\n"b"', 9, 2),
        (b'"a"\r\n"b"', 8, 0),
        (b"a\rb", 3, 3),
        (b'"\r"', 3, 3),
        (b'"a"\r"b"', 7, 0),
    ],
)
def test_the_first_odd_byte(data: bytes, even: int, odd: int) -> None:
    found = index(data)
    assert even == found.first_irregular(0, SPARE) - SPARE
    assert odd == found.first_irregular(1, SPARE) - SPARE


@given(st.text('a,"\n\ré', max_size=30).map(str.encode), st.data())
def test_physical_lines(data: bytes, draws: st.DataObject) -> None:
    found, at = index(data), draws.draw(st.integers(0, len(data)))
    ends = [p for p in range(len(data)) if is_line_end(data, p)]
    before = sum(end < at for end in ends)
    assert before == found.lines_before(np.array([SPARE + at])).tolist()[0]
    assert before == found.line_of(SPARE + at)
    assert (ends[before] + 1 if before < len(ends) else len(data)) == found.end_of_line(
        SPARE + at
    ) - SPARE
    for count in (1, 2, 3):
        rest = ends[before + count - 1 :]
        wanted = rest[0] + 1 if rest else len(data)
        assert wanted == found.after_line(before + count - 1) - SPARE


@pytest.mark.parametrize(
    ("data", "doubled"),
    [
        (b"", []),
        (b'""', []),
        (b'"""a"', [1]),
        (b'""""""', [1, 3]),
        (b'"a""b",""', [2]),
        (b'"a,""b,"",c"', [3, 7]),
    ],
)
def test_quotes_inside_of_cells(data: bytes, doubled: list[int]) -> None:
    found = index(data).separators([RegularRange(SPARE, SPARE + len(data), 0, unfinished=True)])
    assert doubled == [at - SPARE for at in found.doubled.tolist()]
