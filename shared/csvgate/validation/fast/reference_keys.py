"""Looks up many keys at once among the keys of a reference, by their keyed hashes."""

from collections.abc import Container, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from csvgate.unique.blocks import Hashes
from csvgate.unique.column_hash import combine_columns, hash_column
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.fast.arrays import Ints, Mask


class ReferenceKeys:
    """The keys of a reference in the order of their hashes, with an index of the places where the
    hashes with the same highest bits begin: about one hash for each place."""

    def __init__(self, hashes: Hashes) -> None:
        """`hashes` (k, 2) are the keyed hashes of the keys."""
        order = np.argsort(hashes[:, 0])
        self._first: Final = np.append(hashes[order, 0], np.uint64(0))
        self._second: Final = np.append(hashes[order, 1], np.uint64(0))
        bits = max(1, len(hashes).bit_length())
        self._shift: Final = np.uint64(64 - bits)
        places = (self._first[:-1] >> self._shift).astype(np.int64)
        self._starts: Final = np.searchsorted(places, np.arange((1 << bits) + 1)).astype(np.int32)

    def have(self, hashes: Hashes) -> Mask:
        """(n,) Return whether each of the keys with these hashes (n, 2) is in the reference. Of two
        keys of the reference whose first words are equal, one may be reported as absent."""
        first, found = np.ascontiguousarray(hashes[:, 0]), np.zeros(len(hashes), np.bool_)
        places = (first >> self._shift).view(np.int64)
        at, ends = self._starts.take(places), self._starts.take(places + 1)
        rows: Ints = np.flatnonzero(at < ends)
        at, ends, first = at[rows], ends[rows], first[rows]
        while len(rows):
            same = self._first.take(at) == first
            same_rows = rows[same]
            found[same_rows] = self._second.take(at[same]) == hashes[same_rows, 1]
            at += 1
            left = np.flatnonzero(~same & (at < ends))
            rows, at, ends, first = rows[left], at[left], ends[left], first[left]
        return found


def keys_of_values(
    known: Container[object], kind: "pa.DataType", keyed: KeyedHash
) -> ReferenceKeys | None:
    """Return the keys of one column of that Arrow type; None if they cannot be listed, or if
    `hash_column` would hash them one by one."""
    if not isinstance(known, set | frozenset) or pa.types.is_decimal256(kind):
        return None
    # NaN equals no value, but all of them have the same hash.
    values = [value for value in known if value == value]
    hashes = _hash_values(values, kind, keyed)
    return None if hashes is None else ReferenceKeys(hashes)


def keys_of_tuples(
    known: Container[object], kinds: Sequence["pa.DataType"], keyed: KeyedHash
) -> ReferenceKeys | None:
    """Return the keys of several columns of these Arrow types; None as for `keys_of_values`."""
    if not isinstance(known, set | frozenset) or any(map(pa.types.is_decimal256, kinds)):
        return None
    rows = [*known]
    for at, kind in enumerate(kinds):
        if pa.types.is_floating(kind):
            # NaN equals no value, but all of them have the same hash.
            rows = [row for row in rows if row[at] == row[at]]
    hashes = [_hash_values([row[at] for row in rows], kind, keyed) for at, kind in enumerate(kinds)]
    given = [each for each in hashes if each is not None]
    return ReferenceKeys(combine_columns(given, keyed)) if len(given) == len(kinds) else None


def _hash_values(values: Sequence[object], kind: "pa.DataType", keyed: KeyedHash) -> Hashes | None:
    try:
        return hash_column(pa.array(values, kind), keyed)
    except (pa.ArrowException, OverflowError, UnicodeError):  # not values of the column's type
        return None
