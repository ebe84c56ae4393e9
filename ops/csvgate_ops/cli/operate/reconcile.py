"""Check that every row of every upload is in BigQuery or in its reject file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from csvgate_ops.cli.operate._status_view import console
from csvgate_ops.cli.options import as_json, connected
from csvgate_ops.cli.session import open_session
from csvgate_ops.deploy.topology.model import parse_duration
from csvgate_ops.operate.reconcile.build import of_session
from csvgate_ops.operate.reconcile.view import listing, summary

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
    help="Report an unfinished upload as stuck when it is older than this.",
)
@click.option(
    "--rejects/--no-rejects",
    default=True,
    help="Whether to count the rows of reject files.  [default: yes]",
)
@connected
@as_json
def command(
    period: timedelta | None,
    stuck_after: timedelta | None,
    rejects: bool,
    data_dir: Path,
    project: str | None,
    topology: Path | None,
    as_json: bool,
) -> None:
    """Compare every upload's ledger entries with BigQuery and with its reject file.

    For each upload, the rows read must be the rows loaded plus the rows rejected. No row may be in
    a table twice, no table may have rows of an unknown upload, and no upload may be stuck. The
    command changes nothing. It exits 0 if it finds no discrepancy, and 1 if it finds some, which it
    lists, or if something cannot be read.

    Cost: a few ledger reads per upload in the period, every reject file once, and two queries per
    table. Each query reads the columns _upload_id, _line and _ingested_at, about 45 bytes per row.
    It reads only rows of the period if the table is partitioned by _ingested_at, and all rows
    otherwise.

    Rows that were deleted from a table on purpose, or by an expiration, are reported as missing.
    Duplicates between an upload and its correction are only found if both are in the period.
    """
    session = open_session(data_dir, project, topology)
    reconciliation = of_session(
        session, datetime.now(UTC), since=period, stuck_after=stuck_after, rejects=rejects
    )
    with Console(stderr=True).status("reading") as status:
        report = reconciliation.report(lambda what: status.update(escape(f"reading {what}")))
    if as_json:
        click.echo(report.model_dump_json(indent=2))
    elif report.findings:
        console().print(listing(report.findings))
        click.echo()
    if not as_json:
        click.echo(summary(report))
    if report.findings:
        if not as_json:
            click.echo("docs/runbook.md says what to do for each code.")
        raise click.exceptions.Exit(1)
