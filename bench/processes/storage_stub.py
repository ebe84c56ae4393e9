"""A stub of Cloud Storage: every object exists and says that the work is finished.

With it, a cold start measures the function and not an emulator.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

_FINISHED: Final = b'{"at": "2026-11-21T12:00:00Z"}'


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(_FINISHED)))
        self.send_header("X-Goog-Generation", "1")
        self.end_headers()
        self.wfile.write(_FINISHED)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Does not log requests."""


@contextmanager
def storage() -> Iterator[str]:
    """Runs the stub and yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
