"""Clean up after a supervisor that could not: it was killed, or the machine was."""

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
    """The supervisor as it wrote itself down, whether it lives or not."""
    return Process.from_json(read_json(data_dir.supervisor))


def leftovers(data_dir: DataDir) -> list[Process]:
    """What still lives of the last run, its supervisor excepted."""
    state = read_json(data_dir.supervisor)
    if not isinstance(state, dict):
        return []
    recorded = (Process.from_json(child) for child in state.get("children", {}).values())
    found = {process for process in recorded if process is not None and is_alive(process)}
    return sorted(found | set(members(str(state.get("instance")))), key=lambda p: p.pid)


def clean(data_dir: DataDir) -> int:
    """Kill what is left, and take away the files that say it runs; how many processes that was.

    Only when no supervisor lives: the caller holds the lock, or knows.
    """
    found = leftovers(data_dir)
    data_dir.endpoints.unlink(missing_ok=True)
    for process in found:
        send(process, signal.SIGKILL)
    wait_gone(found, 5)
    data_dir.supervisor.unlink(missing_ok=True)
    return len(found)
