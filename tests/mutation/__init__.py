"""Mutation testing of the engine: deliberate bugs, and the ordinary tests that must catch them.

A bug is patched in from outside; the engine does not know it. It catches a hole in the tests, not
in the engine: a bug that no test notices could be a real one.
"""

from collections.abc import Mapping
from types import MappingProxyType

from mutation.keys import KEYS
from mutation.mutant import Mutant
from mutation.numbers import NUMBERS
from mutation.output import OUTPUT
from mutation.records import RECORDS
from mutation.text import TEXT
from mutation.times import TIMES

MUTANTS: Mapping[str, Mutant] = MappingProxyType(
    {**NUMBERS, **TEXT, **TIMES, **RECORDS, **KEYS, **OUTPUT}
)
"""By a description of the bug."""
