"""The interface of what judges whole rows: the contract's expressions, computed over typed values.

The engine does not know how they are computed. It passes rows without other faults, in the file's
order, in groups of any size; what is found for a row must not depend on its group.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from csvgate.validation.faults import Fault


class Judged(NamedTuple):
    """What was found in n rows, by their indexes from 0 to n - 1."""

    faults: Mapping[int, tuple[Fault, ...]]
    """For each row that is rejected, at least one."""
    warnings: Mapping[int, Sequence[int]]
    """For each check that warns of rows that are not rejected, these rows in order. The key i is
    the check's index in the contract, for rows for which the check is false, or ~i, for rows for
    which its expression cannot be computed."""


Judge = Callable[[Sequence[int], Sequence[Sequence[object]]], Judged]
"""Takes the physical line of each row and the columns, both as in `Batch`, and returns what was
found."""
