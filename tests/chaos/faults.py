"""The sequence of faults: which process, how and when. A seed determines all of it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from random import Random

from csvgate_ops.local.supervisor.supervisor import HUNG_SECONDS

FUNCTIONS = ("validate_and_parse", "enrich_records", "notify_stakeholders")
SERVICES = ("guard", "pubsub", "storage", "bigquery", "eventarc", "mailbox")
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 2.0
LONGEST_HOLD = 4.0
SIEGE_SECONDS = 10.0
"""Longer than all delivery attempts of a message take, so that messages end as dead letters."""
MOST_REFUSED = 40
"""Enough for several messages to run out of delivery attempts."""
SHARE_OF_HUNG = 0.1
"""The share of a function's stops that last until the supervisor replaces it as hung."""
_WEIGHTS = {"validate_and_parse": 4, "enrich_records": 5, "eventarc": 3, "pubsub": 3, "storage": 3}
"""Relative weights; every other component has 2. The busiest components are hit most."""
_FORGETFUL = "bigquery"
"""A restart of it loses the streams of uploads in progress, so it is killed less often."""


class Kind(Enum):
    KILL = "SIGKILL"
    KILL_WORKER = "SIGKILL of a worker"
    STOP = "SIGSTOP … SIGCONT"
    SIEGE = "SIGKILL of each new one for a while"
    SATURATION = "429 to its next events"


@dataclass(frozen=True, slots=True)
class Fault:
    kind: Kind
    component: str
    after: float
    """Seconds since the previous fault."""
    hold: float = 0.0
    """Seconds between SIGSTOP and SIGCONT, or the length of a siege."""
    refused: int = 0
    """The number of events that a saturated function is not sent."""


def faults(seed: int) -> Iterator[Fault]:
    """Yield faults without end; the same for the same seed."""
    random = Random(seed)  # noqa: S311 - reproducible, not secret
    components = (*FUNCTIONS, *SERVICES)
    weights = [_WEIGHTS.get(component, 2) for component in components]
    while True:
        component = random.choices(components, weights)[0]
        after = random.uniform(SHORTEST_PAUSE, LONGEST_PAUSE)
        kind = _kind(random, component)
        hold = _hold(random, component, kind)
        refused = random.randint(1, MOST_REFUSED) if kind is Kind.SATURATION else 0
        yield Fault(kind, component, after, hold, refused)


def _hold(random: Random, component: str, kind: Kind) -> float:
    if kind is Kind.SIEGE:
        return SIEGE_SECONDS
    if kind is not Kind.STOP:
        return 0.0  # a saturation ends with the last event that it refuses
    if component in FUNCTIONS and random.random() < SHARE_OF_HUNG:
        return HUNG_SECONDS + 5
    return random.uniform(0.2, LONGEST_HOLD)


def _kind(random: Random, component: str) -> Kind:
    if component in FUNCTIONS:
        kinds = (Kind.KILL, Kind.KILL_WORKER, Kind.STOP, Kind.SIEGE, Kind.SATURATION)
        return random.choices(kinds, (3, 3, 3, 1, 2))[0]
    if component == _FORGETFUL:
        return random.choice((Kind.KILL, Kind.STOP, Kind.STOP))
    return random.choice((Kind.KILL, Kind.STOP))
