"""Check a file against its contract, without uploading it."""

import sys
from contextlib import ExitStack
from pathlib import Path

import click

from csvgate.contracts.model import Contract
from csvgate.runtime.processors import usable_processors
from csvgate.validation.sensitive_values import SensitiveValues
from csvgate_ops.author.check.choose import choose, file_of, load_one
from csvgate_ops.author.check.expressions import expressions
from csvgate_ops.author.check.fault_spool import FaultSpool
from csvgate_ops.author.check.output import colours, columns, write
from csvgate_ops.author.check.progress import Progress
from csvgate_ops.author.check.reference_folder import foreign_keys, left_out
from csvgate_ops.author.check.reject_output import RejectOutput
from csvgate_ops.author.check.report import Table, json_report
from csvgate_ops.author.check.run import Check, revealed
from csvgate_ops.author.check.source import Source
from csvgate_ops.author.check.totals import find_sidecar, not_compared
from csvgate_ops.local.cloud.options import repository
from csvgate_ops.text import printable

FILE = click.Path(path_type=Path, exists=True, dir_okay=False, readable=True, allow_dash=True)
ONE_CONTRACT = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
OUT = click.Path(path_type=Path, dir_okay=False)
MOST = {"table": 20, "json": 1000}


@click.command("check")
@click.argument("file", type=FILE)
@click.option(
    "--contract", "contract_path", type=ONE_CONTRACT, help="The YAML file of the contract."
)
@click.option(
    "--contracts",
    "contracts_dir",
    type=FOLDER,
    envvar="CSVGATE_CONTRACTS",
    help="The folder to look for the contract in.  [default: ./contracts, or the repository's]",
)
@click.option(
    "--as",
    "name",
    metavar="NAME",
    help="The name to upload FILE under, such as orders/monday.csv; selects the contract.",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="The format of the report: for people or for programs.",
)
@click.option(
    "--rejects",
    type=OUT,
    help="Write the reject file that the cloud would write: the rejected rows with their reasons.",
)
@click.option(
    "--max-faults",
    type=click.IntRange(min=0),
    help="Show at most this many faults, or all of them for 0.  [default: 20; in JSON 1000]",
)
@click.option(
    "--references",
    type=FOLDER,
    help="The folder of the contract's reference CSVs. Without it, foreign keys are not checked, "
    "nor expressions that need lookups.",
)
@click.option(
    "--reveal",
    is_flag=True,
    help="Show cells that sensitive fields could hold, which are masked otherwise.",
)
def command(
    file: Path,
    contract_path: Path | None,
    contracts_dir: Path | None,
    name: str | None,
    style: str,
    rejects: Path | None,
    max_faults: int | None,
    references: Path | None,
    reveal: bool,
) -> None:
    """Check FILE against its contract, without uploading it.

    FILE is a CSV, which may be compressed, or - for standard input. The result is the
    same as in the cloud. The contract is the one given by --contract, or the one whose `match` fits
    --as or FILE's path.

    The exit code is 0 if every row is valid, 1 if rows are rejected or the file cannot be loaded,
    and 2 if FILE or the contract cannot be used.

    Totals are compared with the footer, or with the sidecar beside FILE.

    A corrected reject file is checked with the line numbers of the original file. Its name, or
    --as, must contain the id of the upload.
    """

    path = None if str(file) == "-" else file
    contract_path, contract = _contract(path, contract_path, contracts_dir, name)
    if reveal:
        contract = revealed(contract)
    most = MOST[style] if max_faults is None else max_faults
    source = Source(path)
    keys = foreign_keys(contract, references)
    computed = expressions(contract_path, contract, references)
    sidecar = find_sidecar(contract, path, name)
    compared = not_compared(contract, sidecar, path)
    for remark in (left_out(contract, references), computed.left_out, compared):
        if remark:
            click.echo(f"Note: {printable(remark)}", err=True)
    with ExitStack() as stack:
        # All faults may be shown here, so the work is not limited as it is for three examples.
        shown = SensitiveValues(contract, most_readings=sys.maxsize)
        faults = stack.enter_context(FaultSpool(most, shown))
        with ExitStack() as reading:
            out = None
            if rejects is not None:
                out = reading.enter_context(RejectOutput(rejects, path, contract_path))
            progress = reading.enter_context(Progress(source.size, shown=sys.stderr.isatty()))
            # The main thread reads a pipe itself: no other thread that waits for one can be
            # interrupted, and the process could not end before it.
            processors = 1 if source.size is None else usable_processors()
            check = Check(
                contract,
                faults,
                out,
                references=keys,
                judge=computed.judge,
                name=name if name is not None or path is None else path.name,
                sidecar=sidecar,
                on_bytes=progress.on_bytes,
                on_rows=progress.on_rows,
                processors=processors,
            )
            result = check.run(source)
        for warning in result.warnings:
            click.echo(f"Warning: {printable(warning)}", err=True)
        if style == "json":
            write(json_report(result))
        else:
            write(Table(contract, columns=columns(), colour=colours()).lines(result))
            if out is not None:
                write(
                    [f"\nReject file: {out.path or 'not written, because no row was rejected'}\n"]
                )
    if not result.clean:
        sys.exit(1)


def _contract(
    file: Path | None, path: Path | None, folder: Path | None, name: str | None
) -> tuple[Path, Contract]:
    """Return the contract, and the file that it is in."""
    given = click.get_current_context().get_parameter_source("contracts_dir")
    if path is not None and given is click.core.ParameterSource.COMMANDLINE:
        raise click.UsageError("give either --contract or --contracts, not both")
    if path is not None:
        return path, load_one(path, name)
    if file is None and name is None:
        raise click.UsageError("standard input has no name: give --contract or --as")
    here = Path("contracts")
    folder = folder or (here if here.is_dir() else repository() / "contracts")
    contract = choose(file, folder, name)
    return file_of(contract, folder), contract
