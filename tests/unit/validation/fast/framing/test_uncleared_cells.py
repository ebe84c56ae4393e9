"""Cells with faults are read by column, each once, and their rows are not split."""

from typing import Any

import pytest

pytest.importorskip("pyarrow")

from csvgate.csv.work import counted
from csvgate.validation.fast.row_reader import RowReader
from csvgate.validation.rules import Rules
from csvgate.validation.validate import validate
from unit.validation.fast.test_paths import RULES_ONLY, outcome
from unit.validation.files import contract

ROWS = 2_000
RULES = contract(
    {"name": "id", "type": "integer", "constraints": {"unique": True}},
    {"name": "day", "type": "date", "bigquery": "DATE"},
    {"name": "n", "type": "integer", "constraints": {"maximum": 5}},
    "text",
    dialect={"header": False},
)


def file(*rows: str) -> bytes:
    """Return a file in which these rows with numbers take turns with valid ones."""
    return "".join(
        f"{n},2026-01-01,5,text\n" if n % 4 else rows[n // 4 % len(rows)].format(n=n) + "\n"
        for n in range(1, ROWS + 1)
    ).encode()


FAULTY = [
    "{n},2026-02-30,5,text",
    "{n},2026-01-01,x{n},text",
    "{n},2026-13-01,{n}0,text",
    'x{n},"a ""{n}""",six,"a, ""b"""',
    "{n},2026-01-01,,\0",
]
SHORT = ["{n}", "{n},2026-01-01,5", "{n},2026-01-01,5,a,b", '"{n}","2026-01-01","5"']


@pytest.fixture
def split(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows that are split into cells again, which each call of the rules needs."""
    found = list[int]()
    record = RowReader.record

    def spy(self: RowReader, row: int) -> Any:
        found.append(row)
        return record(self, row)

    monkeypatch.setattr(RowReader, "record", spy)
    return found


@pytest.mark.parametrize("rows", [FAULTY, SHORT, [*FAULTY, *SHORT]], ids=["cells", "width", "all"])
@pytest.mark.parametrize("block_bytes", [1000, 1 << 20])
def test_a_row_with_faults_is_not_split(
    rows: list[str], block_bytes: int, split: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = file(*rows)
    expected = outcome([data], RULES, vector_bytes=RULES_ONLY)
    monkeypatch.setattr(Rules, "faults_in", lambda *_: pytest.fail("read one by one"))
    assert expected == outcome([data], RULES, vector_bytes=1, block_bytes=block_bytes)
    assert ROWS // 4 == sum(len(rejected) for _, _, rejected in expected)
    assert [] == split


def test_only_the_cells_with_faults_are_read() -> None:
    """The others are cleared in bulk; a cell with a fault may be read by its kernel first."""
    with counted() as work:
        found = list(validate([file(*FAULTY)], RULES, vector_bytes=1))
    faults = sum(len(row.faults) for batch in found for row in batch.rejected)
    assert ROWS // 4 < faults <= work.judged <= 2 * faults + 10
    assert ROWS // 4 == work.framed - 1 == sum(len(batch.rejected) for batch in found)


def test_a_row_of_the_wrong_width_is_not_read() -> None:
    with counted() as work:
        found = list(validate([file(*SHORT)], RULES, vector_bytes=1))
    assert {"row.too_few_fields", "row.too_many_fields"} == {
        fault.code for batch in found for row in batch.rejected for fault in row.faults
    }
    assert 10 >= work.judged


@pytest.mark.parametrize("block_bytes", [1, 64, 1 << 20])
def test_a_row_with_a_fault_claims_its_keys(block_bytes: int) -> None:
    """In a row with a fault elsewhere the key counts; a key that is faulty itself does not."""
    rows = ["1,2026-02-30,5,a", "1,2026-01-01,5,b", "x,2026-01-01,5,c", "x,2026-01-01,5,d",
            "2,2026-01-01,9,e", "2,2026-01-01,9,f", "+2,2026-01-01,5,g", "3", "3,2026-01-01,5,h",
            f"{'0' * 30}5,2026-02-30,5,k", "5,2026-01-01,5,l",
            '4,a"b', "4,2026-01-01,5,i", "4,2026-02-30,5,j"]  # fmt: skip
    # With so many distinct keys, the column is read by the kernel of its type.
    others = [f"{n},2026-01-01,5,text" for n in range(1000, 1400)]
    data = "\n".join([*rows, *others]).encode()
    expected = outcome([data], RULES, vector_bytes=RULES_ONLY)
    assert expected == outcome([data], RULES, vector_bytes=1, block_bytes=block_bytes)
    codes = {(f.line, f.code) for *_, rejected in expected for row in rejected for f in row.faults}
    assert {(2, "constraint.unique"), (6, "constraint.unique"), (7, "constraint.unique")} <= codes
    assert (4, "constraint.unique") not in codes
    assert (9, "constraint.unique") not in codes
    # No kernel reads so many digits, but the rules do.
    assert (11, "constraint.unique") in codes
