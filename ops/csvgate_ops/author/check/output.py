"""Standard output for reports of any length, and the error that ends a command."""

import os
import shutil
import sys
from collections.abc import Iterable
from io import TextIOWrapper
from typing import Any

import click

from csvgate_ops.text import printable


class Unusable(click.ClickException):
    """Wrong usage, or a file or contract that cannot be used.

    The message is printed on stderr without a traceback, and the exit code is 2.
    """

    exit_code = 2

    def show(self, file: Any = None) -> None:
        text = "\n".join(map(printable, self.message.splitlines()))
        click.echo(f"Error: {text}", file=file, err=file is None)


def write(parts: Iterable[str]) -> None:
    """Write to standard output, and stop silently when the reader closes it (`| head`)."""
    out = sys.stdout
    if isinstance(out, TextIOWrapper):
        out.reconfigure(errors="replace")  # the terminal may not be UTF-8
    try:
        out.writelines(parts)
        out.flush()
    except BrokenPipeError:
        # Otherwise Python flushes the rest when it exits, and reports the error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def colours() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def columns() -> int | None:
    """Return the width of the terminal, or None if standard output is not a terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
