"""Deliberate bugs of the protocol. The simulation must catch each, which shows that its checks can
fail. They are patched in from outside; the functions do not know them."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from simulate.mutants.effects import EFFECTS
from simulate.mutants.failures import FAILURES
from simulate.mutants.intake import INTAKE
from simulate.mutants.likely import LIKELY
from simulate.mutants.notify import NOTIFY
from simulate.mutants.pending import PENDING
from simulate.mutants.seals import SEALS
from simulate.mutants.shared import SHARED
from simulate.mutants.undo import UNDO


@dataclass(frozen=True, slots=True)
class Mutant:
    begin: Callable[[], AbstractContextManager[Any]]
    likely: tuple[str | int, ...] = ()
    """Scenarios that are tried first, because they are about this bug, and then seeds."""


_ALL = {**INTAKE, **SEALS, **PENDING, **FAILURES, **SHARED, **EFFECTS, **UNDO, **NOTIFY}
MUTANTS: Mapping[str, Mutant] = MappingProxyType(
    {name: Mutant(begin, LIKELY.get(name, ())) for name, begin in _ALL.items()}
)
"""By a description of the bug."""
