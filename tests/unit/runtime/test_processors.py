"""A function uses the processors that it may use, and no more than it pays for."""

import os
from types import SimpleNamespace

import pytest

from csvgate.runtime import start_up
from csvgate.runtime.processors import usable_processors
from unit.runtime.test_settings import ENVIRONMENT


def may_use(monkeypatch: pytest.MonkeyPatch, *processors: int) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {*processors}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)


@pytest.mark.parametrize(("most", "expected"), [(None, 3), (2, 2), (1, 1), (4, 3)])
def test_what_the_process_may_use(
    monkeypatch: pytest.MonkeyPatch, most: int | None, expected: int
) -> None:
    may_use(monkeypatch, 0, 2, 5)
    assert expected == usable_processors(most)


@pytest.mark.parametrize(("count", "expected"), [(8, 8), (None, 1)])
def test_a_system_that_does_not_say_what_a_process_may_use(
    monkeypatch: pytest.MonkeyPatch, count: int | None, expected: int
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: count)
    assert expected == usable_processors()


@pytest.mark.parametrize(("cpu", "expected"), [("1", 1), ("2", 2), ("8", 4), ("", 4)])
def test_an_instance(monkeypatch: pytest.MonkeyPatch, cpu: str, expected: int) -> None:
    may_use(monkeypatch, 0, 1, 2, 3)
    monkeypatch.setattr(start_up, "object_store", lambda _: SimpleNamespace())
    monkeypatch.setattr(start_up, "publisher", lambda _: SimpleNamespace())
    runtime = start_up.start({**ENVIRONMENT, "CSVGATE_PROCESSORS": cpu})
    assert expected == runtime.processors
