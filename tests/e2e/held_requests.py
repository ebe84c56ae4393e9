"""A proxy before a service of the local cloud. It holds requests, so that a test can kill a process
at exactly that moment: before the service has received a request, or before its answer arrives."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from csvgate_ops.local.cloud.ports import HOST

Moment = Literal["before", "after"]
"""Before the service has received the request, or after it has answered."""
JOB_PREFIXES = (b"csvgate-effect-", b"csvgate-revoke-")
HELD_SECONDS = 60.0
_OF_THE_CONNECTION = frozenset(("connection", "host", "transfer-encoding", "content-length"))


def started_job(path: str, body: bytes) -> str:
    """Return the id of the job that a request to BigQuery starts to change a table; empty if it is
    another request."""
    if not any(prefix in body for prefix in JOB_PREFIXES):
        return ""
    return str(json.loads(body)["jobReference"]["jobId"])


def created_object(path: str, body: bytes) -> str:
    """Return the name of the object that a request to Cloud Storage creates; empty if it is another
    request."""
    if not path.startswith("/upload/") or "uploadType=multipart" not in path:
        return ""
    metadata = body.split(b"\r\n\r\n", 2)[1].partition(b"\r\n--")[0]
    return str(json.loads(metadata)["name"])


@dataclass
class HeldRequests:
    port: int
    backend: int
    """The port of the service."""
    named: Callable[[str, bytes], str]
    """Returns the name of what a POST with this path and body creates; empty if the request is not
    to be watched."""
    answers: list[tuple[str, int | None]] = field(default_factory=list)
    """The name of everything that was to be created and the status of the answer; None if the
    service never received the request."""
    _moment: Moment | None = None
    _part: str = ""
    _held: threading.Event = field(default_factory=threading.Event)
    _released: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def hold(self, moment: Moment, part: str = "") -> Iterator[threading.Event]:
        """Hold all watched requests with this part in their name meanwhile; the event is set once
        one is held. In the end its connection is closed without an answer."""
        self._held.clear()
        self._released.clear()
        self._moment, self._part = moment, part
        try:
            yield self._held
        finally:
            self._moment = None
            self._released.set()

    @contextmanager
    def serving(self) -> Iterator[None]:
        handler = type("Handler", (_Handler,), {"requests": self})
        with _Server((HOST, self.port), handler) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.05,))
            thread.start()
            try:
                yield
            finally:
                server.shutdown()
                thread.join()

    def _keep(self, moment: Moment, name: str) -> bool:
        """Hold the request if it is to be held at this moment; say whether it was held."""
        if self._moment != moment or self._part not in name:
            return False
        self._held.set()
        assert self._released.wait(HELD_SECONDS)
        return True


class _Server(ThreadingHTTPServer):
    def handle_error(self, *client: Any) -> None:
        """A client that is killed resets its connection, which is what the tests are about."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*client)


class _Handler(BaseHTTPRequestHandler):
    requests: HeldRequests
    protocol_version = "HTTP/1.1"

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        name = self.requests.named(self.path, body) if self.command == "POST" else ""
        if name and self.requests._keep("before", name):
            self.requests.answers.append((name, None))
            self.close_connection = True
            return
        headers = {k: v for k, v in self.headers.items() if k.lower() not in _OF_THE_CONNECTION}
        connection = HTTPConnection(HOST, self.requests.backend, timeout=HELD_SECONDS)
        try:
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        if name:
            self.requests.answers.append((name, answer.status))
            if self.requests._keep("after", name):
                self.close_connection = True
                return
        self.send_response_only(answer.status)
        for header, value in answer.getheaders():
            if header.lower() not in _OF_THE_CONNECTION:
                self.send_header(header, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _forward  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Keep the test's output free of requests."""
