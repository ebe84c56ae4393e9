"""Measures where csvgate's time goes, by wrapping its functions from outside.

The product has no clock of its own. Time of a wrapped function that another one calls counts for
the inner one only, so that the stages add up. The clock belongs to one thread.
"""

import importlib
import inspect
import pkgutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any, Final

import csvgate.validation.fast.kernels as kernels
from bench.stage_names import BATCHING, ENCODING, FRAMING, KERNELS, KEYS, READING, REJECTS, RULES

STAGES: Final[dict[str, tuple[str, ...]]] = {
    FRAMING: (
        "csvgate.validation.fast.blocks:BlockReader",
        "csvgate.validation.fast.block_records:BlockFramer",
        "csvgate.validation.fast.table:CellSplitter",
    ),
    KEYS: (
        "csvgate.validation.fast.key_claims:BlockKeys",
        "csvgate.validation.fast.foreign_groups:ForeignGroups",
    ),
    RULES: (
        "csvgate.validation.rules:Rules",
        "csvgate.validation.fast.row_reader:RowReader",
    ),
    BATCHING: ("csvgate.validation.fast.batcher:Batcher",),
    ENCODING: ("csvgate.chunks.arrow:encode",),
    REJECTS: (
        "csvgate.rejects.reject_file:RejectFile",
        "csvgate.rejects.summary:Reasons",
    ),
}
"""The functions of each stage, and the classes whose public methods belong to it. Kernels are found
by their method `clear`, parsers by `parse`; what makes the bytes (decompressing, decoding) is
wrapped where it is given to the engine."""
_ENTRY: Final[Any] = importlib.import_module("csvgate.validation.validate")
"""It imports `open_text`, which decodes the pieces of a file, by its name."""

_Function = Callable[..., Any]


class StageClock:
    """Wraps the functions of all stages for as long as the process runs."""

    def __init__(self) -> None:
        self.seconds: Final = defaultdict[str, float](float)
        """CPU seconds of this thread in each stage since the last `reset`."""
        self.kernels: Final = defaultdict[str, float](float)
        """The same for each class of kernels and parsers."""
        self._inner: Final = list[float]()
        """For each wrapped function that is running, the seconds of those that it called."""

    def install(self) -> None:
        """Wrap all functions. Raises AttributeError for one that does not exist any more."""
        for stage, places in STAGES.items():
            for place in places:
                for owner, name in functions_at(place):
                    setattr(owner, name, self.wrapped(getattr(owner, name), stage))
        open_text = _ENTRY.open_text
        _ENTRY.open_text = lambda *given: _with_second(open_text(*given), self.reading)
        for class_, method in kernel_methods():
            function = getattr(class_, method)
            setattr(class_, method, self.wrapped(function, KERNELS, class_.__name__))

    def reset(self) -> None:
        self.seconds.clear()
        self.kernels.clear()

    def reading(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Pass the pieces on, and count the time that it takes to make them."""
        return self._stepwise(iter(pieces), READING)

    def wrapped(self, function: _Function, stage: str, kernel: str | None = None) -> _Function:
        """Return a function that does the same and counts its time for the stage. A generator
        counts the time of its steps."""
        if inspect.isgeneratorfunction(function):

            @wraps(function)
            def stepwise(*arguments: Any, **named: Any) -> Iterator[Any]:
                return self._stepwise(function(*arguments, **named), stage)

            return stepwise

        @wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            begun = time.thread_time()
            self._inner.append(0.0)
            try:
                return function(*arguments, **named)
            finally:
                spent = time.thread_time() - begun
                alone = spent - self._inner.pop()
                self.seconds[stage] += alone
                if kernel is not None:
                    self.kernels[kernel] += alone
                if self._inner:
                    self._inner[-1] += spent

        return timed

    def _stepwise(self, iterator: Iterator[Any], stage: str) -> Iterator[Any]:
        end = object()
        step = self.wrapped(lambda: next(iterator, end), stage)
        while (item := step()) is not end:
            yield item


def functions_at(place: str) -> Iterator[tuple[Any, str]]:
    """Yield the owner and the name of each function at a place of `STAGES`."""
    module, _, name = place.partition(":")
    owner = importlib.import_module(module)
    found = getattr(owner, name)
    if not isinstance(found, type):
        yield owner, name
        return
    for method, value in vars(found).items():
        if inspect.isfunction(value) and not method.startswith("_"):
            yield found, method


def kernel_methods() -> Iterator[tuple[type, str]]:
    """Yield the classes of the kernel modules that define `clear` or `parse`, and the name of the
    method."""
    for module in pkgutil.walk_packages(kernels.__path__, f"{kernels.__name__}."):
        for class_ in vars(importlib.import_module(module.name)).values():
            if not isinstance(class_, type) or class_.__module__ != module.name:
                continue
            if getattr(class_, "_is_protocol", False):
                continue
            for method in ("clear", "parse"):
                if method in vars(class_):
                    yield class_, method


def _with_second(
    pair: tuple[Any, Iterable[bytes]], change: Callable[[Iterable[bytes]], Iterator[bytes]]
) -> tuple[Any, Iterator[bytes]]:
    return pair[0], change(pair[1])
