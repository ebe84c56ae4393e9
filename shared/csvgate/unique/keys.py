"""Which keys a file has had, and where: the part of `unique` that needs memory."""

from collections.abc import Hashable
from struct import iter_unpack, pack
from typing import TYPE_CHECKING, Final, Protocol

from csvgate.unique.value_hash import hash_value

if TYPE_CHECKING:
    from csvgate.unique.index import KeyIndex

MOST_IN_MEMORY: Final = 1_000_000
"""Keys of one file, all its unique fields together: about 110 MB (see `KeyIndex`)."""

_SHORT: Final = 64
_DICTIONARY_SHARE: Final = 4
"""A key in a dictionary takes about four times the memory of one in the index."""


class KeySet(Protocol):
    """Keys of one field, or of one group of fields."""

    def claim(self, key: Hashable, line: int) -> int | None:
        """None when the key is this line's, now or already; otherwise the line that has it."""

    def close(self) -> None:
        """Free what it holds, on disk too."""


class SpillingKeys:
    """In a dictionary at first, which needs no numpy; beyond a quarter of `most` keys, or when
    asked for, in a `KeyIndex` that keeps `most` in memory and the rest on disk.

    OSError when the disk is full.
    """

    def __init__(self, most: int = MOST_IN_MEMORY) -> None:
        self._most = most
        self._memory: dict[str | int | bytes, int] = {}
        self._index: KeyIndex | None = None

    def claim(self, key: Hashable, line: int) -> int | None:
        if self._index is not None:
            return self._index.claim_one(*hash_value(key), line) or None
        first = self._memory.setdefault(fingerprint(key), line)
        if first != line:
            return first
        if len(self._memory) * _DICTIONARY_SHARE > self._most:
            self.index()
        return None

    def index(self) -> "KeyIndex":
        """The keys as an index, for claims by the columnful; `claim` goes on with the same one."""
        if self._index is None:
            from csvgate.unique.index import KeyIndex

            index = KeyIndex(self._most)
            for short, line in self._memory.items():
                index.claim_one(*_words(short), line)
            self._index, self._memory = index, {}
        return self._index

    def close(self) -> None:
        self._memory = {}
        if self._index is not None:
            self._index.close()


def fingerprint(key: Hashable) -> str | int | bytes:
    """Short text and numbers stand for themselves, what else there is by its hash. Equal values
    have equal fingerprints, however they were written: 1.0 and 1.00, noon in Paris and eleven in
    London."""
    if isinstance(key, str) and len(key) <= _SHORT:
        return key
    if isinstance(key, int):
        return int(key)
    return pack("<QQ", *hash_value(key))


def _words(short: str | int | bytes) -> tuple[int, int]:
    """`hash_value` of the key that has this fingerprint."""
    if isinstance(short, bytes):
        return next(iter_unpack("<QQ", short))
    return hash_value(short)
