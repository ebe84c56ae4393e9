"""Runs of actions as the audit trail has them: newest first, a few read at a time."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from csvgate.ledger import Ledger
from csvgate_ops.dlq.audit import Begun, Ended

_READERS: Final = 8
_BEGUN: Final = "/begun.json"


@dataclass(frozen=True, slots=True)
class Run:
    name: str
    """`<yyyy-mm-dd>/<run>`"""
    begun: Begun
    ended: Ended | None
    """None while it is under way, after an interruption, and for what has no end to record."""


def run_names(ledger: Ledger) -> list[str]:
    """Newest first: names begin with the time. One listing (runs of years 2000 to 2999)."""
    names = ledger.names("audit/2")
    return sorted(
        (n.removeprefix("audit/").removesuffix(_BEGUN) for n in names if n.endswith(_BEGUN)),
        reverse=True,
    )


def runs(ledger: Ledger, names: Sequence[str]) -> list[Run]:
    with ThreadPoolExecutor(_READERS) as readers:
        return [found for found in readers.map(lambda n: run(ledger, n), names) if found]


def run(ledger: Ledger, name: str) -> Run | None:
    """None when there is no such run."""
    begun = ledger.get(Begun, f"audit/{name}{_BEGUN}")
    if begun is None:
        return None
    return Run(name, begun, ledger.get(Ended, f"audit/{name}/ended.json"))
