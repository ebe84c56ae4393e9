"""Serving a WSGI application on a loopback address until it is told to stop."""

import ipaddress
import signal
import socket
from types import FrameType
from wsgiref.types import WSGIApplication

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server


class CannotServe(Exception):
    """Why not, for a person."""


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: a request line can carry a secret, and what was done is on the pages."""


def listen(host: str, port: int) -> socket.socket:
    """Port 0 takes a free one. Raises CannotServe."""
    try:
        if not ipaddress.ip_address(host).is_loopback:
            raise CannotServe(f"{host} is not a loopback address")
    except ValueError as error:
        raise CannotServe(f"{host} is not an IP address") from error
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A restart need not wait for the old connections to fade; a live listener still refuses us.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise CannotServe(f"cannot listen on {host}:{port}: {error}") from error
    return listener


def address(listener: socket.socket) -> str:
    """`http://host:port`"""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server(listener: socket.socket, app: WSGIApplication) -> BaseWSGIServer:
    """One thread a request, on a listener of `listen`."""
    host, port = listener.getsockname()[:2]
    return make_server(host, port, app, threaded=True, request_handler=_Quiet, fd=listener.fileno())


def stop_on_signals() -> None:
    """SIGTERM and SIGINT end the process by SystemExit(0), so that `finally` blocks run."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
