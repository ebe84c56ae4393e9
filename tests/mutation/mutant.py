"""A deliberate bug of the engine, and the tests of which one must fail with it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from inspect import signature
from itertools import product
from typing import Any, NamedTuple

import pytest
from _pytest.assertion import util

Test = Callable[..., None]
"""A test function of the engine. It may have parameters and use `monkeypatch`; without examples
that hypothesis draws, so that it fails in every run or in none."""


class Mutant(NamedTuple):
    patch: Callable[[], AbstractContextManager[Any]]
    """Returns a context manager that puts the bug into the engine and removes it at its end."""
    tests: tuple[Test, ...]


def failure(tests: tuple[Test, ...]) -> str | None:
    """Run these tests with all their parameters. Return which of them failed first, with its
    parameters and its error; None if all passed."""
    for test in tests:
        for arguments in _parameters(test):
            with pytest.MonkeyPatch.context() as monkeypatch:
                # pytest compares what an assertion found line by line, which takes minutes for long
                # lists; nobody reads it.
                monkeypatch.setattr(util, "_reprcompare", None)
                if "monkeypatch" in signature(test).parameters:
                    arguments["monkeypatch"] = monkeypatch
                try:
                    test(**arguments)
                except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001  # any failure counts
                    shown = ", ".join(map(repr, arguments.values()))
                    return f"{test.__name__}({shown}): {error!r}"
    return None


def _parameters(test: Test) -> Iterator[dict[str, Any]]:
    """Yield the arguments of each run that the test's `parametrize` marks ask for."""
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    for row in product(*map(_arguments, marks)):
        yield {name: value for arguments in row for name, value in arguments.items()}


def _arguments(mark: pytest.Mark) -> list[dict[str, Any]]:
    given, rows = mark.args
    names = [name.strip() for name in given.split(",")] if isinstance(given, str) else list(given)
    plain = [row.values if hasattr(row, "marks") else row for row in rows]
    if len(names) > 1:
        return [dict(zip(names, row, strict=True)) for row in plain]
    return [
        {names[0]: row[0] if hasattr(old, "marks") else row}
        for old, row in zip(rows, plain, strict=True)
    ]
