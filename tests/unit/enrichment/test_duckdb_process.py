"""DuckDB in a process of its own: whatever happens there is a failure with a name here."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from csvgate.enrichment.rows.enrich_rows import Enrichment
from csvgate.enrichment.sql import derived_columns
from csvgate.enrichment.sql.process import duckdb_process
from csvgate.enrichment.sql.process.duckdb_process import DuckDBProcess
from csvgate.enrichment.sql.process.engine import Budget
from csvgate.enrichment.sql.process.engine_errors import EngineCrashed, EngineTooSlow, SqlError
from csvgate.runtime.errors import Permanent, Transient
from unit.enrichment.enrich_examples import chunk, contract, derive

ONE = pa.table({"s": ["a"]})
DEEP = pa.table({"s": ["[" * 100_000 + "]" * 100_000]})
CRASH = "SELECT json_contains(s, s) AS v FROM chunk"
"""Overflows the stack of DuckDB 2.0 on nested values. Expressions may not call it."""
SLOW = "SELECT count(*) AS v FROM chunk, range(1000000000000) AS r WHERE hash(r.range) = 1"
DEAF = "SELECT nfc_normalize(s) AS v FROM chunk"
"""Does not look whether it was interrupted."""
MARKS = pa.table({"s": ["a" + "\u0323\u0301" * 400_000]})


@pytest.fixture
def engine() -> Iterator[DuckDBProcess]:
    found = DuckDBProcess()
    yield found
    found.close()


def pid(engine: DuckDBProcess) -> int:
    (process,) = [engine._process]
    assert process is not None
    return process.pid


def values(engine: DuckDBProcess, sql: str, table: pa.Table = ONE) -> list[object]:
    found: list[object] = engine.select(sql, table, Budget()).column("v").to_pylist()
    return found


def test_a_query_that_crashes_duckdb_is_tried_twice(
    engine: DuckDBProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ["a"] == values(engine, "SELECT s AS v FROM chunk")
    before, starts = pid(engine), []
    running = engine._running

    def counted() -> Any:
        process = running()
        starts.append(process.pid)
        return process

    monkeypatch.setattr(engine, "_running", counted)
    with pytest.raises(EngineCrashed, match=r"^signal SIGSEGV$"):
        engine.select(CRASH, DEEP, Budget())
    assert before == starts[0]
    assert 2 == len(set(starts))
    assert engine._process is None
    assert ["a"] == values(engine, "SELECT s AS v FROM chunk")
    assert pid(engine) != before


def test_a_process_that_is_killed_between_two_queries_is_started_again(
    engine: DuckDBProcess,
) -> None:
    assert ["INTEGER"] == engine.types("SELECT 1")
    os.kill(pid(engine), signal.SIGKILL)
    assert ["A"] == values(engine, "SELECT upper(s) AS v FROM chunk")


def test_a_process_that_is_killed_in_a_query_is_started_again(engine: DuckDBProcess) -> None:
    """Its first process dies of something else than the query."""
    engine.types("SELECT 1")
    first = pid(engine)
    os.kill(first, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(values, engine, "SELECT upper(s) AS v FROM chunk")
        while not engine._turn.locked():
            time.sleep(0.01)
        os.kill(first, signal.SIGKILL)
        assert ["A"] == running.result()
    assert pid(engine) != first


def test_a_query_is_interrupted_and_the_process_kept(engine: DuckDBProcess) -> None:
    engine.types("SELECT 1")
    before, budget = pid(engine), Budget(0.2)
    with pytest.raises(EngineTooSlow):
        engine.select(SLOW, ONE, budget)
    assert budget.seconds <= 0
    assert before == pid(engine)
    with pytest.raises(EngineTooSlow):
        engine.select("SELECT s AS v FROM chunk", ONE, budget)
    assert ["a"] == values(engine, "SELECT s AS v FROM chunk")


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGALRM])
def test_a_query_that_cannot_be_interrupted_is_ended(
    by: signal.Signals, engine: DuckDBProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Either the function kills its process, or the process ends itself."""
    monkeypatch.setattr(duckdb_process, "_GRACE_SECONDS", 0.2)
    engine.types("SELECT 1")
    process = engine._process
    assert process is not None
    if by == signal.SIGALRM:
        monkeypatch.setattr(process, "kill", lambda: None)
    with pytest.raises(EngineTooSlow):
        engine.select(DEAF, MARKS, Budget(0.2))
    assert -by == process.returncode
    assert engine._process is None
    assert ["a"] == values(engine, "SELECT s AS v FROM chunk")


def test_memory_is_limited(engine: DuckDBProcess) -> None:
    long = pa.table({"s": ["a" * 1_000_000]})
    with pytest.raises(SqlError, match=r"^it needs more memory than expressions may use$"):
        engine.select("SELECT length(repeat(s, 1500)) AS v FROM chunk", long, Budget())
    assert ["a"] == values(engine, "SELECT s AS v FROM chunk")
    limits = Path(f"/proc/{pid(engine)}/limits").read_text()
    assert "unlimited" not in limits.partition("Max address space")[2].partition("\n")[0]
    assert ["0", "0"] == limits.partition("Max core file size")[2].split()[:2]


def test_the_size_of_a_result_is_limited(engine: DuckDBProcess) -> None:
    rows = pa.table({"s": ["a"] * 200_000})
    with pytest.raises(SqlError, match=r"^its results take over 128 MiB$"):
        engine.select("SELECT rpad(s, 1000, 'x') AS v FROM chunk", rows, Budget())


def test_many_threads_take_turns(engine: DuckDBProcess) -> None:
    def run(start: int) -> list[object]:
        table = pa.table({"n": range(start, start + 1_000)})
        return values(engine, "SELECT n + 1 AS v FROM chunk", table)

    with ThreadPoolExecutor(4) as pool:
        for start, found in zip(range(40), pool.map(run, range(40)), strict=True):
            assert [*range(start + 1, start + 1_001)] == found
    assert len(children(os.getpid(), pid(engine))) == 1


def test_no_descriptor_and_no_process_is_left_over(engine: DuckDBProcess) -> None:
    before = os.listdir("/proc/self/fd")  # noqa: PTH208
    for _ in range(2):
        with pytest.raises(EngineCrashed):
            engine.select(CRASH, DEEP, Budget())
        engine.types("SELECT 1")
    last = pid(engine)
    engine.close()
    assert before == os.listdir("/proc/self/fd")  # noqa: PTH208
    assert [] == children(os.getpid(), last)


def test_it_ends_when_the_function_is_killed(tmp_path: Path) -> None:
    """Even in the middle of a query."""
    program = (
        f"import sys, threading; sys.path[:0] = {sys.path!r}\n"
        "import pyarrow as pa\n"
        "from csvgate.enrichment.sql.process.duckdb_process import shared\n"
        "from csvgate.enrichment.sql.process.engine import Budget\n"
        "shared().types('SELECT 1')\n"
        "print(shared()._process.pid, flush=True)\n"
        f"shared().select({SLOW!r}, pa.table({{'s': ['a']}}), Budget())\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        started = seconds_of(child)
        while seconds_of(child) < started + 0.5:
            time.sleep(0.05)
        parent.kill()
    # Returns at once: `wait` is not possible for the child of another process.
    for _ in range(1_000):
        if not alive(child):
            break
        time.sleep(0.02)
    assert not alive(child)


def test_it_knows_no_setting_of_the_function_and_prints_nowhere(
    engine: DuckDBProcess, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SENDGRID_API_KEY", "secret")
    with pytest.raises(SqlError) as caught:
        engine.select(
            "SELECT CAST(s AS BIGINT) AS v FROM chunk", pa.table({"s": ["4711x"]}), Budget()
        )
    assert "4711" not in str(caught.value)
    with pytest.raises(EngineCrashed):
        engine.select(CRASH, DEEP, Budget())
    engine.types("SELECT 1")
    assert b"secret" not in Path(f"/proc/{pid(engine)}/environ").read_bytes()
    assert {"0": os.devnull, "1": os.devnull, "2": os.devnull} == {
        number: str(Path(f"/proc/{pid(engine)}/fd/{number}").readlink()) for number in "012"
    }
    assert ("", "") == tuple(capfd.readouterr())


def test_a_process_that_does_not_start(
    engine: DuckDBProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb_process, "_MODULE", "nothing.there")
    with pytest.raises(Transient, match=r"^derive\.engine: .* did not start \(exit status 1\)"):
        engine.types("SELECT 1")


def test_a_chunk_that_crashes_duckdb_is_named(
    engine: DuckDBProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    failure = failure_of(engine, monkeypatch, "SELECT json_contains(s, s) AS v FROM chunk")
    assert "derive.crashed" == failure.code
    assert failure.message.startswith(
        "DuckDB crashed twice (signal SIGSEGV) on the chunk from line 2 on, computing v = upper(s)."
    )


def test_a_chunk_that_takes_too_long_is_named(
    engine: DuckDBProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("csvgate.enrichment.rows.enrich_rows.Budget", lambda: Budget(0.2))
    failure = failure_of(engine, monkeypatch, SLOW)
    assert "derive.too_slow" == failure.code
    assert "the chunk from line 2 on were not computed within 60 seconds" in failure.message


def failure_of(engine: DuckDBProcess, monkeypatch: pytest.MonkeyPatch, sql: str) -> Permanent:
    """What a chunk ends with when its expression turns out to be `sql`."""
    enrichment = Enrichment(contract({"s": "STRING"}, [derive("upper(s)", "STRING")]), {})
    monkeypatch.setattr(derived_columns, "shared", lambda: engine)
    monkeypatch.setattr(derived_columns, "_query", lambda _: sql)
    with pytest.raises(Permanent) as raised:
        enrichment.apply(chunk({"s": "STRING"}, DEEP.to_pydict()))
    assert "[[" not in raised.value.message
    return raised.value


def children(parent: int, *expected: int) -> list[int]:
    """Those of the processes that are alive and have this parent."""
    return [each for each in expected if alive(each) and parent == parent_of(each)]


def seconds_of(process: int) -> float:
    """The CPU time of the process, which grows while a query runs."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
