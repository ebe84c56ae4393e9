"""Cleans up after a supervisor that was killed, or whose machine was."""

import signal

from csvgate_ops.local.cloud.files import DataDir, read_json
from csvgate_ops.local.supervisor.process_identity import (
    Process,
    is_alive,
    members,
    send,
    wait_gone,
)


def recorded_supervisor(data_dir: DataDir) -> Process | None:
    """Return the supervisor that wrote supervisor.json, which may have ended."""
    return Process.from_json(read_json(data_dir.supervisor))


def leftovers(data_dir: DataDir) -> list[Process]:
    """Return the processes of the last run that are still running, except the supervisor."""
    state = read_json(data_dir.supervisor)
    if not isinstance(state, dict):
        return []
    recorded = (Process.from_json(child) for child in state.get("children", {}).values())
    found = {process for process in recorded if process is not None and is_alive(process)}
    return sorted(found | set(members(str(state.get("instance")))), key=lambda p: p.pid)


def clean(data_dir: DataDir) -> int:
    """Kill leftover processes, remove the run's files and return the number of processes.

    Call it only when no supervisor is running.
    """
    found = leftovers(data_dir)
    data_dir.endpoints.unlink(missing_ok=True)
    for process in found:
        send(process, signal.SIGKILL)
    wait_gone(found, 5)
    data_dir.supervisor.unlink(missing_ok=True)
    return len(found)
