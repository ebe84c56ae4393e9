"""Standard output as a report needs it: of any length, and perhaps nobody reads to its end."""

import os
import shutil
import sys
from collections.abc import Iterable
from io import TextIOWrapper


def write(texts: Iterable[str]) -> None:
    """Ends quietly when the reader has seen enough (`| head`)."""
    out = sys.stdout
    if isinstance(out, TextIOWrapper):
        out.reconfigure(errors="replace")  # a terminal that is not UTF-8
    try:
        out.writelines(texts)
        out.flush()
    except BrokenPipeError:
        # Or Python would try to flush the rest when it exits, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def colours() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def columns() -> int | None:
    """Of the terminal; None where there is none, and lines need no end."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
