"""Serves a WSGI application on a loopback address until a signal ends it."""

import ipaddress
import signal
import socket
from types import FrameType
from wsgiref.types import WSGIApplication

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server


class CannotServe(Exception):
    """The address cannot be served; the message says why."""


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing: a request line can contain a secret, and the pages show what was done."""


def listen(host: str, port: int) -> socket.socket:
    """Listen on a port, or on a free one for port 0. Raises CannotServe."""
    try:
        if not ipaddress.ip_address(host).is_loopback:
            raise CannotServe(f"{host} is not a loopback address")
    except ValueError as error:
        raise CannotServe(f"{host} is not an IP address") from error
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A restart must not wait for old connections. A live listener still makes bind() fail.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise CannotServe(f"cannot listen on {host}:{port}: {error}") from error
    return listener


def address(listener: socket.socket) -> str:
    """Return `http://host:port`."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server(listener: socket.socket, app: WSGIApplication) -> BaseWSGIServer:
    """Return a server on a listener from `listen`, with one thread per request."""
    host, port = listener.getsockname()[:2]
    return make_server(host, port, app, threaded=True, request_handler=_Quiet, fd=listener.fileno())


def stop_on_signals() -> None:
    """End the process by SystemExit(0) on SIGTERM and SIGINT, so that `finally` blocks run."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
