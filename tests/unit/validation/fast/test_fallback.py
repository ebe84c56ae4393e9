"""Cells that a kernel does not clear are read one by one, and only those."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow")

from csvgate.csv.work import counted
from csvgate.validation.faults import Fault
from csvgate.validation.rules import Rules
from csvgate.validation.validate import validate
from unit.types.cell import read
from unit.validation.fast.columns import cleared, cleared_by_type
from unit.validation.fast.kernels.test_kernels import same
from unit.validation.files import contract

EMAIL = {"type": "string", "format": "email"}
MOMENT = {"type": "datetime", "bigquery": "TIMESTAMP"}
CENTS = {"type": "number", "bigquery": "NUMERIC(12, 2)"}


@pytest.mark.parametrize(
    ("field", "usual", "odd", "value"),
    [
        (EMAIL, "a@b.example", '"a b"@c.example', '"a b"@c.example'),
        ({"type": "integer"}, "7", "0" * 20 + "5", 5),
        (CENTS, "1.50", "2.25" + "0" * 20, Decimal("2.25")),
        (
            MOMENT,
            "2026-11-21T14:30:00Z",
            "2026-11-21T14:30:00.1000000Z",
            datetime(2026, 11, 21, 14, 30, 0, 100_000, tzinfo=UTC),
        ),
    ],
)
def test_an_odd_cell_is_read_and_the_others_are_not(
    field: dict[str, Any], usual: str, odd: str, value: object
) -> None:
    texts = [usual, odd, usual, "?", usual]
    cells = [text.encode() for text in texts]
    assert cleared_by_type(cells, **field).cleared == [text == usual for text in texts]
    with counted() as work:
        found = cleared(cells, **field)
    assert work.judged == 2
    assert found.cleared == [text != "?" for text in texts]
    assert found.values[1] == value
    assert found.values[0] == found.values[4] == read(usual, **field)


@pytest.mark.parametrize("cell", [b"\xc3\xa9\xff@b.example", b"\xc3\xa9\0@b.example", b"\xff"])
def test_what_is_not_text_is_never_cleared(cell: bytes) -> None:
    json = {"type": "string", "bigquery": "JSON"}
    for field, usual in ((EMAIL, b"a@b.example"), (json, b"1"), ({"type": "string"}, b"a")):
        assert cleared([usual, cell, usual], **field).cleared == [True, False, True]


@pytest.mark.parametrize(
    ("field", "usual"),
    [
        ({"type": "integer"}, b"7"),
        ({"type": "string"}, b"a"),
        ({"type": "string", "constraints": {"enum": ["a", "b"]}}, b"a"),
    ],
)
def test_a_missing_value_that_contains_nul_is_never_cleared(
    field: dict[str, Any], usual: bytes
) -> None:
    cells = [usual, b"\0", usual, b"NA\0", b"", usual]
    found = cleared_by_type(cells, **field, missingValues=["", "\0", "NA\0"])
    assert found.cleared == [True, False, True, False, True, True]


def test_only_rows_with_a_fault_are_checked_by_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = list[int]()
    check = Rules.faults_of_cells

    def spy(
        self: Rules, index: int, lines: Sequence[int], cells: Sequence[bytes]
    ) -> Iterator[tuple[Fault, ...]]:
        checked.extend(lines)
        return check(self, index, lines, cells)

    monkeypatch.setattr(Rules, "faults_of_cells", spy)
    rules = contract({"name": "a", **EMAIL}, {"name": "n", "type": "integer"})
    rows = [f"é{n}@b.example,{n}" if n % 2 else f"a{n}@b.example,+{n}" for n in range(500)]
    rows[70] = "é@b,1"
    file = ("a,n\n" + "\n".join(rows)).encode()
    batches = list(validate([file], rules, vector_bytes=1))
    assert [72] == [row.line for batch in batches for row in batch.rejected] == checked


NUMBERS = st.sampled_from(["", "1", "+1", "-2", "NA", "x", "1_0", "٣", "007", "99999999999999999"])


@settings(max_examples=100, deadline=None)
@given(st.lists(NUMBERS, max_size=40))
@pytest.mark.parametrize("type_", ["INT64", "NUMERIC", "STRING", "FLOAT64"])
def test_all_cells_without_a_fault_are_cleared(type_: str, texts: list[str]) -> None:
    field = {"type": "integer", "bigquery": type_, "missingValues": ["", "NA"]}
    found = cleared([text.encode() for text in texts], **field)
    expected = [read(text, **field) for text in texts]
    assert [not isinstance(value, list) for value in expected] == found.cleared
    for wanted, actual, fine in zip(expected, found.values, found.cleared, strict=True):
        assert not fine or same(wanted) == same(actual)
