"""How old a write stream must be before its absence proves something.

BigQuery sometimes does not find streams and tables that were created seconds ago. An answer "not
found" therefore proves nothing about a young stream.
"""

from datetime import datetime, timedelta
from typing import Final

from csvgate.light_dataclass import dataclass
from csvgate.protocol.ledger.entries import Decision


@dataclass(frozen=True, slots=True)
class StreamAges:
    """All ages are multiples of `hour`. The local cloud sets a shorter one, because its BigQuery
    forgets streams whenever it restarts."""

    hour: timedelta = timedelta(hours=1)

    @property
    def young(self) -> timedelta:
        """A pending stream that is younger may exist although the service does not find it. Two
        minutes cover every case that was reported."""
        return self.hour / 30

    @property
    def old(self) -> timedelta:
        """The same for a shared stream. The age is an hour, because a wrong conclusion could load
        rows twice, and the cases reported need not be all."""
        return self.hour

    @property
    def second_look(self) -> timedelta:
        """The least time between the two calls that must both not find a shared stream."""
        return self.hour / 6

    @property
    def commit_within(self) -> timedelta:
        """A pending stream must be committed within 24 hours; an hour is added for clocks and for
        calls that are executed late."""
        return 25 * self.hour


_DEFAULT: Final = StreamAges()


def horizon(decision: Decision, ages: StreamAges = _DEFAULT) -> datetime | None:
    """Return the hour from which the commit of this decision cannot take effect any more, counted
    from the creation of its oldest stream. None if it has no stream: nothing can be gone then."""
    if decision.pending is not None:
        return decision.pending.oldest + ages.commit_within
    if decision.shared is not None:
        return decision.shared.created + ages.commit_within
    return None


def named_time(at: datetime) -> str:
    """Return a time as messages name it: rounded up to a whole second, so that it is never too
    early."""
    return f"{at.replace(microsecond=0) + timedelta(seconds=1):%Y-%m-%d %H:%M:%S} UTC"
