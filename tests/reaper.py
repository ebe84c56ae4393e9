"""Ends what an interrupted test run leaves behind, however the run ended.

    python reaper.py TOKEN

Every process of the tests starts one reaper and puts a token into its own environment, which all
that it starts inherits. The reaper's standard input is a pipe that only that process holds: the end
of the pipe without the line ENDED means that the process was interrupted or killed. Then the
reaper ends every process that has the token: first with SIGTERM, so that the supervisor of a local
cloud ends its own children, then with SIGKILL. It reads a line, not to the end of the pipe: a
forked child would hold the pipe open.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

VARIABLE = "CSVGATE_TEST_RUN"
PARENT = "CSVGATE_TEST_PARENT"
"""The pid of `make test`."""
PR_SET_PDEATHSIG = 1
ENDED = b"ended\n"
INTERRUPTED = b"interrupted\n"
GRACE_SECONDS = 10.0
"""A supervisor gives its children some seconds to end by themselves."""
LONGEST_SECONDS = 30.0


class Reaper:
    """Watches the process that makes it. Children of xdist's controller have its token as a prefix
    of theirs, so that the controller's reaper ends theirs too."""

    def __init__(self) -> None:
        outer = os.environ.get(VARIABLE) if "PYTEST_XDIST_WORKER" in os.environ else None
        token = f"{outer or 'run'}.{uuid4().hex}"
        without = {name: value for name, value in os.environ.items() if name != VARIABLE}
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, token],
            stdin=subprocess.PIPE,
            env=without,
            start_new_session=True,
        )
        os.environ[VARIABLE] = token

    def dismiss(self, *, interrupted: bool) -> None:
        """Return when the reaper has ended: at once, or, after an interruption, when nothing is
        left of what the run started."""
        self._process.communicate(INTERRUPTED if interrupted else ENDED)


def end_with_make() -> None:
    """Have the kernel send this process SIGTERM when `make test` dies. A run that somebody started
    from a shell survives the shell, as they may intend."""
    if os.environ.get(PARENT) == str(os.getppid()) and sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))


def started_under(token: str) -> Iterator[int]:
    """Yield the pids of living processes that started with the token in their environment."""
    wanted = f"{VARIABLE}={token}".encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            environment = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if state != "Z" and any(variable.startswith(wanted) for variable in environment):
            yield int(entry.name)


def end_all(token: str) -> None:
    began = time.monotonic()
    asked: set[int] = set()
    while (passed := time.monotonic() - began) < LONGEST_SECONDS:
        living = set(started_under(token))
        if not living:
            return
        patient = passed < GRACE_SECONDS
        for pid in living - asked if patient else living:
            try:
                os.kill(pid, signal.SIGTERM if patient else signal.SIGKILL)
            except ProcessLookupError:
                continue
        asked |= living
        time.sleep(0.1)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if sys.stdin.buffer.readline() != ENDED:
        end_all(sys.argv[1])


if __name__ == "__main__":
    main()
