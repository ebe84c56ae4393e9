"""The threads of an instance are shared by all its requests: a delivery that finalizes thousands of
streams must not keep the others waiting."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any

from csvgate.runtime.concurrent_calls import MOST_WAITING, map_bounded


class Counting(ThreadPoolExecutor):
    """Counts the calls that were submitted and are not done."""

    def __init__(self) -> None:
        super().__init__(2)
        self._lock, self._open, self.most = Lock(), 0, 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        with self._lock:
            self._open += 1
            self.most = max(self.most, self._open)
        future = super().submit(fn, *args, **kwargs)
        future.add_done_callback(self._done)
        return future

    def _done(self, _: "Future[Any]") -> None:
        with self._lock:
            self._open -= 1


def test_few_calls_are_queued_at_a_time_and_results_keep_their_order() -> None:
    with Counting() as pool:
        assert [2 * n for n in range(1000)] == list(map_bounded(pool, lambda n: 2 * n, range(1000)))
        # A call is counted for a moment longer than its result is awaited, by each thread.
        assert 1 < pool.most <= MOST_WAITING + 2
