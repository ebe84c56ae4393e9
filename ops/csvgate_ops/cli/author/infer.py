"""Write a contract from a sample."""

from pathlib import Path

import click

FILE = click.Path(path_type=Path, exists=True, dir_okay=False, readable=True, allow_dash=True)


@click.command("infer")
@click.argument("file", type=FILE)
@click.option("--dataset", metavar="NAME", help="The contract's name.  [default: from FILE's path]")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="A new file, or a folder to write NAME.yaml in.  [default: standard output]",
)
@click.option(
    "--rows",
    type=click.IntRange(min=1),
    default=10_000,
    show_default=True,
    help="How many rows to guess from.",
)
def command(file: Path, dataset: str | None, out: Path | None, rows: int) -> None:
    """Write a contract for files like FILE (CSV, perhaps gzipped; - for standard input).

    Guesses have comments: read them. The contract has been tried on the sample, and on all of a
    file that is not very large, and accepts every row that a contract can accept.

    Exits 0 when it accepts all of them; 1 when some rows are broken, which are named; 2 when FILE
    cannot be used.
    """
    import sys

    from csvgate_ops.author.check.output import write
    from csvgate_ops.author.check.progress import Progress
    from csvgate_ops.author.check.source import Source
    from csvgate_ops.author.infer.infer import infer, remarks
    from csvgate_ops.author.infer.target import Target

    path = None if str(file) == "-" else file
    target = Target.of(path, dataset, out)
    source = Source(path)
    with Progress(None, shown=sys.stderr.isatty()) as progress:
        inferred = infer(source, path, target.dataset, rows, progress.on_bytes)
    if target.path is None:
        write([inferred.text])
    else:
        target.create(inferred.text)
    for remark in remarks(inferred, target.path):
        click.echo(remark, err=True)
    if inferred.outcome.hopeless_rows:
        sys.exit(1)
