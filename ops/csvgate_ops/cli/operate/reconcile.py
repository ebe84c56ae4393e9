"""Check that every row of every upload is where it should be."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from csvgate_ops.cli.options import as_json, connected

_LONGEST = timedelta(days=36_500)


def _duration(_ctx: click.Context, _param: click.Parameter, value: str) -> timedelta | None:
    from csvgate_ops.deploy.topology.model import parse_duration

    if value == "all":
        return None
    try:
        seconds = int(str(parse_duration(value)))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    if seconds > _LONGEST.total_seconds():
        raise click.BadParameter(f"{value!r} is longer than {_LONGEST.days} days; say `all`")
    return timedelta(seconds=seconds)


@click.command("reconcile")
@click.option(
    "--since",
    "period",
    default="30d",
    show_default=True,
    callback=_duration,
    help="How far back to look, as 7d or 12h; `all` for everything.",
)
@click.option(
    "--stuck-after",
    default="1h",
    show_default=True,
    callback=_duration,
    help="How long an upload may be under way.",
)
@click.option(
    "--rejects/--no-rejects", default=True, help="Count the rows of reject files.  [default: yes]"
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
    """Hold every upload's ledger against BigQuery and its reject file: rows read are rows loaded
    plus rows rejected, nothing twice, nothing that no upload brought, no upload stuck.

    Exits 0 when all adds up, and 1 with a list when something does not, or cannot be read. It
    changes nothing.

    Costs: a few reads of the ledger for each upload of the period, every reject file read whole,
    and two queries a table, over the columns _upload_id, _line and _ingested_at alone: about 45
    bytes a row, each. They read rows of the period only where the table is partitioned by
    _ingested_at, otherwise those columns of the whole table. Rows that were deleted from a table
    on purpose, also by an expiry, are missing here. An upload and its correction are held against
    each other for duplicates when both lie in the period.
    """
    from rich.console import Console
    from rich.markup import escape

    from csvgate_ops.cli.operate._status_view import console
    from csvgate_ops.cli.session import open_session
    from csvgate_ops.operate.reconcile.build import of_session
    from csvgate_ops.operate.reconcile.view import listing, summary

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
            click.echo("what to do for each code: docs/runbook.md")
        raise click.exceptions.Exit(1)
