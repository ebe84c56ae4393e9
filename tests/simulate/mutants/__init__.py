"""Deliberate bugs of the protocol, each of which the simulation must catch: what shows that its
checks can fail. Switched on from outside; the functions know nothing of them."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any

from simulate.mutants.enrich import ENRICH
from simulate.mutants.notify import NOTIFY
from simulate.mutants.validate import VALIDATE

Mutant = Callable[[], AbstractContextManager[Any]]
MUTANTS: Mapping[str, Mutant] = MappingProxyType({**VALIDATE, **ENRICH, **NOTIFY})
"""By what the bug is."""
