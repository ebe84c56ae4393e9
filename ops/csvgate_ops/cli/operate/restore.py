"""Load the rows of a revoked upload again."""

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from csvgate.text import counted
from csvgate_ops.cli.operate._undoing import error_messages, patiently, undoing, uploaded
from csvgate_ops.cli.options import as_json, connected
from csvgate_ops.operate.audit import operator
from csvgate_ops.operate.undo.connect import services_of
from csvgate_ops.operate.undo.restore import Restoration, plan_restore, restore
from csvgate_ops.operate.undo.services import Services
from csvgate_ops.operate.uploads import ENDED, status
from csvgate_ops.session import open_session

WAIT_SECONDS: Final = 60.0
"""How long the command waits for the upload, so that its corrections can follow at once."""
_POLL_SECONDS: Final = 1.0


@click.command("restore")
@click.argument("upload")
@undoing
@connected
@as_json
def command(
    upload: str,
    reason: str,
    yes: bool,
    data_dir: Path,
    project: str | None,
    topology: Path | None,
    as_json: bool,
) -> None:
    """Load the rows of UPLOAD again after `csvgate revoke`.

    \b
      csvgate restore 3f2a9c --reason "it was the right month" --yes

    The rows come from the staged chunks, or from the file if these are deleted, under the contract
    and the references that the upload has pinned. The upload ends again, and the uploader is
    informed again. Its corrections follow once it has completed: the command waits for that for up
    to 60 seconds; after that, run it again.

    UPLOAD is an upload's id, the beginning of an id, or the name of an object.
    """
    session = open_session(data_dir, project, topology)
    found = uploaded(session.ledger(), upload)
    with error_messages():
        services = services_of(session, data_dir, project, topology)
        if not yes:
            plan = plan_restore(services, found)
            _show([plan], as_json=as_json)
            if not as_json:
                click.echo("This was a dry run: nothing was changed. Add --yes to act.")
            return

        def act() -> Restoration:
            return restore(services, found, actor=operator(), reason=reason.strip())

        done = [patiently(act)]
        if done[0].waiting and _has_completed(services, found):
            done.append(patiently(act))
    _show(done, as_json=as_json)


def _has_completed(services: Services, upload: str) -> bool:
    until = time.monotonic() + WAIT_SECONDS
    while (state := status(services.ledger, upload).state) not in ENDED:
        if time.monotonic() > until:
            return False
        time.sleep(_POLL_SECONDS)
    return state == "completed"


def _show(done: list[Restoration], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(each) for each in done], indent=2))
        return
    for line in lines_of(done):
        click.echo(line)


def lines_of(done: list[Restoration]) -> list[str]:
    """Return what was done, or would be, as lines."""
    first, last = done[0], done[-1]
    lines = []
    if first.source is not None:
        lines.append(
            f"upload {first.upload} is loaded again from its {first.source}, in attempt "
            f"{first.attempt}"
        )
    lines += [f"correction {each} is loaded again" for each in last.corrections]
    if last.waiting:
        lines.append(
            f"{counted(len(last.waiting), 'correction')} of it can follow once it has completed: "
            "run the same command again then"
        )
    return lines
