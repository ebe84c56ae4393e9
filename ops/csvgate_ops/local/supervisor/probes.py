"""Probes whether a component is ready, with a short timeout because it is called often."""

import http.client
import socket
from urllib.parse import urlsplit

from csvgate_ops.local.supervisor.component import (
    ExitProbe,
    GrpcProbe,
    HttpProbe,
    ListenProbe,
    Probe,
)

TIMEOUT = 1.0
HTTP2_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
"""A client's preface and an empty SETTINGS frame; a gRPC server answers with its own SETTINGS."""


def is_ready(probe: Probe) -> bool:
    """Return whether the component is ready; always False for a task, which must exit instead."""
    match probe:
        case HttpProbe(url, any_answer):
            return _http(url, any_answer)
        case GrpcProbe(port):
            return _http2(port)
        case ListenProbe(port):
            return _listens(port)
        case ExitProbe():
            return False


def _http(url: str, any_answer: bool) -> bool:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        connection.request("GET", parts.path or "/")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return any_answer or 200 <= status < 300


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT).close()
    except OSError:
        return False
    return True


def _http2(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
            connection.sendall(HTTP2_HELLO)
            header = b""
            while len(header) < 9:
                piece = connection.recv(9 - len(header))
                if not piece:
                    return False
                header += piece
    except OSError:
        return False
    return header[3] == 4
