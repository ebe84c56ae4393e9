"""The arithmetic of `value_hash` on columns of words. The two modules must stay equal."""

import numpy as np
import numpy.typing as npt

from csvgate.unique.value_hash import M1, M2, M3, M4

Words = npt.NDArray[np.uint64]
"""(n,)."""
Hashes = npt.NDArray[np.uint64]
"""(n, 2): the two words of each key."""

_M1, _M2, _M3, _M4 = (np.uint64(factor) for factor in (M1, M2, M3, M4))
_29, _32 = np.uint64(29), np.uint64(32)


def mixed(low: Words, high: Words) -> Hashes:
    """(n, 2): `value_hash.mixed` of each pair."""
    found = np.empty((len(low), 2), np.uint64)
    second = high ^ _spread(low)
    found[:, 0] = low ^ _spread(second)
    found[:, 1] = second
    return found


def absorb(low: Words, high: Words, word: Words) -> None:
    """One step of `value_hash.absorbed`, in place."""
    low ^= word
    low *= _M1
    low ^= low >> _32
    high += low
    high *= _M2
    high ^= high >> _29


def _spread(words: Words) -> Words:
    words = words ^ words >> _32
    words *= _M3
    words ^= words >> _29
    words *= _M4
    words ^= words >> _32
    return words
