"""Blocks of many short rows are validated in parts, with the same result."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csvgate.validation.validate import validate
from unit.validation.fast.files import Most, contracts, files
from unit.validation.fast.test_paths import RULES_ONLY, outcome
from unit.validation.files import contract

pytest.importorskip("pyarrow")

from csvgate.validation.fast import path
from csvgate.validation.fast.row_reader import RowReader


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_parts_of_a_block_give_what_the_rules_give(data: st.DataObject) -> None:
    rules, cells = data.draw(contracts())
    file = data.draw(files(rules, cells))
    most_rows = data.draw(st.integers(1, 4))
    sizes: dict[str, Any] = {"references": [Most()] * len(rules.schema_.foreign_keys)}
    expected = outcome([file], rules, vector_bytes=RULES_ONLY, **sizes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(path, "MOST_ROWS", most_rows)
        assert expected == outcome([file], rules, vector_bytes=1, **sizes)


def test_no_more_rows_are_judged_than_a_part_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise two million faulty rows of two bytes would be in memory with their faults."""
    judged = 0
    original = RowReader.rejected

    def rejected(self: RowReader, rows: Any, faults: Any) -> Any:
        nonlocal judged
        judged += len(rows)
        return original(self, rows, faults)

    monkeypatch.setattr(RowReader, "rejected", rejected)
    batches = validate([b"a\n" + b"x\n" * 1_000_000], contract({"name": "a", "type": "integer"}))
    next(batches)
    assert path.MOST_ROWS == judged
