"""Restart policy, files, and knowing one's own processes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from csvgate_ops.local.cloud.errors import Fault
from csvgate_ops.local.cloud.files import DataDir, last_lines, read_json, write_json
from csvgate_ops.local.supervisor import stale
from csvgate_ops.local.supervisor.process_identity import (
    INSTANCE_VARIABLE,
    Process,
    identify,
    is_alive,
    members,
    send,
)
from csvgate_ops.local.supervisor.restarts import Restarts


def test_pauses_grow_and_the_fifth_death_is_the_last() -> None:
    restarts = Restarts()
    pauses = [restarts.died(float(second), own_fault=True) for second in range(5)]
    assert [round(p, 1) if p else p for p in pauses] == [0.1, 0.3, 0.9, 2.7, None]


def test_deaths_long_ago_are_forgotten() -> None:
    restarts = Restarts()
    assert all(restarts.died(second * 10.0, own_fault=True) for second in range(50))


def test_being_killed_from_outside_is_never_a_crash_loop() -> None:
    restarts = Restarts()
    assert all(restarts.died(0.0, own_fault=False) for _ in range(100))


def test_a_file_is_replaced_as_a_whole_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.json"
    write_json(path, {"a": 1}, mode=0o600)
    write_json(path, {"a": 2}, mode=0o600)
    assert read_json(path) == {"a": 2}
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["file.json"]


def test_what_is_no_json_reads_as_none(tmp_path: Path) -> None:
    (tmp_path / "half").write_text('{"a": ')
    assert read_json(tmp_path / "half") is None
    assert read_json(tmp_path / "none") is None


def test_the_end_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("x" * 100_000 + "\nlast but one\n\nlast\n")
    assert last_lines(log, 2) == ("last but one", "last")
    assert last_lines(tmp_path / "none") == ()


def test_a_fault_survives_in_a_file() -> None:
    fault = Fault("storage", "broken", "fix it", "/log", ("one", "two"))
    assert Fault.from_json(fault.as_json()) == fault


def sleeper(**variables: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); import time; time.sleep(60)"],
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
    )


def test_a_signal_reaches_the_process_that_was_meant_and_no_other() -> None:
    process = sleeper()
    try:
        known = identify(process.pid)
        assert known is not None
        stranger = Process(process.pid, known.start_time - 1)
        assert not send(stranger, signal.SIGKILL)
        assert not is_alive(stranger)
        assert process.poll() is None
        assert send(known, signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
        assert not send(known, signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]


def test_stale_processes_are_found_by_record_and_by_mark(tmp_path: Path) -> None:
    data_dir = DataDir(tmp_path)
    recorded, marked, innocent = sleeper(), sleeper(**{INSTANCE_VARIABLE: "abc"}), sleeper()
    started = [recorded, marked, innocent]
    try:
        for process in started:
            assert process.stdout is not None
            process.stdout.readline()
        known, other = identify(recorded.pid), identify(innocent.pid)
        assert known is not None
        assert other is not None
        reused = Process(other.pid, other.start_time - 1)
        children = {"storage": known.as_json(), "pubsub": reused.as_json()}
        write_json(data_dir.supervisor, {"instance": "abc", "children": children})
        write_json(data_dir.endpoints, {})
        assert [p.pid for p in members("abc")] == [marked.pid]

        assert stale.clean(data_dir) == 2

        assert recorded.wait(10) == -signal.SIGKILL
        assert marked.wait(10) == -signal.SIGKILL
        assert innocent.poll() is None
        assert not data_dir.endpoints.exists()
        assert stale.clean(data_dir) == 0
    finally:
        for process in started:
            process.kill()
            process.wait()
            process.stdout.close()  # type: ignore[union-attr]
