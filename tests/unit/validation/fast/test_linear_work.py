r"""Every file costs a small multiple of its size, however it is written.

Each shape here once cost the square of its size, or is close to one that did. What is compared is
the work that the readers count (`csvgate.csv.work`), never time.
"""

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

pytest.importorskip("pyarrow")

import pyarrow as pa

from csvgate.csv.compression import decompress
from csvgate.csv.work import counted
from csvgate.validation.fast.kernels.strings import utf8
from unit.validation.fast.shapes import Shape, shapes
from unit.validation.fast.work import assert_linear, check_shape, counted_calls, work_of
from unit.validation.files import contract

ROWS = 3_000
RULES = contract(
    {"name": "id", "type": "integer"},
    "text",
    {"name": "code", "constraints": {"pattern": "[A-Z]{3}"}},
    dialect={"header": False},
)
SHAPES = {
    "a line feed at the end only": b"a\r" * ROWS + b"\n",
    "carriage returns only": b"1,a,ABC\r" * ROWS,
    "carriage returns in every second row": b"1,a,ABC\r2,b,ABC\n" * ROWS,
    "carriage returns in quoted cells": b'1,"a\rb",ABC\n' * ROWS,
    "a stray quote in every row": b'1,a"b,ABC\n' * ROWS,
    "a stray quote in every tenth row": (b"1,ab,ABC\n" * 9 + b'1,a"b,ABC\n') * (ROWS // 10),
    "a stray quote in every hundredth row": (b"1,ab,ABC\n" * 99 + b'1,a"b,ABC\n') * (ROWS // 30),
    "stray quotes that change the parity": b'1,"a"b,ABC\n2,"b",ABC\n' * ROWS,
    "text after a closing quote": b'1,"a"x,ABC\n' * ROWS,
    "a doubled quote in an unquoted cell": b'"1,a\n' + b'x""y\n' * ROWS,
    "an unclosed quote in every row": b'1,"a,ABC\n' * ROWS,
    "an unclosed quote at the start": b'1,"a,ABC\n' + b"1,a,ABC\n" * ROWS,
    "an unclosed quote before cells that are quoted": b'1,"a,ABC\n' + b'1,"a",ABC\n' * ROWS,
    "an unclosed quote and then a stray one": b'1,"a\n2,b,ABC\n3,b,ABC\nx"y\n' * ROWS,
    "three quotes in every row": b'1,""",ABC\n' * ROWS,
    "a quote in every line": b'"\n' * ROWS,
    "a quote and a carriage return": b'"\r' * ROWS,
    "blank lines": b"\n" * ROWS,
    "blank lines of carriage returns": b"\r" * ROWS,
    "blank lines in one quoted cell": b'1,"' + b"\n" * ROWS + b'",ABC\n',
    "blank lines in a cell that is never closed": b'1,"' + b"\n" * ROWS,
    "delimiters only": b"," * 10 * ROWS,
    "NUL bytes only": b"\0" * 10 * ROWS,
    "NUL bytes in every row": b"1,\0,ABC\n" * ROWS,
    "no UTF-8 in every row": b"".join(b"1,a%d\xff,ABC\n" % n for n in range(ROWS)),
    "no UTF-8 in every cell": b"\xff,\xff,\xff\n" * ROWS,
    "characters that are cut by cells": b"1,\xc3,\xa9\n" * ROWS,
    "rows that are faulty": b"x,a,abc\n" * ROWS,
    "rows of too few cells": b"1,a\n" * ROWS,
    "one line": b"x" * 10 * ROWS,
}  # fmt: skip


# A file that begins with a malformed record is left to the rule path as a whole.
SHAPES = {name: b"1,a,ABC\n" + data for name, data in SHAPES.items()}


def check(data: bytes, pieces: list[bytes] | None = None, **sizes: Any) -> None:
    found = work_of(pieces or [data], RULES, vector_bytes=1, **sizes)
    lines = len(data.splitlines())
    assert_linear(found, len(data), lines, 3 * lines)


@pytest.mark.parametrize("block_bytes", [512, 1 << 16, 1 << 22])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_costs_its_size(shape: str, block_bytes: int) -> None:
    check(SHAPES[shape], block_bytes=block_bytes)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_costs_its_size_on_the_rule_path(shape: str) -> None:
    data = SHAPES[shape]
    lines = len(data.splitlines())
    assert_linear(work_of([data], RULES, vector_bytes=2**62), len(data), lines, 3 * lines)


@pytest.mark.parametrize(
    "data", [b"1,a,ABC\r" * ROWS, b'1,"a\rb",ABC\r' * ROWS, b"1,a,ABC\r\r\r" * ROWS]
)
def test_a_lone_carriage_return_ends_an_ordinary_record(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records are read one by one only where a block ends, and at the start of the file. Blocks end
    after a carriage return too, or the file would be left to the rule path."""
    monkeypatch.setattr("csvgate.validation.fast.path.MAX_RECORD_BYTES", 1000)
    for block_bytes in (512, 1 << 22):
        found = work_of([data], RULES, vector_bytes=1, block_bytes=block_bytes)
        assert found.framed <= 5 + 3 * len(data) // block_bytes


CALLS_PER_LINE = 105
"""Calls of functions for a line of three faulty cells that is read and judged on its own."""
CALLS_PER_BLOCK = 4_000


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_takes_calls_by_the_line(shape: str) -> None:
    """Numpy is called for each block, and for a few runs of irregular records, not for each."""
    data = SHAPES[shape]
    with counted_calls() as calls:
        work_of([data], RULES, vector_bytes=1)
    assert calls[0] <= CALLS_PER_LINE * len(data.splitlines()) + CALLS_PER_BLOCK


def test_cells_around_errors_are_not_searched_with_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numpy converts all limits of the cells each time to search for one number, which no counter
    can see."""
    searches, rows = list[int](), utf8._rows

    def spy(limits: Any, positions: Any) -> Any:
        searches.append(len(positions))
        return rows(limits, positions)

    monkeypatch.setattr(utf8, "_rows", spy)
    cells = pa.array([b"a\xff", b"b\0", b"\xc3", b"\xa9"] * 100, pa.binary())
    found = utf8.not_text(cells)
    assert found is not None
    assert found.all()
    assert [100] == searches


def test_a_long_line_is_passed_a_few_times() -> None:
    data = b"1,a,ABC\n" + b"x" * 12_000_000
    for more in (b"", b"\n1,a,ABC\n" * 1000):
        check(data + more, block_bytes=1 << 22)
        check(data + more, block_bytes=1 << 12)


def test_an_open_cell_is_carried_from_block_to_block_a_few_times() -> None:
    data = b'1,"' + b"1,a,ABC\n" * 20_000 + b'",ABC\n' + b"1,a,ABC\n" * 1000
    for block_bytes in (1 << 9, 1 << 14, 1 << 22):
        check(data, block_bytes=block_bytes)


@pytest.mark.parametrize("size", [1, 7])
def test_a_file_in_tiny_pieces(size: int) -> None:
    """A gzip file of many members yields a piece for each."""
    data = b"1,a,ABC\n" * ROWS
    check(data, [data[at : at + size] for at in range(0, len(data), size)])


def test_many_members_of_gzip() -> None:
    for member, count in ((b"", 20_000), (b"1", 20_000), (b"1,a,ABC\n" * 100, 2_000)):
        data = gzip.compress(member) * count
        for layers in (1, 2):
            packed = data if layers == 1 else gzip.compress(data, 1)
            with counted() as found:
                size = sum(map(len, decompress([packed], max_bytes=1 << 30)))
            assert found.scanned <= 24 * (len(data) + size) + 100_000


def encoded() -> Iterator[tuple[str, bytes]]:
    text = "1,aé,ABC\n" * ROWS
    yield "utf-16", text.encode("utf-16")
    yield "utf-16", b"\xff\xfe" + b"\x00\xd8\n\x00" * ROWS
    yield "iso-8859-1", text.encode("iso-8859-1")
    yield "windows-1252", b"1,\x81,ABC\n" * ROWS
    yield "windows-1252", b"\x81" * 10 * ROWS
    yield "cp437", text.encode("cp437")
    yield "gb18030", b"1,\x81\x30,ABC\n" * ROWS
    yield "shift_jis", b"\x81" * 10 * ROWS


@pytest.mark.parametrize(("encoding", "data"), list(encoded()))
def test_other_encodings(encoding: str, data: bytes) -> None:
    rules = RULES.model_copy(update={"encoding": encoding})
    found = work_of([data], rules, vector_bytes=1)
    lines = max(1, data.count(b"\n"))
    assert_linear(found, 3 * len(data), lines, 3 * lines)


def test_thousands_of_columns_cost_their_cells() -> None:
    """A block has too few rows to pay for what each of its columns takes."""
    columns, rows = 5_000, 50
    labels = [f"c{n}" for n in range(columns)]
    data = ",".join(labels).encode() + b"\n" + (b"," * (columns - 1) + b"\n") * rows
    rules = contract(*labels)
    with counted_calls() as calls:
        work_of([data], rules, vector_bytes=1)
    # What is prepared for each column takes about 100 calls.
    assert calls[0] <= 2 * rows * columns + 200 * columns


def test_comments() -> None:
    rules = RULES.model_copy(
        update={"dialect": RULES.dialect.model_copy(update={"comment_char": "#"})}
    )
    for row in (b"#a\n", b'#"\n', b'"#\n', b'1,"a\n#\n'):
        data = row * ROWS
        lines = data.count(b"\n")
        assert_linear(work_of([data], rules), len(data), lines, 3 * lines)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shapes())
def test_any_file_costs_its_size(shape: Shape) -> None:
    check_shape(shape)
