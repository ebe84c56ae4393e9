"""Which process is hit next, how and when: everything follows from a seed. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from random import Random

from csvgate_ops.local.supervisor.supervisor import HUNG_SECONDS

FUNCTIONS = ("validate_and_parse", "enrich_records", "notify_stakeholders")
SERVICES = ("pubsub", "storage", "bigquery", "eventarc", "mailbox")
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 2.0
LONGEST_HOLD = 4.0
SIEGE_SECONDS = 10.0
"""Longer than all attempts to deliver a message take: what comes then ends as a dead letter."""
SHARE_OF_HUNG = 0.1
"""Of the stops of a function: held until the supervisor takes it for hung and replaces it."""
_WEIGHTS = {"validate_and_parse": 4, "enrich_records": 5, "eventarc": 3, "pubsub": 3, "storage": 3}
"""Of one part in so many; any other component has 2. What works on most uploads is hit most."""
_FORGETFUL = "bigquery"
"""Each death of it costs the uploads under way their streams: hit by SIGKILL less often."""


class Kind(Enum):
    KILL = "SIGKILL"
    KILL_WORKER = "SIGKILL of a worker"
    STOP = "SIGSTOP … SIGCONT"
    SIEGE = "SIGKILL of each new one for a while"


@dataclass(frozen=True, slots=True)
class Fault:
    kind: Kind
    component: str
    after: float
    """Seconds since the fault before it."""
    hold: float = 0.0
    """Seconds between SIGSTOP and SIGCONT, or of a siege."""


def faults(seed: int) -> Iterator[Fault]:
    """Without end; the same for the same seed."""
    random = Random(seed)  # noqa: S311 (to repeat, nothing to hide)
    components = (*FUNCTIONS, *SERVICES)
    weights = [_WEIGHTS.get(component, 2) for component in components]
    while True:
        component = random.choices(components, weights)[0]
        after = random.uniform(SHORTEST_PAUSE, LONGEST_PAUSE)
        kind = _kind(random, component)
        hold = _hold(random, component, kind)
        yield Fault(kind, component, after, hold)


def _hold(random: Random, component: str, kind: Kind) -> float:
    if kind is Kind.SIEGE:
        return SIEGE_SECONDS
    if kind is not Kind.STOP:
        return 0.0
    if component in FUNCTIONS and random.random() < SHARE_OF_HUNG:
        return HUNG_SECONDS + 5
    return random.uniform(0.2, LONGEST_HOLD)


def _kind(random: Random, component: str) -> Kind:
    if component in FUNCTIONS:
        return random.choices((Kind.KILL, Kind.KILL_WORKER, Kind.STOP, Kind.SIEGE), (3, 3, 3, 1))[0]
    if component == _FORGETFUL:
        return random.choice((Kind.KILL, Kind.STOP, Kind.STOP))
    return random.choice((Kind.KILL, Kind.STOP))
