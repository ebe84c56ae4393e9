"""Check a deployment with one small upload."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from google.api_core.exceptions import GoogleAPIError

from csvgate.runtime.errors import Failure
from csvgate_ops.author.check.output import Unusable
from csvgate_ops.cli.operate._following import following
from csvgate_ops.cli.operate._status_view import console, detail
from csvgate_ops.cli.options import connected
from csvgate_ops.deploy.smoke.run import Smoke
from csvgate_ops.deploy.smoke.sample import find_contract, object_name, valid_rows
from csvgate_ops.local.cloud.options import repository
from csvgate_ops.program import program
from csvgate_ops.session import open_session
from csvgate_ops.text import printable

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("smoke")
@click.option(
    "--contract", "dataset", default="orders", show_default=True, help="Dataset of the contract."
)
@click.option("--sample", type=FILE, help="A CSV file.  [default: samples/DATASET.csv]")
@click.option("--as", "name", metavar="NAME", help="Object name.  [default: a new name]")
@click.option("--timeout", default=300.0, show_default=True, help="Seconds to wait in all.")
@click.option("--clean", is_flag=True, help="Remove the rows from the table afterwards.")
@connected
def command(
    dataset: str,
    sample: Path | None,
    name: str | None,
    timeout: float,
    clean: bool,
    data_dir: Path,
    project: str | None,
    topology: Path | None,
) -> None:
    """Test a deployment with a small upload.

    The command uploads the valid rows of a sample, follows them to the table and to the email, and
    shows how long each step took. The recipients that the contract names get that email.

    The exit code is 0 if everything works, 1 if something does not or takes too long, and 2 if the
    contract or the sample cannot be used.
    """

    session = open_session(data_dir, project, topology)
    contract = find_contract(Path(session.endpoints["contracts"]), dataset)
    sample = sample or repository() / "samples" / f"{dataset}.csv"
    if not sample.is_file():
        raise Unusable(f"{sample} does not exist: choose a file with --sample")
    data, rows = valid_rows(sample.read_bytes(), contract)
    name = name or object_name(contract, datetime.now(UTC), secrets.token_hex(2))
    smoke = Smoke(session, contract, timeout)
    try:
        passed = _run(smoke, data, rows, name, session.bucket("uploads"))
        if clean and smoke.last.state == "completed":
            smoke.remove_rows()
    except (GoogleAPIError, Failure) as error:
        hint = (
            f"`{program()} doctor ENV` checks roles"
            if project
            else f"`{program()} up` starts the local cloud"
        )

        raise click.ClickException(f"{str(error).splitlines()[0]}\n{hint}") from error
    if smoke.last.state == "completed":
        if clean:
            click.echo(f"\nThe rows were removed from {smoke.table}.")
        else:
            click.echo(f"\nThe rows stay in {smoke.table}; --clean removes them.")
    if not passed:
        click.echo(
            f"For details, run: {program()} status {smoke.last.id}{session.options}", err=True
        )
        raise click.exceptions.Exit(1)


def _run(smoke: "Smoke", data: bytes, rows: int, name: str, bucket: str) -> bool:
    click.echo(f"uploading {rows} rows to gs://{bucket}/{printable(name)}")
    with TemporaryDirectory() as folder, following(quiet=False, size=len(data)) as progress:
        path = Path(folder) / "smoke.csv"
        path.write_bytes(data)
        smoke.upload(path, name, progress.show)
    passed = True
    for check in smoke.checks(rows):
        passed &= check.passed
        mark = click.style("ok  ", fg="green") if check.passed else click.style("FAIL", fg="red")
        click.echo(f"{mark} {check.what} ({printable(check.detail)})")
    click.echo()
    console().print(detail(smoke.last))
    return passed
