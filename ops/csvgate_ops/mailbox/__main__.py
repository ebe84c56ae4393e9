"""`python -m csvgate_ops.mailbox --host 127.0.0.1 --port N --data-dir DIR`"""

import argparse
import ipaddress
import signal
import socket
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from werkzeug.serving import WSGIRequestHandler, make_server

from csvgate_ops.mailbox.app import create_app
from csvgate_ops.mailbox.store import EmailStore


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: what was taken is on the page."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT. 1 when it cannot start, with the reason on stderr."""
    options = _parser().parse_args(arguments)
    try:
        if not ipaddress.ip_address(options.host).is_loopback:
            return _cannot(f"{options.host} is not a loopback address")
        listener = _listen(options.host, options.port)
    except ValueError:
        return _cannot(f"{options.host} is not an IP address")
    except (OSError, OverflowError) as error:
        return _cannot(f"cannot listen on {options.host}:{options.port}: {error}")
    try:
        store = EmailStore(options.data_dir)
    except (OSError, sqlite3.Error) as error:
        return _cannot(f"cannot keep emails in {options.data_dir}: {error}")
    _serve(listener, store)
    return 0


def _serve(listener: socket.socket, store: EmailStore) -> None:
    host, port = listener.getsockname()[:2]
    server = make_server(
        host,
        port,
        create_app(store),
        threaded=True,
        request_handler=_Quiet,
        fd=listener.fileno(),
    )
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    name = f"[{host}]" if ":" in host else host
    print(f"mailbox: http://{name}:{port}", flush=True)  # noqa: T201  # for whoever started it
    try:
        server.serve_forever()
    finally:
        # Waits for an email that is being written; one still unanswered was never accepted.
        store.close()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    # A restart need not wait for the old connections to fade; a live listener still refuses us.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(128)
    return listener


def _cannot(reason: str) -> int:
    print(f"mailbox: {reason}", file=sys.stderr)  # noqa: T201
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m csvgate_ops.mailbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one and prints it")
    parser.add_argument("--data-dir", type=Path, required=True, help="where the emails are kept")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
