"""Shows progress on a terminal, for commands that take longer than a second."""

import sys
import time
from collections.abc import Callable
from typing import Final

_PATIENCE_S: Final = 1.0
_BETWEEN_S: Final = 0.2


class Progress:
    """A context manager. `size` is the file's size in bytes, or None; `clock` is in seconds."""

    def __init__(
        self, size: int | None, *, shown: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._size = size
        self._shown = shown
        self._clock = clock
        self._begun = clock()
        self._next = self._begun + _PATIENCE_S
        self._bytes = self._rows = self._rejected = 0
        self._dirty = False

    def on_bytes(self, count: int) -> None:
        self._bytes += count
        self._draw()

    def on_rows(self, read: int, rejected: int) -> None:
        self._rows, self._rejected = read, rejected
        self._draw()

    def _draw(self) -> None:
        now = self._clock()
        if not self._shown or now < self._next:
            return
        self._next = now + _BETWEEN_S
        self._dirty = True
        mebibytes = f"{self._bytes / 2**20:,.0f} MiB"
        share = f"{min(self._bytes / self._size, 1):4.0%}" if self._size else mebibytes
        counts = f"{self._rows:,} rows, {self._rejected:,} rejected"
        sys.stderr.write(f"\r\x1b[K{share}  {counts}  {now - self._begun:,.0f} s")
        sys.stderr.flush()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._dirty:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
