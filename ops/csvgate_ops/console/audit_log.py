"""Runs of actions as the audit trail has them: newest first, a few read at a time."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from csvgate.ledger import Ledger
from csvgate_ops.dlq.audit import Begun, Ended

_READERS: Final = 8
_OPENINGS: Final = ("begun", "revealed")
"""One of these opens the entries of a run."""


@dataclass(frozen=True, slots=True)
class Run:
    name: str
    """`<yyyy-mm-dd>/<run>`"""
    begun: Begun
    ended: Ended | None
    """None while it is under way, after an interruption, and for what has no end to record."""


def run_names(ledger: Ledger) -> list[str]:
    """Newest first: names begin with the time. One listing (runs of years 2000 to 2999)."""
    found = (name.removeprefix("audit/").rpartition("/") for name in ledger.names("audit/2"))
    opened = (run for run, _, entry in found if entry.removesuffix(".json") in _OPENINGS)
    return sorted(opened, reverse=True)


def runs(ledger: Ledger, names: Sequence[str]) -> list[Run]:
    with ThreadPoolExecutor(_READERS) as readers:
        return [found for found in readers.map(lambda n: run(ledger, n), names) if found]


def run(ledger: Ledger, name: str) -> Run | None:
    """None when there is no such run."""
    for opening in _OPENINGS:
        if begun := ledger.get(Begun, f"audit/{name}/{opening}.json"):
            return Run(name, begun, ledger.get(Ended, f"audit/{name}/ended.json"))
    return None
