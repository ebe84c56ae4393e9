"""Remove the rows of an upload from its table."""

import json
from pathlib import Path
from typing import Any

import click

from csvgate.text import counted
from csvgate_ops.cli.operate._undoing import error_messages, patiently, undoing, uploaded
from csvgate_ops.cli.options import as_json, connected
from csvgate_ops.operate.audit import operator
from csvgate_ops.operate.undo.connect import bytes_scanned, services_of
from csvgate_ops.operate.undo.examine import Plan, examine
from csvgate_ops.operate.undo.revoke import Revocation, revoke
from csvgate_ops.session import open_session


@click.command("revoke")
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
    """Remove the rows of UPLOAD from its table, with those of its corrections.

    Without --yes nothing is changed: the command shows the rows, the corrections, the statement and
    the bytes that BigQuery would read.

    \b
      csvgate revoke 3f2a9c --reason "October instead of November"
      csvgate revoke 3f2a9c --reason "October instead of November" --yes

    All rows leave the table in one statement. The uploader is informed, `csvgate status` and
    `csvgate reconcile` say so, and corrected reject files of the upload are refused from then on.
    An upload that is not loaded yet ends as rejected instead. If the command is interrupted, run it
    again: it continues with the same job, which cannot run twice. `csvgate restore` loads the same
    rows again.

    It is refused while the upload or a correction of it is under way, and for uploads whose rows
    were merged, because the values that they have replaced are not kept.

    UPLOAD is an upload's id, the beginning of an id, or the name of an object.
    """
    session = open_session(data_dir, project, topology)
    found = uploaded(session.ledger(), upload)
    with error_messages():
        services = services_of(session, data_dir, project, topology)
        if not yes:
            plan = examine(services, found)
            scanned = bytes_scanned(session, plan)
            if as_json:
                click.echo(json.dumps(_planned(plan, scanned, session.project), indent=2))
            else:
                _print_plan(plan, scanned, session.project)
            return
        done = patiently(lambda: revoke(services, found, actor=operator(), reason=reason.strip()))
    if as_json:
        click.echo(json.dumps(_done(done), indent=2))
        return
    for line in result(done, session.options):
        click.echo(line)


def _planned(plan: Plan, scanned: int | None, project: str) -> dict[str, Any]:
    return {
        "upload": plan.upload,
        "attempt": plan.attempt,
        "table": plan.table,
        "rows": plan.rows,
        "loads": [load.model_dump() for load in plan.loads],
        "statement": plan.statement(project),
        "bytes": scanned,
        "dry_run": True,
    }


def _print_plan(plan: Plan, scanned: int | None, project: str) -> None:
    for line in planned(plan, scanned, project):
        click.echo(line)
    click.echo("This was a dry run: nothing was changed. Add --yes to act.")


def planned(plan: Plan, scanned: int | None, project: str) -> list[str]:
    """Return what the dry run shows, as lines."""
    if plan.effect is None:
        return [
            f"upload {plan.upload} is not loaded yet: it would end as rejected, and none of its "
            f"rows would come into {plan.table}"
        ]
    own, *corrections = plan.loads
    lines = [
        f"{counted(plan.rows, 'row')} of {plan.table} would be removed:",
        f"  {own.rows:,} of upload {own.upload}, attempt {own.attempt}",
        *(f"  {each.rows:,} of correction {each.upload}" for each in corrections),
        "by this statement:",
        *(f"  {line}" for line in plan.statement(project).splitlines()),
    ]
    if plan.begun is not None:
        lines.append(
            f"This continues what {plan.begun.actor} began at {plan.begun.at:%Y-%m-%d %H:%M} UTC: "
            f"{plan.begun.reason}"
        )
    if scanned is not None:
        lines.append(f"BigQuery would read {scanned / 1e6:,.1f} MB.")
    return lines


def result(done: Revocation, options: str) -> list[str]:
    """Return what was done, and what to do next. `options` point a command at the same cloud, with
    a leading space."""
    plan = done.plan
    if done.outcome == "removed":
        lines = [f"revoked: {counted(done.removed, 'row')} of {plan.table} removed"]
        if done.removed != plan.rows:
            lines.append(
                f"{plan.rows:,} were loaded: somebody else has removed or replaced the others"
            )
        undo = f'csvgate restore {plan.upload}{options} --reason "…" --yes'
        return [*lines, f"To load the same rows again: {undo}"]
    return [f"revoked: upload {plan.upload} ends as rejected, and none of its rows is loaded"]


def _done(done: Revocation) -> dict[str, Any]:
    return {
        "upload": done.plan.upload,
        "attempt": done.plan.attempt,
        "table": done.plan.table,
        "outcome": done.outcome,
        "removed": done.removed,
        "bytes": done.bytes_scanned,
    }
