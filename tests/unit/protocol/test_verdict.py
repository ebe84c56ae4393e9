"""The verdict about an upload, by its counts and the contract's limits."""

import pytest

from csvgate.contracts.model import Limits
from csvgate.protocol.events import Counts
from csvgate.protocol.verdict import Verdict, judge


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
