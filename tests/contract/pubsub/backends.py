"""The backends of the contract suite, and the official clients that talk to them."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import grpc
from google.cloud import pubsub_v1
from google.pubsub_v1 import PublisherClient as BasePublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

COMMAND = [sys.executable, "-m", "csvgate_ops.local.broker", "--host", "127.0.0.1"]
START_SECONDS = 600.0
"""A guard against hanging: a busy machine is slow."""
LOCAL = (("grpc.use_local_subchannel_pool", 1),)  # do not inherit the backoff from a dead server
UNLIMITED = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    *LOCAL,
)


class EmbeddedBroker:
    """`python -m csvgate_ops.local.broker` as a separate process on a free port."""

    def __init__(self, data_dir: Path, port: int = 0) -> None:
        self._process = subprocess.Popen(
            [*COMMAND, "--port", str(port), "--data-dir", data_dir],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.ready_line = self._first_line()
        self.address = self.ready_line.split("ready on ")[1].split(",")[0]
        self.port = int(self.address.rpartition(":")[2])
        self.pid = self._process.pid

    def _first_line(self) -> str:
        assert self._process.stdout is not None
        readable, _, _ = select.select([self._process.stdout], [], [], START_SECONDS)
        line = self._process.stdout.readline() if readable else ""
        if not line:
            self.kill()
            raise AssertionError("the broker did not say that it is ready")
        return line

    def kill(self) -> None:
        """Send SIGKILL, which leaves no time to save anything."""
        self._process.kill()
        self._ended()

    def stop(self) -> int:
        """Send SIGTERM and return the exit code; AssertionError after 5 s."""
        self._process.send_signal(signal.SIGTERM)
        return self._ended()

    def _ended(self) -> int:
        try:
            return self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError("the broker did not end within 5 s") from None
        finally:
            if self._process.stdout:
                self._process.stdout.close()

    def __enter__(self) -> "EmbeddedBroker":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self.stop()


class Clients:
    """The official Python clients of one server, and names for one test's resources.

    `default_limits` gives a channel like that of `PUBSUB_EMULATOR_HOST`, which refuses over 4 MiB.
    """

    project = "contract"

    def __init__(self, address: str, *, default_limits: bool = False) -> None:
        self.address = address
        options = LOCAL if default_limits else UNLIMITED
        self._channel = grpc.insecure_channel(address, options=options)
        # A second channel, so that publishing does not wait behind messages for the subscriber.
        self._publishing = grpc.insecure_channel(address, options=UNLIMITED)
        self.publisher = pubsub_v1.PublisherClient(
            transport=PublisherGrpcTransport(channel=self._publishing)
        )
        self.api = BasePublisherClient(transport=self.publisher.transport)
        """Publishes exactly the test's messages in one request, without batching."""
        self.subscriber = pubsub_v1.SubscriberClient(
            transport=SubscriberGrpcTransport(channel=self._channel)
        )

    def close(self) -> None:
        """Close the channels."""
        self.publisher.stop()
        self._channel.close()
        self._publishing.close()

    def __enter__(self) -> "Clients":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def eventually(condition: Callable[[], object], what: str, seconds: float = 10.0) -> None:
    """Wait until the condition holds; AssertionError naming `what` when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.01)


def cpu_seconds(pid: int) -> float:
    """The processor time a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
