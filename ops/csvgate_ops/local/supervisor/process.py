"""Start and end one child with its whole process group. Main thread only: see tether."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from csvgate_ops.local.cloud.files import DataDir
from csvgate_ops.local.supervisor.component import Component
from csvgate_ops.local.supervisor.process_identity import INSTANCE_VARIABLE, Process, identify

TETHER = Path(__file__).with_name("tether.py")


class Child:
    """A running component, leader of a session and process group of its own, so that Ctrl-C in a
    terminal reaches the supervisor alone and a signal to the group reaches all of the child."""

    def __init__(self, component: Component, data_dir: DataDir, instance: str) -> None:
        log = data_dir.log(component.name)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [sys.executable, "-I", "-S", TETHER, str(os.getpid()), *component.argv],
                env={**component.environment, INSTANCE_VARIABLE: instance},
                cwd=data_dir.root,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.component = component
        self.process = identify(self._popen.pid) or Process(self._popen.pid, 0)

    def exit_status(self) -> int | None:
        """None while it runs; once it has ended, as Popen.returncode.

        The rest of its group is killed before its pid is given back to the system, so the group's
        id cannot be somebody else's by then.
        """
        if self._popen.returncode is None:
            ended = os.waitid(os.P_PID, self._popen.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is not None:
                self._signal(signal.SIGKILL)
                self._popen.wait()
        return self._popen.returncode

    def terminate(self) -> None:
        if self.exit_status() is None:
            self._signal(signal.SIGTERM)

    def kill(self) -> None:
        if self.exit_status() is None:
            self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._popen.pid, number)
        except ProcessLookupError:
            # Nothing is left of it.
            return


def stop(children: Iterable[Child]) -> None:
    """SIGTERM to all, SIGKILL to each that outlives its grace; returns when all have ended."""
    running = [child for child in children if child.exit_status() is None]
    for child in running:
        child.terminate()
    began = time.monotonic()
    while running := [child for child in running if child.exit_status() is None]:
        for child in running:
            if time.monotonic() - began > child.component.grace:
                child.kill()
        time.sleep(0.02)
