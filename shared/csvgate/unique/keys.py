"""The keys of one unique field or group of fields, claimed one at a time."""

from collections.abc import Hashable
from struct import iter_unpack, pack
from typing import TYPE_CHECKING, Final, Protocol

from csvgate.unique.value_hash import hash_value

if TYPE_CHECKING:
    from csvgate.unique.index import KeyIndex

DICTIONARY_KEYS: Final = 100_000
"""About 12 MB of short strings: in a dictionary, a key takes about four times the memory that it
takes in the index."""
_SHORT: Final = 64
"""Characters of a string up to which it is its own fingerprint."""


class KeySet(Protocol):
    """The keys of one field, or of one group of fields."""

    def claim(self, key: Hashable, line: int) -> int | None:
        """Return None if the key belongs to this line, now or already; otherwise the line to which
        it belongs."""


class GrowingKeySet:
    """A dictionary at first, which needs no numpy; a `KeyIndex` from `dictionary_keys` keys on."""

    def __init__(self, dictionary_keys: int = DICTIONARY_KEYS) -> None:
        self._dictionary_keys: Final = dictionary_keys
        self._dictionary: dict[str | int | bytes, int] = {}
        self._index: KeyIndex | None = None

    def claim(self, key: Hashable, line: int) -> int | None:
        if self._index is not None:
            return self._index.claim_one(*hash_value(key), line) or None
        first = self._dictionary.setdefault(fingerprint(key), line)
        if first != line:
            return first
        if len(self._dictionary) > self._dictionary_keys:
            self._move_to_index()
        return None

    def _move_to_index(self) -> None:
        from csvgate.unique.index import KeyIndex

        self._index = KeyIndex()
        for short, line in self._dictionary.items():
            self._index.claim_one(*_hash_fingerprint(short), line)
        self._dictionary = {}


def fingerprint(key: Hashable) -> str | int | bytes:
    """Return a short string or an integer unchanged, and the hash of any other value. Equal values
    have equal fingerprints however they were written: 1.0 and 1.00, noon in Paris and eleven in
    London."""
    if isinstance(key, str) and len(key) <= _SHORT:
        return key
    if isinstance(key, int):
        return int(key)
    return pack("<QQ", *hash_value(key))


def _hash_fingerprint(short: str | int | bytes) -> tuple[int, int]:
    """`hash_value` of the key that has this fingerprint."""
    if isinstance(short, bytes):
        return next(iter_unpack("<QQ", short))
    return hash_value(short)
