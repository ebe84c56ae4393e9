"""Runs a mailbox as a real process and calls it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from servers import ROOT, await_ready, free_port, running

COMMAND = [sys.executable, "-m", "csvgate_ops.local.mailbox"]
IMPORTS = {"PYTHONPATH": f"{ROOT / 'ops'}:{ROOT / 'shared'}"}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Mailbox:
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send `body` unchanged if it is bytes, and as JSON otherwise."""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body)
        sent = {"Content-Type": "application/json", **(headers or {})}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, data, sent)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def send(self, body: object, key: str = "SG.test") -> Answer:
        return self.call("POST", "/v3/mail/send", body, {"Authorization": f"Bearer {key}"})

    def emails(self, query: str = "") -> Any:
        return self.call("GET", f"/emails.json{query}").json

    def email(self, message_id: str) -> Any:
        return self.call("GET", f"/emails/{message_id}.json").json

    def fault(self, **plan: object) -> None:
        answer = self.call("POST", "/_faults", plan)
        assert answer.status == 200, answer.text


@contextmanager
def mailbox(directory: Path, port: int | None = None) -> Iterator[Mailbox]:
    """Run a mailbox that stores its emails in `directory`, where a later one finds them."""
    port, log = port or free_port(), directory / "mailbox.log"
    command: list[object] = [*COMMAND, "--port", port, "--data-dir", directory / "mail"]
    with running(command, log, IMPORTS) as process:
        await_ready(process, log, f"http://127.0.0.1:{port}/healthz")
        yield Mailbox(port, process)


def request(**changes: object) -> dict[str, Any]:
    """A valid mail/send request with changes; None leaves a field out."""
    fields: dict[str, Any] = {
        "personalizations": [{"to": [{"email": "a@example.com"}]}],
        "from": {"email": "csvgate@localhost"},
        "subject": "Loaded 2 rows: x.csv",
        "content": [
            {"type": "text/plain", "value": "text"},
            {"type": "text/html", "value": "<p>html</p>"},
        ],
        "custom_args": {"upload_id": "u1"},
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def await_true(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
