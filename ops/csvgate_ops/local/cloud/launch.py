"""Starts, finds and stops a local cloud, for the commands and the tests."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

from csvgate_ops.local.cloud.errors import CloudError, Fault, not_running
from csvgate_ops.local.cloud.files import DataDir, last_lines, read_json
from csvgate_ops.local.cloud.options import Options
from csvgate_ops.local.supervisor import stale
from csvgate_ops.local.supervisor.lock import hold_lock, is_running
from csvgate_ops.local.supervisor.process_identity import send, wait_gone
from csvgate_ops.local.supervisor.supervisor import Report

READY_SECONDS = 120.0
STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Started:
    endpoints: dict[str, Any]
    already: bool
    """True if it was running before."""
    differing: tuple[str, ...] = ()
    """If it was: the options whose values differ from those requested now."""


def find(data_dir: DataDir) -> dict[str, Any]:
    """Return the endpoints of the running local cloud. Raises CloudError if it is not ready."""
    endpoints = read_json(data_dir.endpoints)
    if is_running(data_dir):
        if endpoints is not None:
            return cast(dict[str, Any], endpoints)
        raise CloudError(Fault("local cloud", f"it is starting or stopping in {data_dir.root}"))
    failure = last_failure(data_dir)
    if failure is not None:
        raise CloudError(Fault("local cloud", f"it is not running; {failure.message}"))
    raise CloudError(not_running(data_dir.root))


def start(options: Options, report: Report) -> Started:
    """Start a detached supervisor and wait until all is ready, or find the running one.

    Nothing is left running when it raises CloudError or is interrupted by Ctrl-C.
    """
    data_dir = DataDir(options.data_dir)
    if is_running(data_dir):
        return _already(options, data_dir)
    reader, process = _spawn(options, data_dir)
    try:
        with reader:
            for event in _events(reader):
                report(event)
                if event["event"] == "up":
                    return Started(find(data_dir), already=False)
                if event["event"] == "failed":
                    process.wait(STOP_SECONDS)
                    fields = ("component", "message", "remedy", "log", "last_lines")
                    raise CloudError(Fault.from_json({name: event[name] for name in fields}))
    except BaseException:
        _end(process)
        raise
    _end(process)
    if is_running(data_dir):
        # Another `up` has started one in the meantime.
        return _already(options, data_dir)
    stale.clean(data_dir)
    log = data_dir.log("supervisor")
    raise CloudError(
        Fault("supervisor", "it exited unexpectedly", log=str(log), last_lines=last_lines(log))
    )


def last_failure(data_dir: DataDir) -> Fault | None:
    """Return the fault that ended the last run, unless another one has been started since."""
    recorded = read_json(data_dir.failure)
    if not isinstance(recorded, dict):
        return None
    at = recorded.pop("at", "some time ago")
    return Fault("local cloud", f"it failed at {at}:\n{Fault.from_json(recorded).describe()}")


def stop(data_dir: DataDir) -> bool:
    """Stop the local cloud and leftover processes; False if there was nothing to stop."""
    was_running = False
    deadline = time.monotonic() + STOP_SECONDS
    while is_running(data_dir) and time.monotonic() < deadline:
        was_running = True
        process = stale.recorded_supervisor(data_dir)
        if process is None or not send(process, signal.SIGTERM):
            # It has just started and has not written supervisor.json yet.
            time.sleep(0.05)
        elif not wait_gone([process], deadline - time.monotonic()):
            send(process, signal.SIGKILL)
    if not data_dir.root.exists():
        return was_running
    with hold_lock(data_dir):
        return bool(stale.clean(data_dir)) or was_running


def _spawn(options: Options, data_dir: DataDir) -> tuple[IO[str], subprocess.Popen[bytes]]:
    data_dir.create()
    read_end, write_end = os.pipe()
    with data_dir.log("supervisor").open("ab") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "csvgate_ops.local.supervisor",
                options.to_json(),
                str(write_end),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=(write_end,),
            start_new_session=True,
        )
    os.close(write_end)
    return os.fdopen(read_end, encoding="utf-8"), process


def _events(reader: IO[str]) -> Iterator[dict[str, Any]]:
    for line in reader:
        yield json.loads(line)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _already(options: Options, data_dir: DataDir) -> Started:
    endpoints = _await(data_dir)
    running = (read_json(data_dir.supervisor) or {}).get("options", {})
    asked = json.loads(options.to_json())
    differing = tuple(name for name, value in asked.items() if running.get(name) != value)
    return Started(endpoints, already=True, differing=differing)


def _await(data_dir: DataDir) -> dict[str, Any]:
    """Wait for the endpoints of a local cloud that another process is starting."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and is_running(data_dir):
        endpoints = read_json(data_dir.endpoints)
        if endpoints is not None:
            return cast(dict[str, Any], endpoints)
        time.sleep(0.1)
    return find(data_dir)
