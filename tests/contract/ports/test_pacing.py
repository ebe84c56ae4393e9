"""Calls that exceed a quota are repeated with growing random pauses, until a deadline."""

import pytest

from csvgate.gcp.pacing import Pace
from csvgate.runtime.errors import Permanent, Transient


class Quota:
    """Refuses the first calls, and counts all of them. Time passes only by pauses."""

    def __init__(self, refusals: int, code: str = "bigquery.throttled") -> None:
        self.refusals, self.code = refusals, code
        self.calls = 0
        self.pauses: list[float] = []
        self.pace = Pace(60, clock=lambda: sum(self.pauses), sleep=self.pauses.append)

    def call(self) -> int:
        self.calls += 1
        if self.calls <= self.refusals:
            raise Transient(self.code, "quota")
        return self.calls


def test_a_call_within_the_quota_is_made_once() -> None:
    quota = Quota(0)
    assert quota.pace(quota.call) == 1
    assert quota.pauses == []


def test_pauses_grow_up_to_a_limit_and_differ() -> None:
    quotas = [Quota(7) for _ in range(20)]
    assert all(quota.pace(quota.call) == 8 for quota in quotas)
    means = [0.5, 1, 2, 4, 8, 10, 10]
    for quota in quotas:
        assert all(m / 2 <= p <= m * 3 / 2 for m, p in zip(means, quota.pauses, strict=True))
    assert len({tuple(quota.pauses) for quota in quotas}) == 20


def test_after_the_deadline_the_refusal_is_raised() -> None:
    quota = Quota(1000)
    with pytest.raises(Transient, match=r"bigquery\.throttled"):
        quota.pace(quota.call)
    assert 45 < sum(quota.pauses) <= 60
    assert quota.calls == len(quota.pauses) + 1


def test_the_time_before_the_first_refusal_does_not_count() -> None:
    quota = Quota(1)
    quota.pauses.append(1000.0)
    assert quota.pace(quota.call) == 2


def test_other_failures_are_raised_at_once() -> None:
    quota = Quota(1, "bigquery.unavailable")
    with pytest.raises(Transient, match=r"bigquery\.unavailable"):
        quota.pace(quota.call)

    def refuse() -> None:
        raise Permanent("rows.refused", "x")

    with pytest.raises(Permanent):
        quota.pace(refuse)
    assert quota.pauses == []
