"""Groups equal values of a column by their keyed hashes."""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.unique.blocks import Hashes, Words

_BOTH: Final = np.dtype([("first", np.uint64), ("second", np.uint64)])


class Groups(NamedTuple):
    """n values, k of them distinct."""

    firsts: npt.NDArray[np.int64]
    """(k,) The index of one of the equal values."""
    indices: npt.NDArray[np.int32]
    """(n,) For each value, the index in `firsts`."""


def group_equal(hashes: Hashes) -> Groups:
    """Return which of the n values that have these hashes (n, 2) are equal.

    Arrow finds equal numbers with a hash table whose hash has no key. Given the values themselves,
    it would take time that grows with the square of their number for values made for that; given
    keyed hashes, it never does.
    """
    codes = dictionary_codes(np.ascontiguousarray(hashes[:, 0]))
    firsts = np.empty(int(codes.max(initial=-1)) + 1, np.int64)
    firsts[codes] = np.arange(len(codes))
    second = np.ascontiguousarray(hashes[:, 1])
    if not np.array_equal(second.take(firsts).take(codes), second):
        # Two different values have the same first word: once in 2**30 blocks of 2**17 values.
        return _by_both_words(hashes)
    return Groups(firsts, codes)


def dictionary_codes(words: Words) -> npt.NDArray[np.int32]:
    """(n,) Number the distinct words from 0."""
    codes: npt.NDArray[np.int32] = pa.array(words).dictionary_encode().indices.to_numpy()
    return codes


def _by_both_words(hashes: Hashes) -> Groups:
    whole: Any = np.ascontiguousarray(hashes).view(_BOTH).reshape(-1)
    _, firsts, indices = np.unique(whole, return_index=True, return_inverse=True)
    return Groups(firsts, indices.astype(np.int32))
