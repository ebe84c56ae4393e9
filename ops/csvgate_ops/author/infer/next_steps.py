"""The commands that follow `csvgate infer`, for the file and the contract at hand."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from csvgate_ops.author.infer.contract.naming import dataset_name, match
from csvgate_ops.author.infer.contract.target import Target
from csvgate_ops.program import program
from csvgate_ops.text import printable


def next_steps(file: Path | None, target: Target) -> Iterator[str]:
    """Yield lines for stderr; none for standard input, which cannot be read again."""
    if file is None:
        return
    csvgate = program()
    name = _quoted(f"./{file}" if str(file).startswith("-") else str(file))
    if target.path is None:
        yield "Next, write it to the folder of contracts:"
        yield f"  {csvgate} infer {name} --dataset {target.dataset} --out contracts/"
        return
    renamed = "" if dataset_name(file) == target.dataset else f" --as {_object(file, target)}"
    yield f"Next, look at {printable(str(target.path))}, then:"
    yield f"  {csvgate} check {name} --contract {_quoted(str(target.path))}"
    yield f"  {csvgate} upload {name}{renamed} --wait   # needs a local cloud: {csvgate} up"
    yield f"  {csvgate} show {target.dataset}"


def _object(file: Path, target: Target) -> str:
    """Return a name for the file that the contract matches."""
    folder = match(target.dataset, file)[0].partition("/")[0]
    return _quoted(f"{folder}/{file.name}")


def _quoted(text: str) -> str:
    return printable(shlex.quote(text))
