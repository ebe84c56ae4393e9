"""Starts and stops a child with its process group. Main thread only, because of the tether."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from csvgate_ops.local.cloud.files import DataDir
from csvgate_ops.local.supervisor.component import Component
from csvgate_ops.local.supervisor.process_identity import INSTANCE_VARIABLE, Process, identify, send

TETHER = Path(__file__).with_name("tether.py")


class Child:
    """A running component, which leads its own session and process group.

    Ctrl-C in a terminal therefore reaches only the supervisor, and a signal to the group reaches
    all processes of the child.
    """

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
        """Return None while the process runs, then the exit status as in Popen.returncode.

        The rest of the group is killed before the pid is released, so that the group id cannot
        have been reused.
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

    def reload(self) -> None:
        """Send SIGHUP to the main process, on which gunicorn replaces its workers. The requests
        that these are processing are finished first."""
        send(self.process, signal.SIGHUP)

    def kill(self) -> None:
        if self.exit_status() is None:
            self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._popen.pid, number)
        except ProcessLookupError:
            return  # all processes of the group have ended


def stop(children: Iterable[Child]) -> None:
    """Send SIGTERM to all, and SIGKILL to those that exceed their grace; return when all ended."""
    running = [child for child in children if child.exit_status() is None]
    for child in running:
        child.terminate()
    began = time.monotonic()
    while running := [child for child in running if child.exit_status() is None]:
        for child in running:
            if time.monotonic() - began > child.component.grace:
                child.kill()
        time.sleep(0.02)
