"""The exponential backoff of a retry policy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate_ops.local.broker.delivery.backoff import RetryPolicy, delay_after


@pytest.mark.parametrize(
    ("policy", "delays"),
    [
        (RetryPolicy(), [10, 20, 40, 80, 160, 320, 600, 600]),
        (RetryPolicy(1, 5), [1, 2, 4, 5, 5]),
        (RetryPolicy(3, 3), [3, 3]),
        (RetryPolicy(0, 600), [0, 0, 0]),
        (None, [0, 0]),
    ],
)
def test_the_delay_doubles_up_to_the_maximum(
    policy: RetryPolicy | None, delays: list[float]
) -> None:
    assert [delay_after(policy, failures + 1) for failures in range(len(delays))] == delays


@given(st.floats(0, 600), st.floats(0, 600), st.integers(1, 10**9))
def test_the_delay_stays_within_the_policy(low: float, high: float, failures: int) -> None:
    policy = RetryPolicy(min(low, high), max(low, high))

    assert policy.minimum <= policy.delay(failures) <= policy.maximum
    assert policy.delay(failures) <= policy.delay(failures + 1)
