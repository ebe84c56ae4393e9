"""Makes many calls in an instance's threads, and leaves threads for its other requests."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")

MOST_WAITING: Final = 8
"""The most calls of one `map_bounded` that are submitted and not done: half of the threads of an
instance that handles four requests, so that the other requests find free ones."""


def map_bounded(pool: Executor, call: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Yield the results in the order of the items. `Executor.map` would submit all calls at once,
    and other requests of the instance, whose calls are queued behind them, would wait for minutes.
    Raises what the first failed call raises, and then submits no more."""
    waiting: deque[Future[R]] = deque()
    for item in items:
        waiting.append(pool.submit(call, item))
        if len(waiting) == MOST_WAITING:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
