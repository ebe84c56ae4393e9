"""Check that every row of every upload is in BigQuery or in its reject file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from csvgate.text import counted
from csvgate_ops.cli.dlq._options import error_messages, letter_context
from csvgate_ops.cli.operate._status_view import console
from csvgate_ops.cli.options import as_json, connected
from csvgate_ops.deploy.topology.model import parse_duration
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.reconcile.build import of_session
from csvgate_ops.operate.reconcile.lost_events import replay_lost as replay_lost_events
from csvgate_ops.operate.reconcile.missing_letters import Letters
from csvgate_ops.operate.reconcile.run import Report
from csvgate_ops.operate.reconcile.view import listing, summary
from csvgate_ops.program import program
from csvgate_ops.session import open_session
from csvgate_ops.text import printable

_LONGEST = timedelta(days=36_500)


def _duration(_ctx: click.Context, _param: click.Parameter, value: str) -> timedelta | None:
    if value == "all":
        return None
    try:
        seconds = int(str(parse_duration(value)))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    if seconds > _LONGEST.total_seconds():
        raise click.BadParameter(f"{value!r} is longer than {_LONGEST.days} days; use `all`")
    return timedelta(seconds=seconds)


@click.command("reconcile")
@click.option(
    "--since",
    "period",
    metavar="AGE",
    default="30d",
    show_default=True,
    callback=_duration,
    help="How far back to look, such as 7d or 12h; `all` checks everything.",
)
@click.option(
    "--stuck-after",
    metavar="AGE",
    default="1h",
    show_default=True,
    callback=_duration,
    help="Report an unfinished upload as stuck, and an event as lost, when it is older than this.",
)
@click.option(
    "--rejects/--no-rejects",
    default=True,
    help="Whether to count the rows of reject files.  [default: yes]",
)
@click.option(
    "--letters/--no-letters",
    default=True,
    help="Whether to look for failed uploads without a dead letter.  [default: yes]",
)
@click.option(
    "--unmatched", is_flag=True, help="Also list unknown objects that no contract matches."
)
@click.option(
    "--replay-lost",
    is_flag=True,
    help="Publish the notification of every lost event again. The audit log records it.",
)
@connected
@as_json
def command(
    period: timedelta | None,
    stuck_after: timedelta | None,
    rejects: bool,
    letters: bool,
    unmatched: bool,
    replay_lost: bool,
    data_dir: Path,
    project: str | None,
    topology: Path | None,
    as_json: bool,
) -> None:
    """Compare every upload's ledger entries with BigQuery and with its reject file.

    For each upload, the rows read must be the rows loaded plus the rows rejected. No row may be in
    a table twice, no table may have rows of an unknown upload, and no upload may be stuck. Every
    object in the uploads bucket must be in the ledger: otherwise its event was lost, and
    --replay-lost publishes it again, which is the only change this command can make. Every failed
    upload must have a dead letter. The command exits 0 if it finds no discrepancy, and 1 if it
    finds some, which it lists, or if something cannot be read.

    Cost: a few ledger reads per upload in the period, a listing of the uploads bucket, every reject
    file once, one reading of the review subscriptions, and two queries per table. Each query reads
    the columns _upload_id, _line and _ingested_at, about 45 bytes per row. It reads only rows of
    the period if the table is partitioned by _ingested_at, and all rows otherwise.

    Rows that were deleted from a table on purpose, or by an expiration, are reported as missing.
    Duplicates between an upload and its correction are only found if both are in the period.
    """
    session = open_session(data_dir, project, topology)

    def read_letters() -> Letters:
        found = read(letter_context(data_dir, project, topology))
        return Letters.of(found.letters, complete=found.complete)

    reconciliation = of_session(
        session,
        datetime.now(UTC),
        since=period,
        stuck_after=stuck_after,
        rejects=rejects,
        read_letters=read_letters if letters else None,
    )
    with error_messages(), Console(stderr=True).status("reading") as status:
        report = reconciliation.report(lambda what: status.update(escape(f"reading {what}")))
    sent = 0
    if replay_lost and report.lost:
        with error_messages():
            sent = _replay(report, letter_context(data_dir, project, topology))
    if as_json:
        click.echo(report.model_dump_json(indent=2))
    else:
        _show(report, sent, unmatched=unmatched)
    if report.findings:
        raise click.exceptions.Exit(1)


def _replay(report: Report, context: DeadLetterContext) -> int:
    topic = context.storage_topic
    return replay_lost_events(report.lost, context.ledger, context.publisher, topic, context.actor)


def _show(report: Report, sent: int, *, unmatched: bool) -> None:
    if report.findings:
        console().print(listing(report.findings))
        click.echo()
    for address in report.unmatched if unmatched else ():
        click.echo(f"no contract matches {printable(address)}")
    click.echo(summary(report))
    if sent:
        click.echo(
            f"{counted(sent, 'notification')} published again; `{program()} status` follows them."
        )
    elif report.lost:
        click.echo(f"`{program()} reconcile --replay-lost` publishes the lost events again.")
    if report.findings:
        click.echo("docs/runbook.md says what to do for each code.")
