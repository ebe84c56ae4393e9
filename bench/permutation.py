"""A permutation of a range of numbers, computed for each number without a table.

It is a Feistel network in mixed radix. A number below LEFT × RIGHT is a pair of a left and a right
part. Each round adds a hash of one part to the other, modulo its size, which can be undone; so no
two numbers become the same one.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]

_KEYS: Final = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93)
"""One for each round. Four rounds are enough for the result to look random."""


def permuted(numbers: Numbers, left: int, right: int) -> Numbers:
    """(n,) Return for each number below `left * right` another one; never the same for two."""
    high, low = np.divmod(numbers, np.uint64(right))
    for round_, key in enumerate(_KEYS):
        if round_ % 2:
            high = (high + _hash(low, key)) % np.uint64(left)
        else:
            low = (low + _hash(high, key)) % np.uint64(right)
    return high * np.uint64(right) + low


def _hash(numbers: Numbers, key: int) -> Numbers:
    """(n,) Hashes of 32 bits, so that a sum with a part of a number does not overflow: the
    finalizer of splitmix64."""
    mixed = numbers ^ np.uint64(key)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed ^ (mixed >> np.uint64(31))) >> np.uint64(32)
