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
from bench.stage_names import (
    BATCHING,
    ENCODING,
    FRAMING,
    KERNELS,
    KEYS,
    READING,
    REJECTS,
    RULES,
)

STAGES: Final[dict[str, tuple[str, ...]]] = {
    FRAMING: (
        "csvgate.validation.fast.blocks:BlockReader.next",
        "csvgate.validation.fast.block_records:BlockFramer.frame",
        "csvgate.validation.fast.table:CellSplitter.split",
    ),
    KEYS: (
        "csvgate.validation.fast.key_claims:BlockKeys.start_block",
        "csvgate.validation.fast.key_claims:BlockKeys.resolve",
        "csvgate.validation.fast.foreign_groups:ForeignGroups.absent",
    ),
    RULES: (
        "csvgate.validation.rules:Rules.check",
        "csvgate.validation.rules:Rules.faults_in",
        "csvgate.validation.fast.row_reader:RowReader.rejected",
        "csvgate.validation.fast.row_reader:RowReader.record",
        "csvgate.validation.fast.row_reader:RowReader.strings",
    ),
    BATCHING: (
        "csvgate.validation.fast.batcher:Batcher.add",
        "csvgate.validation.fast.batcher:Batcher.rest",
    ),
    ENCODING: ("csvgate.chunks.arrow:encode",),
    REJECTS: (
        "csvgate.rejects.reject_file:RejectFile.render",
        "csvgate.rejects.summary:Reasons.add",
        "csvgate.rejects.summary:Reasons.top",
    ),
}
"""The functions of each stage. Kernels are found by their method `clear`, parsers by `parse`; what
makes the bytes (decompressing, decoding) is wrapped where it is given to the engine."""
_ENTRY: Final[Any] = importlib.import_module("csvgate.validation.validate")
"""It imports `open_text`, which decodes the pieces of a file, by its name."""


class StageClock:
    """Wraps the functions of all stages for as long as the process runs."""

    def __init__(self) -> None:
        self.seconds: Final = defaultdict[str, float](float)
        """CPU seconds of this thread in each stage since the last `reset`."""
        self.kernels: Final = set[str]()
        """The names of the innermost kernels and parsers that were called since then."""
        self._stack: Final = list[float]()
        """For each wrapped function that is running, the seconds of those that it called."""
        self._calls: Final = list[bool]()
        """For each kernel that is running, whether it called another one."""

    def install(self) -> None:
        """Wrap all functions. Raises AttributeError for one that does not exist any more."""
        for stage, places in STAGES.items():
            for place in places:
                module, _, name = place.partition(":")
                owner: Any = importlib.import_module(module)
                *path, last = name.split(".")
                for part in path:
                    owner = getattr(owner, part)
                setattr(owner, last, self._wrapped(getattr(owner, last), stage))
        open_text = _ENTRY.open_text
        _ENTRY.open_text = lambda *given: _with_second(open_text(*given), self.reading)
        for class_, method in kernel_methods():
            wrapped = self._wrapped_kernel(getattr(class_, method), class_.__name__)
            setattr(class_, method, wrapped)

    def reset(self) -> None:
        self.seconds.clear()
        self.kernels.clear()

    def reading(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Pass the pieces on, and count the time that it takes to make them."""
        iterator = iter(pieces)
        step = self._wrapped(lambda: next(iterator, None), READING)
        while (piece := step()) is not None:
            yield piece

    def _wrapped(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        if inspect.isgeneratorfunction(function):
            return self._wrapped_generator(function, stage)

        @wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            begun = time.thread_time()
            self._stack.append(0.0)
            try:
                return function(*arguments, **named)
            finally:
                self._leave(begun, stage)

        return timed

    def _wrapped_generator(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @wraps(function)
        def timed(*arguments: Any, **named: Any) -> Iterator[Any]:
            iterator = function(*arguments, **named)
            end = object()
            step = self._wrapped(lambda: next(iterator, end), stage)
            while (item := step()) is not end:
                yield item

        return timed

    def _wrapped_kernel(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        timed = self._wrapped(function, KERNELS)

        @wraps(function)
        def noted(*arguments: Any, **named: Any) -> Any:
            if self._calls:
                self._calls[-1] = True
            self._calls.append(False)
            try:
                return timed(*arguments, **named)
            finally:
                if not self._calls.pop():
                    self.kernels.add(name)

        return noted

    def _leave(self, begun: float, stage: str) -> None:
        spent = time.thread_time() - begun
        inner = self._stack.pop()
        self.seconds[stage] += spent - inner
        if self._stack:
            self._stack[-1] += spent


def kernel_methods() -> Iterator[tuple[type, str]]:
    """Yield the classes of the kernel modules that define `clear` or `parse`, and the name of the
    method."""
    for module in pkgutil.iter_modules(kernels.__path__, f"{kernels.__name__}."):
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
