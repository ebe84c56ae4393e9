"""Unsigned integers in the fewest bytes that hold the largest of them, outside of the C heap."""

from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from csvgate.unique.blocks import Words

_PLANES: Final = ((8, np.uint64), (4, np.uint32), (2, np.uint16), (1, np.uint8))


class PackedIntegers:
    """A fixed number of integers between two bounds, which may be written once, in any order.

    Each takes 1 to 8 bytes: as many as the difference of the bounds needs. The bytes of an integer
    are divided among arrays of 64, 32, 16 and 8 bits, so that numpy can read them. `low` is
    subtracted from each.
    """

    def __init__(self, count: int, low: int, high: int) -> None:
        self._low: Final = np.uint64(low)
        width = max(1, ((high - low).bit_length() + 7) // 8)
        kinds = [kind for size, kind in _PLANES if width & size]
        self.planes: Final = [kept(count, kind) for kind in kinds]
        """Arrays (count,), the one with the highest bytes first."""
        bits = [8 * plane.itemsize for plane in self.planes]
        self._shifts: Final = [np.uint64(sum(bits[at + 1 :])) for at in range(len(bits))]

    def put(self, start: int, values: Words) -> None:
        """Write integers (n,) to the places from `start` on. Bits above those that are stored are
        ignored."""
        if self._low:
            values = values - self._low
        for plane, shift in zip(self.planes, self._shifts, strict=True):
            plane[start : start + len(values)] = values >> shift if shift else values

    def take(self, at: "npt.NDArray[np.int64] | slice") -> Words:
        """(n,) Return the integers at these places."""
        found: Words = self.planes[0][at].astype(np.uint64)
        found <<= self._shifts[0]
        for plane, shift in zip(self.planes[1:], self._shifts[1:], strict=True):
            found |= plane[at].astype(np.uint64) << shift
        found += self._low
        return found

    def one(self, at: int) -> int:
        """Return the integer at this place."""
        pairs = zip(self.planes, self._shifts, strict=True)
        return int(self._low) + sum(int(plane[at]) << int(shift) for plane, shift in pairs)


def kept(count: int, kind: Any) -> "npt.NDArray[Any]":
    """Return an array (count,) of zeros for data that stays for long.

    Its memory is mapped for it alone, so it goes back to the system when the array does. From the
    C library, it would lie between arrays that live shorter, and leave holes.
    """
    size = count * np.dtype(kind).itemsize
    return np.frombuffer(mmap(-1, max(1, size), MAP_PRIVATE | MAP_ANONYMOUS), kind, count)
