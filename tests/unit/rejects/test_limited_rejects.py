"""The limits on rejected rows: what counts, what the reject file has, and where reading stops."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.contracts.model import Contract
from csvgate.protocol.events import Counts
from csvgate.protocol.verdict import Stopped
from csvgate.rejects import limited_rejects
from csvgate.rejects.limited_rejects import LEAST_SHOWN, LimitedRejects
from csvgate.validation.batch import Batch
from csvgate.validation.validate import validate
from unit.delivery.simple import contract
from unit.validation.files import contract as of_fields

VALID, BAD = "7", "x"


def table(rows: Sequence[str]) -> bytes:
    return "".join(f"{row}\n" for row in ("a", *rows)).encode()


def limited(**limits: Any) -> Contract:
    return contract(limits=limits)


def take(
    rules: Contract, batches: Iterator[Batch], most_bytes: int | None = None, **options: Any
) -> tuple[LimitedRejects, bytes, list[int]]:
    """Take batches until the reading can end: the state, the reject file, the lines in it."""
    found, data, lines = LimitedRejects(rules, most_bytes, **options), b"", list[int]()
    for batch in batches:
        kept = found.take(batch)
        data += kept.data
        lines += [row.line for row in kept.rejected]
        if found.stopped:
            break
    return found, data, lines


def read(rules: Contract, rows: Sequence[str], chunk_bytes: int = 2**24, **options: Any) -> Any:
    return take(rules, validate([table(rows)], rules, chunk_bytes=chunk_bytes), **options)


def rows_in(data: bytes) -> int:
    return max(0, data.count(b"\n") - 1)


def test_as_many_rows_as_are_shown_at_least() -> None:
    assert 1_000 == LEAST_SHOWN


@pytest.mark.parametrize("chunk_bytes", [10, 1_000, 2**24])
def test_one_row_more_than_the_limit_stops_the_reading_there(chunk_bytes: int) -> None:
    rules = limited(rejected_rows=1_500)
    found, data, lines = read(rules, [VALID, BAD] * 2_000, chunk_bytes)
    assert Stopped("limit.rejected_rows", 3_003) == found.stopped
    assert Counts(read=3_001, valid=1_501, rejected=1_500) == found.counts
    assert (1_500, 3_001) == (rows_in(data), lines[-1])
    assert ("over_limit", "limit.rejected_rows") == (found.verdict().status, found.verdict().code)


def test_exactly_the_limit_is_read_to_the_end() -> None:
    found, data, _ = read(limited(rejected_rows=1_500), [VALID, BAD] * 1_500)
    assert (None, "valid", 1_500) == (found.stopped, found.verdict().status, rows_in(data))


@pytest.mark.parametrize("allowed", [0, 2, 999])
def test_a_strict_contract_shows_a_thousand_rows(allowed: int) -> None:
    """Whoever corrects the file does not find one fault with each upload."""
    rules = limited(rejected_rows=allowed)
    few, data, _ = read(rules, [BAD] * 1_000)
    assert (None, "limit.rejected_rows", 1_000) == (few.stopped, few.verdict().code, rows_in(data))
    many, data, _ = read(rules, [BAD] * 1_001)
    assert (Stopped("limit.rejected_rows", 1_002), 1_000) == (many.stopped, rows_in(data))


def test_the_reject_file_is_never_larger_than_its_limit() -> None:
    unlimited, whole, _ = read(limited(), [BAD] * 100)
    row = len(whole.splitlines()[-1]) + 1
    for size in (len(whole) - 1, len(whole) - row + 1):
        found, data, lines = read(limited(rejected_bytes=size), [BAD] * 100)
        assert Stopped("limit.rejected_bytes", 101) == found.stopped
        assert (99, 99) == (found.counts.rejected, len(lines))
        assert len(data) <= size
        assert whole.startswith(data)
    exact, data, _ = read(limited(rejected_bytes=len(whole)), [BAD] * 100)
    assert (None, whole, unlimited.counts) == (exact.stopped, data, exact.counts)


def test_a_first_row_that_does_not_fit_leaves_no_reject_file() -> None:
    found, data, _ = read(limited(rejected_bytes=10), [VALID, BAD, VALID])
    assert (Stopped("limit.rejected_bytes", 3), b"") == (found.stopped, data)
    assert Counts(read=1, valid=1, rejected=0) == found.counts
    assert "line 3, so more rows may be faulty; no rejected row is shown" in str(found.verdict())


def test_rows_that_are_too_many_and_too_large_are_too_many() -> None:
    found, _, _ = read(limited(rejected_rows=5, rejected_bytes=1_000), [BAD] * 100)
    assert found.stopped is not None
    assert "limit.rejected_rows" == found.stopped.code


def test_a_correction_is_limited_in_bytes_only() -> None:
    strict = limited(rejected_rows=0, rejected_rate=0)
    found, data, _ = read(strict, [BAD] * 2_000, is_correction=True)
    assert (None, "valid", 2_000) == (found.stopped, found.verdict().status, rows_in(data))
    small = limited(rejected_rows=0, rejected_bytes=1_000)
    found, data, _ = read(small, [BAD] * 2_000, is_correction=True)
    assert ("limit.rejected_bytes", True) == (found.verdict().code, len(data) <= 1_000)


def batches_until_stop(rules: Contract, rows: Sequence[str], most_bytes: int) -> tuple[int, Any]:
    parsed = 0

    def counted() -> Iterator[Batch]:
        nonlocal parsed
        for batch in validate([table(rows)], rules, chunk_bytes=1_000):
            parsed += 1
            yield batch

    found, _, _ = take(rules, counted(), most_bytes)
    return parsed, found


def test_a_rate_that_the_rest_cannot_bring_down_stops_the_reading() -> None:
    """With two bytes a row there are 500 rows in a batch."""
    rows = [BAD] * 20_000
    rules = limited(rejected_rate=0.1, rejected_rows=700_000)
    parsed, found = batches_until_stop(rules, rows, len(table(rows)))
    assert "limit.rejected_rate" == found.stopped.code
    assert parsed < 20
    assert found.counts.read == found.stopped.line - 2
    assert "too short to bring the rate down" in found.verdict().detail


def test_a_rate_that_the_rest_may_bring_down_does_not() -> None:
    """All that follows is valid: the verdict is that the file is loaded."""
    rows = [BAD] * 2_000 + [VALID] * 20_000
    rules = limited(rejected_rate=0.1, rejected_rows=700_000)
    _, found = batches_until_stop(rules, rows, len(table(rows)))
    assert (None, "valid", 22_000) == (found.stopped, found.verdict().status, found.counts.read)


def test_the_rest_may_have_as_many_rows_as_its_columns_allow() -> None:
    """Rows of one column are shorter than rows of all columns that the contract allows."""
    fields = [{"name": name, "optional": True} for name in "bcdefghij"]
    rules = of_fields({"name": "a", "type": "integer"}, *fields,
                      limits={"rejected_rate": 0.1, "rejected_rows": 700_000})  # fmt: skip
    rows = [BAD] * 2_000 + [VALID] * 20_000
    _, found = batches_until_stop(rules, rows, len(table(rows)))
    assert (None, "valid", 22_000) == (found.stopped, found.verdict().status, found.counts.read)


def test_a_file_whose_last_batch_makes_the_rate_certain_was_read_to_its_end() -> None:
    rules = limited(rejected_rate=0.1)
    found, _, _ = read(rules, [BAD] * 1_000, most_bytes=len(table([BAD] * 1_000)))
    assert (None, "limit.rejected_rate") == (found.stopped, found.verdict().code)


@given(
    st.lists(st.sampled_from([VALID, BAD, "", "-12345", '"x"', "xäx"]), max_size=60),
    st.sampled_from([0.0, 0.1, 0.5, 0.9]),
    st.integers(1, 40),
    st.sampled_from(["utf-8", "utf-16", "iso-8859-1", "windows-1252", "cp850", "gb18030"]),
)
def test_stopping_early_never_changes_the_verdict_about_the_rate(
    rows: list[str], rate: float, chunk_bytes: int, encoding: str
) -> None:
    rules = contract(limits={"rejected_rate": rate}, encoding=encoding)
    data = table(rows).decode().encode(encoding)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limited_rejects, "LEAST_SHOWN", 1)
        early, _, _ = take(
            rules, validate([data], rules, chunk_bytes=chunk_bytes), most_bytes=len(data)
        )
        whole, _, _ = take(rules, validate([data], rules, chunk_bytes=chunk_bytes))
    assert whole.stopped is None
    assert whole.verdict().code == early.verdict().code


def test_the_reject_file_of_the_first_rows_is_the_beginning_of_the_whole_one() -> None:
    _, whole, _ = read(limited(rejected_rows=700_000), [VALID, BAD] * 3_000)
    _, data, _ = read(limited(rejected_rows=2_000), [VALID, BAD] * 3_000)
    assert whole.startswith(data)
    assert 2_000 == rows_in(data)


@pytest.mark.parametrize(
    ("encoding", "letter"),
    [("iso-8859-1", "ä"), ("windows-1252", "€"), ("utf-16", "€"), ("cp437", "█"), ("cp932", "ｱ")],
)
def test_text_that_is_longer_in_utf_8_is_not_more_of_the_file(encoding: str, letter: str) -> None:
    """In UTF-8 the faulty rows have up to three times the bytes that they have in the file. There
    they are larger than all the valid ones, which bring the rate down to 3.8%."""
    rules = contract(limits={"rejected_rate": 0.1}, encoding=encoding)
    data = table([letter * 100] * 2_000 + [VALID] * 50_000).decode().encode(encoding)
    found, _, _ = take(rules, validate([data], rules, chunk_bytes=20_000), len(data))
    assert (None, "valid", 52_000) == (found.stopped, found.verdict().status, found.counts.read)
