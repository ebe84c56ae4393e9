"""Carry out an action from a terminal: progress, Ctrl-C between letters, what came of it."""

import json
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from types import FrameType
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from csvgate_ops.text import printable

if TYPE_CHECKING:
    from csvgate_ops.operate.dead_letters.acting import Acting, Outcome, Report, Result
    from csvgate_ops.operate.dead_letters.acting import Progress as Done
    from csvgate_ops.operate.dead_letters.context import DeadLetterContext
    from csvgate_ops.operate.dead_letters.filters import Filter

_EVERY = 500
"""Letters between two lines of progress where there is no terminal."""
_SHOWN = 20
"""Kinds of outcomes that are spelled out."""
_NAMED = 5
_WORDS: tuple[tuple["Result", str], ...] = (
    ("would be done", "would be done"),
    ("done", "done"),
    ("done before", "done before by another run"),
    ("skipped", "skipped"),
    ("failed", "failed and left where they were"),
)
INTERRUPTED = 130


def carry_out(
    context: "DeadLetterContext",
    wanted: "Filter",
    acting: "Acting",
    act: Callable[["Acting"], "Report"],
    *,
    as_json: bool,
) -> None:
    """Exits 1 when a letter failed, 130 when it was interrupted between letters."""
    from csvgate_ops.cli.dlq._reading import held_elsewhere, reading

    total = None
    if not acting.dry_run and not as_json:
        held_elsewhere(context)
        total = len(wanted.of(reading(context, quiet=False).letters))
    with _interrupt(acting.stop) as interrupted, _progress(total, quiet=as_json) as on_progress:
        report = act(replace(acting, on_progress=on_progress))
    if as_json:
        click.echo(json.dumps(asdict(report), indent=2))
    else:
        _say(report)
    if interrupted.is_set():
        sys.exit(INTERRUPTED)
    if report.count("failed"):
        sys.exit(1)


@contextmanager
def _interrupt(stop: threading.Event) -> Iterator[threading.Event]:
    """The first Ctrl-C stops between letters; the second as usual."""
    interrupted = threading.Event()

    def handle(_signal: int, _frame: FrameType | None) -> None:
        if interrupted.is_set():
            raise KeyboardInterrupt
        interrupted.set()
        stop.set()
        click.echo("\nstopping after the letters under way; Ctrl-C again ends at once", err=True)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _progress(total: int | None, *, quiet: bool) -> Iterator[Callable[["Done"], None]]:
    console = Console(stderr=True)
    if quiet or total is None:
        yield lambda _: None
        return
    if not console.is_terminal:

        def say(done: "Done") -> None:
            count = done.done + done.skipped + done.failed
            if count % _EVERY == 0:
                click.echo(f"{count:,} of {total:,} letters, {done.failed:,} failed", err=True)

        yield say
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("letters", total=total)

        def update(done: "Done") -> None:
            count = done.done + done.skipped + done.failed
            text = f"letters, {done.failed:,} failed" if done.failed else "letters"
            bar.update(task, completed=count, total=max(total, count), description=text)

        yield update


def _say(report: "Report") -> None:
    if not report.outcomes and not report.stopped:
        click.echo("No dead letter is meant.")
        return
    counts = Counter(outcome.result for outcome in report.outcomes)
    for result in ("would be done", "skipped", "failed", "done before"):
        _spell_out([o for o in report.outcomes if o.result == result])
    said = ", ".join(f"{counts[result]:,} {words}" for result, words in _WORDS if counts[result])
    click.echo(f"{report.action}: {said or 'nothing'}.")
    if report.dry_run:
        click.echo("Nothing was changed: this was a dry run. --yes acts.")
    else:
        click.echo(f"On record: run {report.run}.")
    if report.stopped:
        click.echo("Stopped before the end; the same command again goes on from here.", err=True)


def _spell_out(outcomes: list["Outcome"]) -> None:
    """What came out alike in one line, with its ids while they are few."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for o in outcomes:
        alike.setdefault((o.result, o.function, o.code, o.detail), []).append(o.letter)
    ranked = sorted(alike.items(), key=lambda item: -len(item[1]))
    for (result, function, code, detail), ids in ranked[:_SHOWN]:
        named = f" ({', '.join(ids)})" if len(ids) <= _NAMED else ""
        click.echo(f"  {result}: {len(ids):,} × {printable(f'{function} {code}: {detail}{named}')}")
    if len(ranked) > _SHOWN:
        click.echo(f"  and {len(ranked) - _SHOWN:,} other kinds")
