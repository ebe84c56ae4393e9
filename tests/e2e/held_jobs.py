"""A proxy before the local BigQuery. It holds the start of an effect's job, so that a test can kill
the function at exactly that moment."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

from csvgate_ops.local.cloud.ports import HOST

Moment = Literal["before", "after"]
"""Before BigQuery has received the job, or after it has answered."""
JOB_PREFIX = "csvgate-effect-"
HELD_SECONDS = 60.0
_OF_THE_CONNECTION = frozenset(("connection", "host", "transfer-encoding", "content-length"))


@dataclass
class HeldJobs:
    port: int
    backend: int
    """The port of the local BigQuery's REST interface."""
    starts: list[tuple[str, int | None]] = field(default_factory=list)
    """The id of every job of an effect and the status of its answer; None if BigQuery never
    received the request."""
    _moment: Moment | None = None
    _held: threading.Event = field(default_factory=threading.Event)
    _released: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def hold(self, moment: Moment) -> Iterator[threading.Event]:
        """Hold all jobs of effects meanwhile; the event is set once one is held. In the end its
        connection is closed without an answer."""
        self.starts.clear()
        self._held.clear()
        self._released.clear()
        self._moment = moment
        try:
            yield self._held
        finally:
            self._moment = None
            self._released.set()

    @contextmanager
    def serving(self) -> Iterator[None]:
        handler = type("Handler", (_Handler,), {"jobs": self})
        with ThreadingHTTPServer((HOST, self.port), handler) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.05,))
            thread.start()
            try:
                yield
            finally:
                server.shutdown()
                thread.join()

    def _keep(self, moment: Moment) -> bool:
        """Hold the request if jobs are held at this moment; say whether it was held."""
        if self._moment != moment:
            return False
        self._held.set()
        assert self._released.wait(HELD_SECONDS)
        return True


class _Handler(BaseHTTPRequestHandler):
    jobs: HeldJobs
    protocol_version = "HTTP/1.1"

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        job = self._job_of_an_effect(body)
        if job and self.jobs._keep("before"):
            self.jobs.starts.append((job, None))
            self.close_connection = True
            return
        headers = {k: v for k, v in self.headers.items() if k.lower() not in _OF_THE_CONNECTION}
        connection = HTTPConnection(HOST, self.jobs.backend, timeout=HELD_SECONDS)
        try:
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        if job:
            self.jobs.starts.append((job, answer.status))
            if self.jobs._keep("after"):
                self.close_connection = True
                return
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _OF_THE_CONNECTION:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _forward  # noqa: N815

    def _job_of_an_effect(self, body: bytes) -> str:
        """Return the id of the job that the request starts; empty if it is another request."""
        if self.command != "POST" or JOB_PREFIX.encode() not in body:
            return ""
        return str(json.loads(body)["jobReference"]["jobId"])

    def log_message(self, *_: object) -> None:
        """Keep the test's output free of requests."""
