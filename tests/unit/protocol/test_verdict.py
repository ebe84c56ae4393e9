"""The verdict about an upload, by its counts and the contract's limits."""

import pytest

from csvgate.contracts.model import Limits
from csvgate.protocol.events import Counts
from csvgate.protocol.verdict import LimitCode, Stopped, Verdict, judge


def counts(read: int, rejected: int) -> Counts:
    return Counts(read=read, valid=read - rejected, rejected=rejected)


@pytest.mark.parametrize(
    ("found", "limits"),
    [
        (counts(8, 8), Limits()),
        (counts(0, 0), Limits(rejected_rate=0, rejected_rows=0)),
        (counts(8, 2), Limits(rejected_rate=0.25)),
        (counts(8, 2), Limits(rejected_rows=2)),
    ],
)
def test_up_to_the_limit_is_within_it(found: Counts, limits: Limits) -> None:
    assert Verdict("valid") == judge(found, limits)


@pytest.mark.parametrize("found", [counts(8, 7), counts(0, 0)])
def test_a_replacement_may_have_few_rows_or_none(found: Counts) -> None:
    assert Verdict("valid") == judge(found, Limits(), replaces=True)


def test_a_replacement_without_a_valid_row_is_refused() -> None:
    expected = Verdict(
        "over_limit",
        "limit.none_valid",
        "none of the 8 rows is valid, so the upload would only remove the rows that it replaces",
    )
    assert expected == judge(counts(8, 8), Limits(), replaces=True)


def test_more_rows_than_the_limit() -> None:
    expected = Verdict(
        "over_limit", "limit.rejected_rows", "3 rows are rejected; the contract allows 2"
    )
    assert expected == judge(counts(8, 3), Limits(rejected_rows=2))


def test_a_higher_rate_than_the_limit() -> None:
    expected = Verdict(
        "over_limit",
        "limit.rejected_rate",
        "3 of 8 rows (37.5%) are rejected; the contract allows 20.0%",
    )
    assert expected == judge(counts(8, 3), Limits(rejected_rate=0.2))


@pytest.mark.parametrize(
    ("code", "exceeded"),
    [
        ("limit.rejected_rows", "more than 2 rows are rejected; the contract allows 1"),
        (
            "limit.rejected_bytes",
            "the rejected rows need a reject file of more than 1,048,576 bytes, which is the "
            "contract's `limits.rejected_bytes`",
        ),
        (
            "limit.rejected_rate",
            "2 of the first 8 rows (25.0%) are rejected; the contract allows 10.0%, and the rest "
            "of the file is too short to bring the rate down to that",
        ),
    ],
)
def test_an_early_end_says_where_and_how_much_is_shown(code: LimitCode, exceeded: str) -> None:
    limits = Limits(rejected_rows=1, rejected_rate=0.1, rejected_bytes=1024**2)
    expected = (
        f"{exceeded}. Reading stopped at line 1,010, so more rows may be faulty; the first 2 are "
        "shown"
    )
    assert Verdict("over_limit", code, expected) == judge(
        counts(8, 2), limits, Stopped(code, 1_010)
    )


def test_the_limits_without_a_contract_s_own() -> None:
    limits = Limits()
    assert (1.0, 100_000, 32 * 1024**2) == (
        limits.rejected_rate,
        limits.rejected_rows,
        limits.rejected_bytes,
    )
