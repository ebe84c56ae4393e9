"""Deliberate bugs of the protocol. The simulation must catch each, which shows that its checks can
fail. They are patched in from outside; the functions do not know them."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any

from simulate.mutants.notify import NOTIFY

Mutant = Callable[[], AbstractContextManager[Any]]
MUTANTS: Mapping[str, Mutant] = MappingProxyType({**NOTIFY})
"""By a description of the bug."""
