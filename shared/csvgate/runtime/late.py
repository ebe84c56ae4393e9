"""Objects that are built at their first use."""

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

from csvgate.runtime.fast_imports import collector_paused

T = TypeVar("T")


def late(build: Callable[[], T]) -> T:
    """Return an object that behaves as the one that `build` returns: `build` is called once, when
    an attribute is used first, by any thread. If it raises, so does this use, and the next one
    calls it again.

    The ports are built this way, because the import of a client library takes longer than the rest
    of a function's start, and many events need only some of them or none.
    """
    return cast(T, _Late(build))


class _Late(Generic[T]):
    def __init__(self, build: Callable[[], T]) -> None:
        self._build = build
        self._built: T | None = None
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        # Once it is built, a use takes no lock.
        built = self._build_once() if self._built is None else self._built
        return getattr(built, name)

    def _build_once(self) -> T:
        with self._lock:
            if self._built is None:
                with collector_paused():
                    self._built = self._build()
            return self._built
