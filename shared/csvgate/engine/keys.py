"""Which keys a file has had, and where: the part of `unique` that needs memory."""

import sqlite3
from collections.abc import Hashable
from datetime import date, time
from decimal import Decimal
from hashlib import blake2b
from typing import Final, Protocol

MOST_IN_MEMORY: Final = 1_000_000
"""Keys of one file, all its unique fields together: about 200 MB."""

_SHORT: Final = 32
_CACHE_KIB: Final = 32 * 1024


class KeySet(Protocol):
    """Keys of one field, or of one group of fields."""

    def claim(self, key: Hashable, line: int) -> int | None:
        """None when the key is this line's, now or already; otherwise the line that has it."""

    def close(self) -> None:
        """Free what it holds, on disk too."""


class SpillingKeys:
    """In memory up to `most` keys; beyond, in a SQLite file that the system deletes on close.

    Exact for values that are short; long ones by 128 bits of BLAKE2b, of which two are the same
    less often than a disk lies.
    """

    def __init__(self, most: int = MOST_IN_MEMORY) -> None:
        self._most = most
        self._memory: dict[str | int | bytes, int] = {}
        self._disk: sqlite3.Connection | None = None

    def claim(self, key: Hashable, line: int) -> int | None:
        short = fingerprint(key)
        if self._disk is not None:
            return self._claim_on_disk(self._disk, short, line)
        first = self._memory.setdefault(short, line)
        if first != line:
            return first
        if len(self._memory) > self._most:
            self._spill()
        return None

    def close(self) -> None:
        self._memory = {}
        if self._disk is not None:
            self._disk.close()

    def _spill(self) -> None:
        # An empty name is SQLite's for a file of its own that no other process can see.
        self._disk = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIB}"):
            self._disk.execute(f"PRAGMA {pragma}")
        self._disk.execute("CREATE TABLE key (id BLOB PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        rows = ((_as_bytes(key), line) for key, line in self._memory.items())
        self._disk.execute("BEGIN")
        self._disk.executemany("INSERT INTO key VALUES (?, ?)", rows)
        self._memory = {}

    @staticmethod
    def _claim_on_disk(disk: sqlite3.Connection, short: str | int | bytes, line: int) -> int | None:
        values = (_as_bytes(short), line)
        done = disk.execute("INSERT INTO key VALUES (?, ?) ON CONFLICT DO NOTHING", values)
        if done.rowcount:
            return None
        found = disk.execute("SELECT line FROM key WHERE id = ?", values[:1]).fetchone()
        return None if found[0] == line else int(found[0])


def fingerprint(key: Hashable) -> str | int | bytes:
    """Short text and numbers stand for themselves. Equal values have equal fingerprints, however
    they were written: 1.0 and 1.00, noon in Paris and eleven in London."""
    if isinstance(key, str) and len(key) <= _SHORT:
        return key
    if isinstance(key, int):
        return int(key)
    return blake2b(_canonical(key), digest_size=16).digest()


def _canonical(value: Hashable) -> bytes:
    """Different for different values of one type; the parts of a group do not run together."""
    match value:
        case tuple():
            parts = [_canonical(part) for part in value]
            return b"".join(b"%d:%b" % (len(part), part) for part in parts)
        case None:
            return b"-"
        case bytes():
            return value
        case Decimal() if value == 0:
            return b"0"
        case Decimal():
            sign, digits, exponent = value.as_tuple()
            text = "".join(map(str, digits))
            short = text.rstrip("0")
            scale = exponent + len(text) - len(short) if isinstance(exponent, int) else exponent
            return f"{sign}{short}e{scale}".encode()
        case float():
            return repr(value + 0.0).encode()
        case date() | time():
            return value.isoformat().encode()
    return str(value).encode()


def _as_bytes(short: str | int | bytes) -> bytes:
    """A fingerprint for SQLite, its kind before it: the text 1 and the number 1 differ."""
    match short:
        case str():
            return b"s" + short.encode()
        case int():
            return b"i%d" % short
    return b"h" + short
