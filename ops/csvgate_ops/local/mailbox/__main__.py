"""`python -m csvgate_ops.local.mailbox --host 127.0.0.1 --port N --data-dir DIR`"""

import argparse
import socket
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from csvgate_ops.local.loopback.serving import CannotServe, address, listen, server, stop_on_signals
from csvgate_ops.local.mailbox.app import create_app
from csvgate_ops.local.mailbox.store import EmailStore


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT. Returns 1, with the reason on stderr, if it cannot start."""
    options = _parser().parse_args(arguments)
    try:
        listener = listen(options.host, options.port)
    except CannotServe as error:
        return _cannot(str(error))
    try:
        store = EmailStore(options.data_dir)
    except (OSError, sqlite3.Error) as error:
        return _cannot(f"cannot store emails in {options.data_dir}: {error}")
    _serve(listener, store)
    return 0


def _serve(listener: socket.socket, store: EmailStore) -> None:
    serving = server(listener, create_app(store))
    stop_on_signals()
    print(f"mailbox: {address(listener)}", flush=True)  # noqa: T201
    try:
        serving.serve_forever()
    finally:
        # Waits for an email that is being written. Emails without a response are not accepted.
        store.close()


def _cannot(reason: str) -> int:
    print(f"mailbox: {reason}", file=sys.stderr)  # noqa: T201
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m csvgate_ops.local.mailbox", description="A local stand-in for SendGrid."
    )
    parser.add_argument("--host", default="127.0.0.1", help="the loopback address to listen on")
    parser.add_argument(
        "--port", type=int, required=True, help="0 chooses a free port and prints it"
    )
    parser.add_argument("--data-dir", type=Path, required=True, help="where the emails are stored")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
