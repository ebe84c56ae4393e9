"""One deadline for a whole HTTP request: connecting, sending, and an answer that arrives slowly.

urllib's timeout limits each wait on the socket, so a server that sends one byte every few seconds
never exceeds it. `SendDeadline` shuts the socket down when the time is over, whatever the request
waits for.
"""

import socket
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from types import TracebackType
from typing import Self
from urllib.request import (
    BaseHandler,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
    build_opener,
)


class SendDeadline:
    """The deadline of one request, which begins when the context is entered. `has_begun` says
    whether the request may have reached the server: it is set before its first byte is sent."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.has_begun = False
        self.is_over = False
        self._end = 0.0
        self._connection: HTTPConnection | None = None
        self._socket: socket.socket | None = None
        """The connection's socket. The connection forgets it before the answer is read."""
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._over)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._end = time.monotonic() + self.seconds
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._connection = self._socket = None

    def opener(self) -> OpenerDirector:
        """Return urllib's usual opener, with connections that end at the deadline."""
        return build_opener(*self._handlers())

    def left(self) -> float:
        """Return the seconds that are left, or a moment: urllib understands 0 as non-blocking."""
        return max(0.001, self._end - time.monotonic())

    def connect(self, connection: HTTPConnection, connect: Callable[[], None]) -> None:
        """Connect with the time that is left, before the request is sent. Raises TimeoutError
        after the deadline, so that nothing is sent any more, however long it took: the resolution
        of the host name cannot be interrupted."""
        self._connection = connection
        connection.timeout = self.left()
        connect()
        with self._lock:
            if self.is_over or time.monotonic() >= self._end:
                raise TimeoutError
            self.has_begun = True
            self._socket = connection.sock

    def _over(self) -> None:
        with self._lock:
            self.is_over = True
            found = self._socket or (self._connection and self._connection.sock)
            if not found:
                return
            try:
                # This calls the method of the base class, because that of an SSL socket also drops
                # the state that the waiting thread uses.
                socket.socket.shutdown(found, socket.SHUT_RDWR)
            except OSError:
                return  # the other side closed it before, or the TLS handshake has just taken it

    def _handlers(self) -> tuple[BaseHandler, ...]:
        deadline = self

        class Plain(HTTPConnection):
            def connect(self) -> None:
                deadline.connect(self, super().connect)

        class Encrypted(HTTPSConnection):
            def connect(self) -> None:
                deadline.connect(self, super().connect)

        class PlainHandler(HTTPHandler):
            def http_open(self, req: Request) -> HTTPResponse:
                return self.do_open(Plain, req)

        class EncryptedHandler(HTTPSHandler):
            def https_open(self, req: Request) -> HTTPResponse:
                return self.do_open(Encrypted, req)

        return PlainHandler(), EncryptedHandler()
