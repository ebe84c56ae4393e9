"""Show the latest uploads, or one upload from its arrival to its email."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import click

from csvgate_ops.cli.operate._status_list import Filters, select, totals
from csvgate_ops.cli.operate._status_view import console, detail, listing
from csvgate_ops.cli.options import as_json, connected
from csvgate_ops.operate.references import upload_of
from csvgate_ops.operate.upload_index.listed import STATES
from csvgate_ops.operate.upload_list import find
from csvgate_ops.program import program
from csvgate_ops.session import open_session

_STATES = [state.replace(" ", "-") for state in STATES]
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("status")
@click.argument("upload", required=False)
@click.option(
    "--most", default=50, show_default=True, help="How many uploads to list; 0 lists all."
)
@click.option("--state", "wanted", multiple=True, type=click.Choice(_STATES), help="Repeatable.")
@click.option("--since", type=_DAY, metavar="DAY", help="The first day, such as 2026-11-21 (UTC).")
@click.option("--until", type=_DAY, metavar="DAY", help="The last day (UTC).")
@click.option("--dataset", help="Only uploads of this dataset.")
@click.option("--text", help="Only uploads whose object name or dataset contains this text.")
@connected
@as_json
def command(
    upload: str | None,
    most: int,
    wanted: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    dataset: str | None,
    text: str | None,
    data_dir: Path,
    project: str | None,
    topology: Path | None,
    as_json: bool,
) -> None:
    """List the latest uploads, or show one UPLOAD from its arrival to its email.

    UPLOAD is an upload's id, the beginning of an id, a reference such as csvgate:uploads/3f2a9c,
    or the name of an object, such as orders/monday.csv. If several uploads have that name, the
    latest is shown.

    The list comes from the ledger's index by day. The totals below it are exact, or say "at least".
    Uploads that failed before they were recorded, for example because a reference was missing, are
    not listed: `csvgate dlq list --owner operator` has their letters.
    """
    session = open_session(data_dir, project, topology)
    ledger, now = session.ledger(), datetime.now(UTC)
    if upload is None:
        filters = Filters(
            states=frozenset(word.replace("-", " ") for word in wanted),
            since=_day(since),
            until=_day(until),
            dataset=dataset,
            text=text,
        )
        selected = select(ledger, filters, most, now)
        if as_json:
            click.echo(json.dumps([s.model_dump(mode="json") for s in selected.lines], indent=2))
        elif selected.lines:
            console().print(listing(selected.lines))
            click.echo(f"\n{totals(selected)}")
        elif filters != Filters():
            click.echo(f"No uploads match. {totals(selected)}")
        else:
            click.echo(
                f"There are no uploads yet. To upload a file: {program()} upload FILE --as NAME"
            )
        return
    found = find(ledger, upload_of(upload), now)
    if found is None:
        raise click.ClickException(f"no upload matches {upload!r}; `{program()} status` lists them")
    if as_json:
        click.echo(found.model_dump_json(indent=2))
    else:
        from csvgate_ops.operate.breakers import states
        from csvgate_ops.operate.hints import hints

        open_ = [s for s in states(ledger, session.topology().functions) if s.state == "open"]
        console().print(detail(found, hints(found, open_, session.options)))


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
