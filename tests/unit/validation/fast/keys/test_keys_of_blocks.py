"""A key that occurs again is a fault, however far away the first occurrence is: in the same block,
in the next one, or in one long before."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("pyarrow")

from csvgate.contracts.model import Contract
from csvgate.unique import ascending, index, runs
from csvgate.validation.validate import validate
from unit.validation.files import contract

COUNT = 600
REPEATS = {30: 29, 31: 0, 200: 32, 201: 199, 202: 0, 599: 300, 598: 1}
"""Rows that repeat the key of an earlier row, both counted from 0."""
KINDS: dict[str, Callable[[int], str]] = {
    "ascending numbers": str,
    "descending numbers": lambda n: str(10_000 - n),
    "scattered numbers": lambda n: str(n * 7919 % 100_003),
    "ascending texts": lambda n: f"ORD-{n:09}",
    "texts of two prefixes": lambda n: f"{'AB'[n % 2]}-{n // 2:09}",
    "scattered texts": lambda n: f"{n * 7919 % 100_003}-{'x' * (n % 40)}",
}
PATHS = {"rules": 2**62, "blocks": 1}


def use_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few hundred keys use the structures for many, and a filter that is often wrong."""
    monkeypatch.setattr(ascending, "_SMALLEST_PART", 16)
    monkeypatch.setattr(index, "_FIRST_FILTER", 64)
    monkeypatch.setattr(index, "_ROOMY", 1)
    monkeypatch.setattr(runs, "_FAN", 3)
    monkeypatch.setattr(runs, "_COMPACT_KEYS", 100)


def keys(kind: str) -> Iterator[str]:
    for row in range(COUNT):
        yield KINDS[kind](REPEATS.get(row, row))


def repeated(file: str, rules: Contract, path: str) -> list[tuple[int, str]]:
    found = validate([file.encode()], rules, vector_bytes=PATHS[path], block_bytes=400)
    faults = [fault for batch in found for row in batch.rejected for fault in row.faults]
    return [(fault.line, fault.message) for fault in faults]


def expected(what: str) -> list[tuple[int, str]]:
    return [
        (row + 1, f"repeats the {what} of line {first + 1}; only the first occurrence is accepted")
        for row, first in sorted(REPEATS.items())
    ]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_repeated_value(kind: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_parts(monkeypatch)
    type_ = "integer" if "numbers" in kind else "string"
    field: dict[str, Any] = {"name": "a", "type": type_, "constraints": {"unique": True}}
    rules = contract(field, "b", dialect={"header": False})
    file = "".join(f"{key},x\n" for key in keys(kind))
    assert expected("value") == repeated(file, rules, path)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "key",
    [{"schema": {"primaryKey": ["a", "b"]}}, {"merge": {"key": ["a", "b"]}}],
    ids=["primary key", "merge key"],
)
def test_a_repeated_combination(
    kind: str, path: str, key: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    use_small_parts(monkeypatch)
    rules = contract("a", "b", dialect={"header": False}, **key)
    file = "".join(f"{key},same\n" for key in keys(kind))
    assert expected("combination of a, b") == repeated(file, rules, path)
