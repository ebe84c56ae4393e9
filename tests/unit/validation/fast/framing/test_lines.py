"""Each row is reported with the line on which it begins, wherever the blocks of its file end: in
records of several lines, between the bytes of a line end and between the two of a doubled quote."""

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import pytest

pytest.importorskip("pyarrow")

import pyarrow as pa

from csvgate.csv import lines
from csvgate.validation.validate import validate
from unit.validation.files import contract, cut

RULES = contract(
    {"name": "id", "type": "integer", "constraints": {"unique": True}},
    "text",
    dialect={"header": False},
)
RULES_ONLY = 2**62
ENDS = ["\n", "\r\n", "\r"]
BREAKS = ["\n", "\r\n", "\r"]


class Row(NamedTuple):
    line: int
    text: str
    valid: bool
    written: str


def rows(end: str, line_break: str) -> Iterator[Row]:
    """Yield rows of one to four lines. In every third one the first cell is not a number."""
    line = 1
    for number, breaks in enumerate((0, 2, 1, 0, 3, 1, 1, 0, 2, 2)):
        text = f'"a"{line_break}"'.join(["b"] * (breaks + 1))
        quoted = '"' + text.replace('"', '""') + '"' if breaks else text
        valid = number % 3 != 2
        written = f"{number if valid else 'x'},{quoted}"
        yield Row(line, text, valid, written + end)
        line += breaks + 1


def check(end: str, line_break: str, sizes: list[int], **settings: Any) -> None:
    expected = list(rows(end, line_break))
    file = "".join(row.written for row in expected).encode()
    batches = list(validate(cut(file, sizes), RULES, **settings))
    assert [(row.line, row.text) for row in expected if row.valid] == [
        pair
        for batch in batches
        for pair in zip(
            pa.array(batch.lines).to_pylist(), pa.array(batch.columns[1]).to_pylist(), strict=True
        )
    ]
    rejected = [row for batch in batches for row in batch.rejected]
    assert [(row.line, row.written) for row in expected if not row.valid] == [
        (row.line, (row.raw + row.terminator).decode()) for row in rejected
    ]
    assert [row.line for row in rejected] == [f.line for row in rejected for f in row.faults]


@pytest.mark.parametrize("line_break", BREAKS)
@pytest.mark.parametrize("end", ENDS)
def test_blocks_of_any_size(end: str, line_break: str) -> None:
    for block_bytes in range(1, 33):
        check(end, line_break, [], vector_bytes=1, block_bytes=block_bytes)


@pytest.mark.parametrize("line_break", BREAKS)
@pytest.mark.parametrize("end", ENDS)
def test_lines_split_in_blocks_of_any_size(
    end: str, line_break: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules read lines from blocks of 256 KiB, which are a few bytes long here."""
    for size, piece in product((1, 2, 3, 5, 8, 13, 21, 34), (1, 2, 7, 1000)):
        monkeypatch.setattr(lines, "_BLOCK_BYTES", size)
        check(end, line_break, [piece] * (300 // piece), vector_bytes=RULES_ONLY)
