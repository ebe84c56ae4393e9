"""Say what a change does to uploads, the table and its consumers."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click

from csvgate.contracts.load import load, load_directory
from csvgate.contracts.model import Contract
from csvgate.contracts.reading.mistakes import ContractError
from csvgate_ops.author.check.output import Unusable
from csvgate_ops.author.diff.compare import contracts_diff
from csvgate_ops.author.diff.model import Verdict
from csvgate_ops.author.diff.view import as_json as to_json
from csvgate_ops.author.diff.view import lines, summary, verdict
from csvgate_ops.cli.options import as_json
from csvgate_ops.text import printable

PATH = click.Path(path_type=Path, exists=True)
EXIT_CODES: Final = {Verdict.COMPATIBLE: 0, Verdict.NEEDS_DDL: 3, Verdict.BREAKING: 1}


@click.command("diff")
@click.argument("old", type=PATH)
@click.argument("new", type=PATH)
@as_json
def command(old: Path, new: Path, as_json: bool) -> None:
    """Say what a change of contracts does to uploads, to the tables, and to those who read them.

    OLD and NEW are two versions of a contract's file, in different folders, or two folders of
    contracts.

    The exit code is 0 if the change is compatible, 3 if it is and the next deploy alters a table, 1
    if it is breaking, and 2 if a contract cannot be used.
    """
    if old.is_dir() != new.is_dir():
        raise click.UsageError("OLD and NEW must both be files, or both folders")
    before, after = _loaded(old), _loaded(new)
    if old.is_file() and {c.dataset for c in before} != {c.dataset for c in after}:
        (ours,), (theirs,) = before, after
        raise click.UsageError(
            f"OLD is the contract of {ours.dataset}, and NEW that of {theirs.dataset}: name two "
            "versions of one contract"
        )
    found = list(contracts_diff(before, after))
    if as_json:
        document = {"verdict": verdict(found).value, "contracts": [to_json(d) for d in found]}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        for diff in found:
            for line in lines(diff):
                click.echo(printable(line))
        click.echo(summary(found))
    if code := EXIT_CODES[verdict(found)]:
        raise click.exceptions.Exit(code)


def _loaded(path: Path) -> Iterable[Contract]:
    try:
        return tuple(load_directory(path)) if path.is_dir() else (load(path),)
    except (ContractError, OSError) as error:
        raise Unusable(str(error)) from error
