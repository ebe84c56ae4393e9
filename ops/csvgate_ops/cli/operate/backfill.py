"""Load the objects of an existing bucket, at a limited rate."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from csvgate.protocol.ledger.paths import RECEIVED
from csvgate_ops.cli.dlq._options import error_messages, letter_context
from csvgate_ops.cli.options import as_json, connected
from csvgate_ops.deploy.estimate.prices import price_list
from csvgate_ops.operate.backfill.copy import GcsCopier
from csvgate_ops.operate.backfill.cost import cost
from csvgate_ops.operate.backfill.outcomes import Outcome, wait_for
from csvgate_ops.operate.backfill.plan import Plan, live_objects, plan
from csvgate_ops.operate.backfill.send import Progress, Sender, Sending
from csvgate_ops.operate.backfill.view import duration, ending, planned
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.reconcile.build import kept_for
from csvgate_ops.session import open_session

_MARGIN: Final = timedelta(days=1)
"""The ledger's lifecycle rule counts whole days."""
_PROGRESS_EVERY: Final = 100
"""Objects between two lines of progress if stderr is not a terminal."""


@click.command("backfill")
@click.argument("prefix")
@click.option(
    "--bucket",
    metavar="B",
    help="Bucket that has the objects; they are copied into the uploads bucket under their names.  "
    "[default: the uploads bucket]",
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    metavar="N",
    help="Objects per second.  [default: 5, or half of what the functions can process]",
)
@click.option(
    "--wait",
    "wait_seconds",
    type=click.FloatRange(min=0),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for the ends of the uploads once everything is sent.",
)
@click.option("--reason", default="backfill", show_default=True, help="For the audit log.")
@click.option(
    "--forgotten",
    is_flag=True,
    help="Also send objects that are older than the ledger's entries: they may have been loaded.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@connected
@as_json
def command(
    prefix: str,
    bucket: str | None,
    rate: float | None,
    wait_seconds: float,
    reason: str,
    forgotten: bool,
    yes: bool,
    data_dir: Path,
    project: str | None,
    topology: Path | None,
    as_json: bool,
) -> None:
    """Load every object whose name starts with PREFIX.

    \b
      csvgate backfill orders/2025-
      csvgate backfill orders/ --bucket example-archive --rate 2

    The objects are listed and matched with the contracts, and the cost and the time are estimated.
    Nothing is sent before you agree. Each object then goes through the functions like any other
    upload, the oldest first. Objects of another bucket are copied within Cloud Storage, unless an
    object in the uploads bucket has their name.

    A run that was interrupted is continued by running it again: objects that the ledger knows are
    not sent a second time. The audit log records each run. The command exits 1 if something could
    not be sent, was rejected, failed, or has not ended in time; all of that is listed at the end.
    """
    session = open_session(data_dir, project, topology)
    with error_messages():
        context = letter_context(data_dir, project, topology)
        parts = session.topology()
        kept = None if forgotten else kept_for(parts, "ledger")
        found = _plan(context, bucket, prefix, kept)
        costs = cost(found, context.store, context.contracts, parts, price_list())
        rate = rate or costs.default_rate
        for line in planned(found, costs, rate):
            click.echo(line, err=as_json)
        if found.items and not yes and not click.confirm("Send them?", err=True):
            raise click.exceptions.Exit(1)
        sending = Sending((), (), stopped=False)
        if found.items:
            with _progress(as_json, "sent", len(found.items)) as show:
                sender = Sender(
                    ledger=context.ledger,
                    publisher=context.publisher,
                    copier=GcsCopier(session.storage()),
                    topic=context.storage_topic,
                    uploads_bucket=context.buckets["uploads"],
                    actor=context.actor,
                    clock=context.clock,
                    rate=rate,
                    on_progress=lambda now: show(now.done, _left(now)),
                )
                sending = sender.run(found, reason)
        uploads = [*found.known, *sending.sent]
        seconds = 0.0 if sending.stopped else wait_seconds
        with _progress(as_json, "ended", len(uploads)) as show:
            outcomes = wait_for(
                context.ledger, uploads, seconds, on_progress=lambda done: show(done, "")
            )
    if as_json:
        click.echo(json.dumps(_json(found, sending, outcomes), indent=2))
    else:
        for line in ending(found, sending, outcomes):
            click.echo(line)
    if sending.stopped or sending.failed or any(it.needs_attention for it in outcomes):
        raise click.exceptions.Exit(1)


def _plan(
    context: DeadLetterContext, bucket: str | None, prefix: str, kept: timedelta | None
) -> Plan:
    """`kept` is how long the ledger keeps its entries; None if that does not matter."""
    uploads = context.buckets["uploads"]
    source = bucket or uploads
    # The ledger is listed first: an upload that is pinned meanwhile is sent again, without effect.
    known = {str(parts["upload"]) for parts in context.ledger.find(RECEIVED)}
    uploaded = list(live_objects(context.store, uploads, prefix))
    objects = uploaded if source == uploads else live_objects(context.store, source, prefix)
    before = context.clock() - kept + _MARGIN if kept else None
    return plan(source, prefix, objects, uploaded, known, context.contracts, before)


def _left(now: Progress) -> str:
    return f"about {duration(now.seconds_left)} left" if now.done < now.total else ""


@contextmanager
def _progress(quiet: bool, what: str, total: int) -> Iterator[Callable[[int, str], None]]:
    """Show progress on stderr: a bar in a terminal, otherwise a line now and then."""
    if quiet or not total:
        yield lambda _done, _left: None
        return
    if not sys.stderr.isatty():

        def line(done: int, left: str) -> None:
            if done % _PROGRESS_EVERY == 0 or done == total:
                click.echo(f"{what} {done:,} of {total:,}{left and ', ' + left}", err=True)

        yield line
        return
    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[left]}"),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total, left="")
        yield lambda done, left: bar.update(task, completed=done, left=left)


def _json(found: Plan, sending: Sending, outcomes: list[Outcome]) -> dict[str, Any]:
    return {
        "bucket": found.source,
        "prefix": found.prefix,
        "objects": len(found.items),
        "known": len(found.known),
        "sent": len(sending.sent),
        "stopped": sending.stopped,
        "not_sent": [asdict(failed) for failed in sending.failed],
        "left_out": [asdict(left) for left in found.left_out],
        "outcomes": [
            {"upload": it.upload.id, "object": it.upload.uri, "state": it.state, "code": it.code}
            for it in outcomes
        ],
    }
