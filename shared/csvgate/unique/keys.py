"""The keys of one unique field or group of fields, claimed one at a time."""

from collections.abc import Hashable
from struct import iter_unpack, pack
from typing import TYPE_CHECKING, Final, Protocol

from csvgate.unique.keyed_hash import KeyedHash

if TYPE_CHECKING:
    from csvgate.unique.index import KeyIndex

DICTIONARY_KEYS: Final = 100_000
"""About 12 MB of short strings: in a dictionary, a key takes about five times the memory that it
takes in the index."""
_SHORT: Final = 64
"""Characters of a string up to which it is its own fingerprint."""
_INTEGER: Final = 8
"""Bytes of the fingerprint of an integer."""


class KeySet(Protocol):
    """The keys of one field, or of one group of fields."""

    def claim(self, key: Hashable, line: int) -> int | None:
        """Return None if the key belongs to this line, now or already; otherwise the line to which
        it belongs."""


class GrowingKeySet:
    """A dictionary at first, which needs no numpy; a `KeyIndex` from `dictionary_keys` keys on."""

    def __init__(self, keyed: KeyedHash, dictionary_keys: int = DICTIONARY_KEYS) -> None:
        self._keyed: Final = keyed
        self._dictionary_keys: Final = dictionary_keys
        self._dictionary: dict[str | bytes, int] = {}
        self._index: KeyIndex | None = None

    def claim(self, key: Hashable, line: int) -> int | None:
        if self._index is not None:
            return self._index.claim_one(*self._keyed.value(key), line) or None
        first = self._dictionary.setdefault(fingerprint(key, self._keyed), line)
        if first != line:
            return first
        if len(self._dictionary) > self._dictionary_keys:
            self._move_to_index()
        return None

    def _move_to_index(self) -> None:
        from csvgate.unique.index import KeyIndex

        self._index = KeyIndex()
        for short, line in self._dictionary.items():
            self._index.claim_one(*_hash_fingerprint(short, self._keyed), line)
        self._dictionary = {}


def fingerprint(key: Hashable, keyed: KeyedHash) -> str | bytes:
    """Return a short string unchanged, an integer of 64 bits as 8 bytes, and the hash of any other
    value as 16 bytes. Equal values have equal fingerprints however they were written: 1.0 and 1.00,
    noon in Paris and eleven in London.

    Python hashes strings and bytes with SipHash under a random key of the process. It hashes
    integers without a key, so a file could be made whose integers share their places in a
    dictionary.
    """
    if isinstance(key, str) and len(key) <= _SHORT:
        return key
    if isinstance(key, int) and -(2**63) <= key < 2**63:
        return key.to_bytes(_INTEGER, "little", signed=True)
    return pack("<QQ", *keyed.value(key))


def _hash_fingerprint(short: str | bytes, keyed: KeyedHash) -> tuple[int, int]:
    """Return the hash of the key that has this fingerprint."""
    if isinstance(short, str):
        return keyed.value(short)
    if len(short) == _INTEGER:
        return keyed.value(int.from_bytes(short, "little", signed=True))
    return next(iter_unpack("<QQ", short))
