"""Batches of rows stay below the request limit and are the same on every delivery."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import ipc

from csvgate.chunks.append_requests import REQUEST_BYTES, batches, rows_per_append
from csvgate.runtime.errors import Permanent

SCHEMA = pa.schema([("line", pa.int64()), ("text", pa.string())])


def table(sizes: list[int]) -> pa.Table:
    """Return a table with one row per size, whose string has that many bytes."""
    return pa.table([list(range(len(sizes))), ["x" * size for size in sizes]], schema=SCHEMA)


@given(st.lists(st.integers(0, 3000), max_size=200), st.integers(4000, 20_000))
def test_no_request_is_too_large_and_no_row_is_lost(sizes: list[int], limit: int) -> None:
    rows = table(sizes)
    found = list(batches(rows, rows_per_append(rows, limit)))
    assert all(ipc.get_record_batch_size(batch) <= limit for _, batch in found)
    assert [line for _, batch in found for line in batch["line"].to_pylist()] == [
        *range(len(sizes))
    ]
    assert [offset for offset, _ in found] == [batch["line"][0].as_py() for _, batch in found]


@given(st.lists(st.integers(0, 3000), max_size=50), st.integers(1, 7))
def test_the_cuts_do_not_depend_on_how_the_table_is_chunked(sizes: list[int], at: int) -> None:
    whole = table(sizes)
    pieces = pa.concat_tables([whole.slice(0, at), whole.slice(at)])
    rows = rows_per_append(whole, 5000)
    assert rows_per_append(pieces, 5000) == rows
    cuts = [[(offset, b.num_rows) for offset, b in batches(t, rows)] for t in (whole, pieces)]
    assert cuts[0] == cuts[1]


def test_what_fits_is_one_request() -> None:
    rows = table([10] * 1000)
    assert rows_per_append(rows) == 1000
    assert [(offset, batch.num_rows) for offset, batch in batches(rows, 1000)] == [(0, 1000)]


def test_no_rows_are_no_request() -> None:
    assert rows_per_append(table([])) == 1
    assert list(batches(table([]), 1)) == []


def test_a_row_over_the_target_goes_alone() -> None:
    assert rows_per_append(table([1, REQUEST_BYTES + 1000, 1])) == 1


def test_a_row_no_request_can_hold() -> None:
    with pytest.raises(Permanent, match=r"append\.row_too_large: row 1 of"):
        rows_per_append(table([1, 9_000_001, 1]))
