"""Identifies processes by pid and start time, because the system reuses pids."""

import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INSTANCE_VARIABLE = "CSVGATE_CLOUD_INSTANCE"
"""The variable that marks all children and their children, such as gunicorn's workers."""


@dataclass(frozen=True, slots=True)
class Process:
    """A pid and its start time in clock ticks since boot, which together are unique."""

    pid: int
    start_time: int

    def as_json(self) -> dict[str, int]:
        return {"pid": self.pid, "start_time": self.start_time}

    @classmethod
    def from_json(cls, data: Any) -> "Process | None":
        match data:
            case {"pid": int(pid), "start_time": int(start_time)}:
                return cls(pid, start_time)
        return None


def identify(pid: int) -> Process | None:
    """Return the running process with this pid, or None; a zombie does not count as running."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat[stat.rindex(")") + 2 :].split()
    return None if fields[0] in "ZX" else Process(pid, int(fields[19]))


def is_stopped(process: Process) -> bool:
    """Return whether the process is suspended by SIGSTOP or a terminal, so that it cannot respond.

    A process that a debugger has stopped does not count.
    """
    try:
        stat = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat[stat.rindex(")") + 2] == "T" and is_alive(process)


def is_alive(process: Process) -> bool:
    return identify(process.pid) == process


def send(process: Process, number: signal.Signals) -> bool:
    """Signal exactly this process; False when it has ended.

    A pid file descriptor keeps the pid from being reused between the check and the signal.
    """
    try:
        descriptor = os.pidfd_open(process.pid)
    except OSError:
        return False
    try:
        if not is_alive(process):
            return False
        signal.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)
    return True


def children(parent: Process) -> list[Process]:
    """Return the running processes that a process has started."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        started_by = int(stat[stat.rindex(")") + 2 :].split()[1])
        if started_by == parent.pid and (process := identify(int(entry.name))) is not None:
            found.append(process)
    return found


def members(instance: str) -> Iterator[Process]:
    """Yield all running processes that descend from the local cloud with this instance id."""
    mark = f"{INSTANCE_VARIABLE}={instance}".encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        process = identify(int(entry.name))
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if process is not None and mark in variables:
            yield process


def wait_gone(processes: Iterable[Process], seconds: float) -> bool:
    """Wait until all processes have ended; False on timeout."""
    deadline = time.monotonic() + seconds
    left = list(processes)
    while left := [process for process in left if is_alive(process)]:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
