"""Draft a contract from a sample."""

import sys
from pathlib import Path

import click

from csvgate_ops.author.check.output import write
from csvgate_ops.author.check.progress import Progress
from csvgate_ops.author.check.source import Source
from csvgate_ops.author.infer.contract.target import Target
from csvgate_ops.author.infer.infer import infer, remarks
from csvgate_ops.author.infer.next_steps import next_steps

FILE = click.Path(path_type=Path, exists=True, dir_okay=False, readable=True, allow_dash=True)


@click.command("infer")
@click.argument("file", type=FILE)
@click.option(
    "--dataset", metavar="NAME", help="The name of the contract.  [default: taken from FILE's path]"
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="A new file, or a folder in which to write NAME.yaml.  [default: standard output]",
)
@click.option(
    "--rows",
    type=click.IntRange(min=1),
    default=10_000,
    show_default=True,
    help="The number of rows to sample.",
)
@click.option(
    "--sheet",
    metavar="NAME",
    help="The sheet to read if FILE is a workbook.  [default: the first one with a table]",
)
def command(
    file: Path, dataset: str | None, out: Path | None, rows: int, sheet: str | None
) -> None:
    """Draft a contract for files like FILE.

    FILE is a CSV, which may be compressed, or - for standard input, or an Excel workbook (.xlsx).
    Guesses have a comment; review them. The contract is tested on the sample, and on the whole
    file if that is at most 128 MiB. It accepts every row that a contract can accept.

    The exit code is 0 if the contract accepts every row, 1 if some rows are broken, which are
    reported, and 2 if FILE cannot be used.
    """

    path = None if str(file) == "-" else file
    target = Target.of(path, dataset, out)
    source = Source(path)
    with Progress(None, shown=sys.stderr.isatty()) as progress:
        inferred = infer(source, path, target.dataset, rows, progress.on_bytes, sheet)
    if target.path is None:
        write([inferred.text])
    else:
        target.create(inferred.text)
    for remark in (*remarks(inferred, target.path), *next_steps(path, target)):
        click.echo(remark, err=True)
    if inferred.outcome.broken_rows:
        sys.exit(1)
