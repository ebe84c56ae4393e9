"""Tools for mutants: ports that behave otherwise for one caller."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta
from typing import Any

from csvgate.protocol.stream_ages import StreamAges
from simulate.world.swap import swapped


class Wrapped:
    """A port with some methods replaced. They get the port first."""

    def __init__(self, port: Any, **methods: Callable[..., Any]) -> None:
        self._port, self._methods = port, methods

    def __getattr__(self, name: str) -> Any:
        method = self._methods.get(name)
        if method is None:
            return getattr(self._port, name)
        return lambda *args, **more: method(self._port, *args, **more)


class Careless:
    """Publishes without waiting."""

    def __init__(self, publisher: Any) -> None:
        self._publisher = publisher

    def publish(self, topic: str, message: Any) -> "Careless":
        self._publisher.publish(topic, message)
        return self

    def wait(self) -> str:
        return "whatever"


def both(*swaps: AbstractContextManager[Any]) -> AbstractContextManager[Any]:
    """Return one context manager for several."""
    stack = ExitStack()
    for swap in swaps:
        stack.enter_context(swap)
    return stack


def aged(name: str) -> AbstractContextManager[Any]:
    """Believe at once what should be believed only of a stream of this age (`StreamAges`)."""
    return swapped(StreamAges, name, property(lambda _: timedelta(0)))
