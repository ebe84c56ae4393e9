"""Upload a file to the local cloud and, with --wait, follow it until it is loaded."""

import shlex
from pathlib import Path

import click

from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from csvgate.contracts.sidecars import sidecar_name
from csvgate.rejects.corrections import upload_id_in_name
from csvgate_ops.author.check.choose import contract_and_name, no_contract
from csvgate_ops.author.check.output import Unusable
from csvgate_ops.author.check.totals import find_sidecar
from csvgate_ops.cli.operate._following import following
from csvgate_ops.cli.operate._status_view import console, outcome
from csvgate_ops.cli.options import as_json, data_dir
from csvgate_ops.local.cloud.contract_watch import await_contracts
from csvgate_ops.operate.breakers import states
from csvgate_ops.operate.correcting import correcting
from csvgate_ops.operate.follow import follow, send
from csvgate_ops.operate.hints import hints
from csvgate_ops.operate.uploads import UploadStatus
from csvgate_ops.program import program
from csvgate_ops.session import Session, connect
from csvgate_ops.text import printable


@click.command("upload")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--as",
    "name",
    metavar="NAME",
    help="Name of the object in the bucket, such as orders/monday.csv.  [default: one that the "
    "contract for FILE matches]",
)
@click.option(
    "--wait", is_flag=True, help="Follow the upload to its end; exit 1 unless it is completed."
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    default=600.0,
    show_default=True,
    help="How long --wait waits before it exits 1.",
)
@data_dir
@as_json
def command(
    file: Path, name: str | None, wait: bool, timeout: float, data_dir: Path, as_json: bool
) -> None:
    """Upload FILE to the uploads bucket of the local cloud.

    Contracts that have changed are in use before FILE is uploaded. If its contract has totals in a
    sidecar, the one beside FILE is uploaded first.
    """
    session = connect(data_dir)
    contracts = await_contracts(session.endpoints)
    name = name if name is not None else _name(file, contracts, session)
    if not as_json:
        click.echo(printable(f"uploading {file.name} as {name}"), err=True)
    _send_sidecar(session, contracts.for_object(name), file, name)
    with following(quiet=as_json, size=file.stat().st_size) as progress:
        upload = send(session, file, name, progress.sent)
        last = UploadStatus(id=upload.id, state="unknown")
        if wait:
            for last in follow(session.ledger(), upload.id, timeout):
                progress.show(last)
    if as_json:
        click.echo(last.model_dump_json(indent=2))
    elif wait:
        _show(session, last)
    else:
        click.echo(f"uploaded {upload.uri}; to follow it: {program()} status {upload.id}")
    if wait and last.state != "completed":
        raise click.exceptions.Exit(1)


def _name(file: Path, contracts: Contracts, session: Session) -> str:
    found = contract_and_name(file, contracts)
    if found is None:
        raise Unusable(no_contract(file, contracts, Path(session.endpoints["contracts"])))
    return found[1]


def _send_sidecar(session: Session, contract: Contract | None, file: Path, name: str) -> None:
    """Upload the sidecar of FILE, or say that the upload will wait for it. A corrected reject file
    needs none."""
    totals = contract.totals if contract is not None else None
    if contract is None or totals is None or totals.sidecar is None or upload_id_in_name(name):
        return
    beside, needed = find_sidecar(contract, file, name), sidecar_name(totals.sidecar, name)
    if beside is not None:
        click.echo(printable(f"uploading {beside.path.name} as {needed}"), err=True)
        send(session, beside.path, needed)
    elif not session.storage().bucket(session.bucket("uploads")).blob(needed).exists():
        message = f"{name} will wait for its sidecar {needed}, which is not beside {file.name}"
        command = f"{program()} upload SIDECAR --as {shlex.quote(needed)}"
        click.echo(f"Note: {printable(message)}; upload it with: {printable(command)}", err=True)


def _show(session: Session, last: UploadStatus) -> None:
    functions = session.topology().functions
    open_ = [s for s in states(session.ledger(), functions) if s.state == "open"]
    console().print(outcome(last, hints(last, open_, session.options)))
    if last.rejects and last.state == "completed":
        for line in correcting(last.rejects, Path(session.endpoints["data_dir"])):
            click.echo(line)
    click.echo(f"details: {program()} status {last.id}")
    if last.state == "completed" and last.dataset and last.counts and last.counts.valid:
        # The rows of a correction belong to the upload that it corrects.
        rows_of = last.corrects or last.id
        click.echo(f"its rows: {program()} show {last.dataset} --upload {rows_of}")
