"""The contracts that are in use now, read again while the function runs.

The bucket of contracts has a pointer that names the bundle in use (`csvgate.contracts
.bundle_format`). An instance reads it at most once in FRESH. Until STALE, such a read runs beside
the event that causes it, which uses the contracts known so far. An event that comes later waits for
the read. So a busy instance never waits, and a deploy is in effect everywhere after STALE.

An instance that cannot read the pointer or the bundle keeps the contracts that it knows. One that
knows none raises Transient: messages wait, and nothing is judged by contracts of an unknown age.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Generic, TypeVar

from csvgate.contracts.bundle_format import (
    MAX_BUNDLE_BYTES,
    MAX_POINTER_BYTES,
    POINTER,
    bundle_in_use,
    bundle_name,
    digest_of,
)
from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, ObjectStore
from csvgate.runtime.errors import Failure, Transient
from csvgate.runtime.library_words import library_words
from csvgate.runtime.log import log

T = TypeVar("T")
FRESH: Final = timedelta(seconds=60)
"""Contracts that were looked up in this time are used without a read."""
STALE: Final = timedelta(seconds=120)
"""Contracts that were looked up longer ago are not used without a read."""


@dataclass(frozen=True, slots=True)
class _Known:
    bundle: str
    value: object
    """What the function uses of the bundle."""


class CurrentContracts(Generic[T]):
    """Returns what `parse` makes of the bundle in use; `parse` raises ValueError for a bundle that
    this version of the function does not understand.

    `cached` is the file of a bundle, which need not exist: it saves reading the bundle in use if it
    is that one. It is never used without the pointer, because it is as old as the function.
    """

    def __init__(
        self,
        store: ObjectStore,
        bucket: str,
        parse: Callable[[bytes], T],
        *,
        cached: Path,
        pool: Executor,
        clock: Clock,
    ) -> None:
        self._store, self._bucket, self._parse = store, bucket, parse
        self._cached, self._pool, self._clock = cached, pool, clock
        self._lock = threading.RLock()  # a read may run within `_started`
        self._known: _Known | None = None
        self._look: Future[T] | None = None
        self._looked_at: datetime | None = None
        self._reads = 0

    def prefetch(self) -> None:
        """Start the first read, so that it runs beside the rest of a cold start."""
        self._started()

    def __call__(self) -> T:
        """Return what is in use now. Threads share it. Raises Transient `contracts.unreadable` and
        `contracts.unusable`, only as long as this instance knows no contracts."""
        if self._known is not None and self._is_within(FRESH):
            return self._value(self._known)
        known, is_usable = self._known, self._is_within(STALE)
        look = self._started()
        if known is not None and is_usable:
            return self._value(known)
        return look.result()

    def _is_within(self, age: timedelta) -> bool:
        """Return whether the latest read began at most this long ago. A clock that was set back
        makes it unknown, and then it did not."""
        if self._looked_at is None:
            return False
        return timedelta(0) <= self._clock() - self._looked_at < age

    def _started(self) -> "Future[T]":
        """Return the read that is under way, or start one."""
        with self._lock:
            look = self._look
            # Another thread may have finished one since the caller looked.
            repeats = look is not None and self._known is not None and self._is_within(FRESH)
            # Between events an instance gets no CPU time, so a read may end long after it got the
            # pointer.
            is_outdated = (
                look is not None and self._known is not None and not self._is_within(STALE)
            )
            if look is None or is_outdated or (look.done() and not repeats):
                self._looked_at = self._clock()
                self._reads += 1
                look = self._look = self._pool.submit(self._read, self._reads)
            return look

    def _read(self, number: int) -> T:
        known = self._known
        try:
            digest = self._in_use()
            if known is None or known.bundle != digest:
                known = self._adopted(number, _Known(digest, self._parsed(digest)))
        except Failure as failure:
            if known is None:
                raise
            fields = {"code": failure.code, "reason": failure.message, "bundle": known.bundle}
            log("WARNING", "contracts not read, those known stay in use", fields)
        return self._value(known)

    def _adopted(self, number: int, read: _Known) -> _Known:
        """Return what is known after this read, unless a later one has begun."""
        with self._lock:
            if number == self._reads or self._known is None:
                self._known = read
                log("INFO", "contracts in use", {"bundle": read.bundle})
            return self._known

    def _in_use(self) -> str:
        pointer = self._object(POINTER, MAX_POINTER_BYTES)
        try:
            return bundle_in_use(pointer)
        except ValueError as error:
            raise self._unusable(POINTER, library_words(error)) from error

    def _parsed(self, digest: str) -> T:
        bundle, name = self._staged(), bundle_name(digest)
        if digest_of(bundle) != digest:
            bundle = self._object(name, MAX_BUNDLE_BYTES)
        if digest_of(bundle) != digest:
            raise self._unusable(name, "its SHA-256 is not the one that its name says")
        try:
            return self._parse(bundle)
        except ValueError as error:
            raise self._unusable(
                name, f"this version of the function does not understand it: {library_words(error)}"
            ) from error

    def _staged(self) -> bytes:
        try:
            return self._cached.read_bytes()
        except OSError:
            return b""

    def _object(self, name: str, max_bytes: int) -> bytes:
        uri = f"gs://{self._bucket}/{name}"
        try:
            found = self._store.read(self._bucket, name, max_bytes=max_bytes)
        except Failure as failure:
            raise Transient(
                "contracts.unreadable", f"{uri}: {failure.code}: {failure.message}"
            ) from failure
        if found is None:
            raise Transient(
                "contracts.unreadable",
                f"{uri} does not exist. Deploy the contracts with `csvgate contracts deploy`",
            )
        return found

    def _unusable(self, name: str, why: str) -> Transient:
        return Transient(
            "contracts.unusable",
            f"gs://{self._bucket}/{name} cannot be used: {why}. Deploy the functions that belong "
            "to these contracts, or return to earlier ones with `csvgate contracts rollback`",
        )

    def _value(self, known: _Known) -> T:
        value: T = known.value  # type: ignore[assignment]
        return value
