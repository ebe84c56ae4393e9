"""Finds and starts Google's Pub/Sub emulator, if gcloud and Java are installed.

The jar is run directly, because gcloud's wrapper starts a child process and orphans it when killed.
The emulator stores nothing on disk.
"""

import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import IO

import grpc

from csvgate_ops.local.broker.api.errors import StartError

NEEDS = "needs gcloud's Pub/Sub emulator and Java"
"""The reason to report where it cannot be started."""

_JARS = "platform/pubsub-emulator/lib/cloud-pubsub-emulator-*-all.jar"
_START_SECONDS = 30.0
_STOP_SECONDS = 5.0


def find_jar() -> Path | None:
    """Return the newest emulator jar of the Cloud SDK that `gcloud` on the PATH belongs to, or
    None."""
    gcloud = shutil.which("gcloud")
    if gcloud is None:
        return None
    sdk = Path(gcloud).resolve().parents[1]
    return max(sdk.glob(_JARS), default=None)


def command(host: str, port: int) -> list[str]:
    """Return the command that serves `host:port`. Raises StartError when something is not
    installed."""
    java, jar = shutil.which("java"), find_jar()
    if java is None or jar is None:
        raise StartError(f"Google's emulator {NEEDS}")
    return [java, "-jar", str(jar), f"--host={host}", f"--port={port}"]


def installed() -> bool:
    """Return whether the emulator can be started."""
    return shutil.which("java") is not None and find_jar() is not None


class GoogleEmulator:
    """Google's emulator as a child process, which serves when the constructor returns.

    `port` must be a free port, not 0. The output goes to `log`. Raises StartError when the emulator
    is not installed or does not start. Usable as a context manager.
    """

    def __init__(
        self, port: int, host: str = "127.0.0.1", log: IO[bytes] | int = subprocess.DEVNULL
    ) -> None:
        self.address = f"{host}:{port}"
        self._process = subprocess.Popen(
            command(host, port), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            self._await_ready()
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        """The process id of the Java process."""
        return self._process.pid

    def _await_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        with grpc.insecure_channel(self.address) as channel:
            ready = grpc.channel_ready_future(channel)
            while True:
                try:
                    ready.result(timeout=0.2)
                    return
                except grpc.FutureTimeoutError:
                    if (code := self._process.poll()) is not None:
                        raise StartError(
                            f"Google's emulator exited with code {code} before it served "
                            f"{self.address}"
                        ) from None
                    if time.monotonic() > deadline:
                        raise StartError(
                            f"Google's emulator did not serve {self.address} within "
                            f"{_START_SECONDS:g} s"
                        ) from None

    def stop(self) -> None:
        """End the process and wait for it."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> "GoogleEmulator":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
