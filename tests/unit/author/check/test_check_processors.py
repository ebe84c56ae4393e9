"""A check by several threads has the result of a check by one, and leaves no thread."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")

from csvgate.contracts.model import Contract
from csvgate.validation.sensitive_values import SensitiveValues
from csvgate.validation.validate import validate
from csvgate_ops.author.check import run
from csvgate_ops.author.check.fault_spool import FaultSpool
from csvgate_ops.author.check.run import Check, Result
from csvgate_ops.author.check.source import Source
from csvgate_ops.cli.author import check as command
from unit.author.check.check_examples import check, write_contract
from unit.delivery.simple import contract, table

SMALL = partial(validate, block_bytes=3_000, chunk_bytes=10_000)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "validate", SMALL)
    monkeypatch.setattr(run, "_VECTOR_BYTES", 1)
    monkeypatch.setattr("csvgate_ops.author.check.source._PIECE_BYTES", 1_000)


def checked(
    path: Path, rules: Contract, processors: int, on_bytes: Callable[[int], None]
) -> tuple[Result, list[Any]]:
    with FaultSpool(10, SensitiveValues(rules, most_readings=100)) as faults:
        found = Check(rules, faults, on_bytes=on_bytes, processors=processors).run(Source(path))
        return found, [*faults]


@pytest.mark.parametrize("limits", [{}, {"rejected_rows": 1_200}])
def test_the_result_is_the_same(limits: dict[str, Any], tmp_path: Path) -> None:
    path, rules = tmp_path / "a.csv", contract(limits=limits)
    path.write_bytes(table(10_000, bad=3_000))
    threads: list[set[str]] = [set(), set()]
    found = [
        checked(path, rules, n + 1, lambda _, n=n: threads[n].add(threading.current_thread().name))  # type: ignore[misc]
        for n in range(2)
    ]
    (one, its_faults), (two, other_faults) = found
    assert (one.counts, one.verdict, one.stopped, one.reasons) == (
        two.counts,
        two.verdict,
        two.stopped,
        two.reasons,
    )
    assert its_faults == other_faults
    assert {"MainThread"} == threads[0]
    assert any(name.startswith("csvgate-blocks") for name in threads[1])
    assert not [each for each in threading.enumerate() if each.name.startswith("csvgate")]


def test_the_command_uses_what_it_may_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = list[int]()

    def spy(*args: Any, processors: int, **options: Any) -> Any:
        seen.append(processors)
        return SMALL(*args, processors=processors, **options)

    monkeypatch.setattr(run, "validate", spy)
    monkeypatch.setattr(command, "usable_processors", lambda: 3)
    path = tmp_path / "a.csv"
    data = b"id,name\n" + b"1,a\n" * 1_000
    path.write_bytes(data)
    rules = write_contract(tmp_path / "contracts", "a")
    done = check(path, "--contract", rules)
    assert (0, [3]) == (done.exit_code, seen), done.output
    done = check("-", "--contract", rules, stdin=data)
    assert (0, [3, 1]) == (done.exit_code, seen), "the main thread reads a pipe, so that it can end"
