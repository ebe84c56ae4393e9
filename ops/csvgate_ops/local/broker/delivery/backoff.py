"""The backoff before a failed message is delivered again (Pub/Sub's RetryPolicy)."""

from dataclasses import dataclass

DEFAULT_MINIMUM_SECONDS = 10.0
DEFAULT_MAXIMUM_SECONDS = 600.0
LIMIT_SECONDS = 600.0
"""The upper limit of both bounds of a retry policy."""


@dataclass(frozen=True)
class RetryPolicy:
    """Bounds of the exponential backoff, in seconds; 0 <= minimum <= maximum <= 600."""

    minimum: float = DEFAULT_MINIMUM_SECONDS
    maximum: float = DEFAULT_MAXIMUM_SECONDS

    def delay(self, failures: int) -> float:
        """Return the seconds to wait after the `failures`-th nack or expired lease, counted from 1.

        The delay starts at the minimum and doubles with each failure, up to the maximum.
        """
        doublings = min(max(failures - 1, 0), 64)
        return float(min(self.maximum, self.minimum * 2**doublings))


def delay_after(policy: RetryPolicy | None, failures: int) -> float:
    """Return the seconds to wait under a subscription's policy; 0 without a policy."""
    return policy.delay(failures) if policy else 0.0
