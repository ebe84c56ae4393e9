"""Starts a function under functions-framework and times its first answers."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.processes.function_events import FunctionEvent

_PATIENCE: Final = 60.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Seconds."""

    listens: float
    """From the start of the server until its port is open: its imports are done."""
    first: float
    """From the start of the server to its first 200."""
    again: float
    """For a second request."""


def answers(event: FunctionEvent, variables: Mapping[str, str]) -> Answers:
    """Start the server and send it the event twice. Raises RuntimeError with its output."""
    port = _free_port()
    source = event.source / "main.py"
    command = [
        str(Path(sys.executable).parent / "functions-framework"),
        *("--source", str(source), "--target", event.function),
        *("--host", "127.0.0.1", "--port", str(port)),
    ]
    begun = time.perf_counter()
    with subprocess.Popen(
        command,
        env=dict(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as server:
        try:
            _wait(port, begun)
            listens = time.perf_counter() - begun
            _post(port, event, server)
            first = time.perf_counter() - begun
            begun = time.perf_counter()
            _post(port, event, server)
            return Answers(listens, first, time.perf_counter() - begun)
        finally:
            os.killpg(server.pid, signal.SIGKILL)


def _post(port: int, event: FunctionEvent, server: "subprocess.Popen[bytes]") -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    connection.request("POST", "/", event.body, event.headers)
    status = connection.getresponse().status
    connection.close()
    if status != 200:
        os.killpg(server.pid, signal.SIGKILL)
        said = server.communicate()[0].decode("utf-8", "replace")
        raise RuntimeError(f"{event.function} answered {status}:\n{said[-4000:]}")


def _wait(port: int, begun: float) -> None:
    while time.perf_counter() - begun < _PATIENCE:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.002)
    raise RuntimeError(f"no server listens on port {port} after {_PATIENCE:.0f} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
