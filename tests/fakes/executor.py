"""An executor that runs each call at once, in the caller's thread, so that runs are repeatable."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class InlineExecutor(Executor):
    """`submit` returns a future that is done; its exception is raised where the result is asked
    for, as with threads."""

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        future: Future[T] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - a future holds any failure
            future.set_exception(error)
        return future
