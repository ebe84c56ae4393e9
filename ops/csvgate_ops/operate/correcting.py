"""The commands with which somebody corrects the rejected rows of an upload to a local cloud."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from csvgate_ops.program import program
from csvgate_ops.text import printable


def correcting(rejects: str, data_dir: Path) -> Iterator[str]:
    """Yield lines for a reject file's gs:// address, if the local cloud in `data_dir` has it.

    Its storage keeps an object as a file; that one must not be edited in place.
    """
    bucket, _, name = rejects.removeprefix("gs://").partition("/")
    stored = data_dir / "storage" / bucket / name
    if not stored.is_file():
        return
    copy = Path(name).name
    yield "to correct them, edit a copy and upload it:"
    yield f"  cp {_quoted(str(stored))} ."
    yield f"  {program()} upload {_quoted(copy)} --as {_quoted(name)} --wait"


def _quoted(text: str) -> str:
    return printable(shlex.quote(text))
