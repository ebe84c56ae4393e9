"""Run an action from a terminal: show progress, stop on Ctrl-C, print the report."""

import json
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from types import FrameType

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from csvgate_ops.cli.dlq._reading import read_letters, warn_about_unfinished_runs
from csvgate_ops.operate.dead_letters.actions import SELECTION_ACTIONS
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.next_action import action_for, other_actions
from csvgate_ops.operate.dead_letters.runs import Outcome, Report, Result, RunOptions
from csvgate_ops.operate.dead_letters.runs import Progress as RunProgress
from csvgate_ops.text import printable

_PROGRESS_EVERY = 500
"""Letters between two lines of progress when the output is not a terminal."""
_MOST_KINDS = 20
"""Kinds of outcomes that are listed."""
_MOST_IDS = 5
_RESULTS: tuple[tuple[Result, str], ...] = (
    ("would be done", "would be done"),
    ("done", "done"),
    ("done before", "already done by an earlier run"),
    ("skipped", "skipped"),
    ("failed", "failed and still in their queues"),
)
INTERRUPTED = 130


def run_in_terminal(
    context: DeadLetterContext,
    wanted: Filter,
    options: RunOptions,
    run: Callable[[RunOptions], Report],
    *,
    as_json: bool,
) -> None:
    """Exit with 1 when a letter failed, and with 130 when the run was interrupted."""
    total = None
    if not options.dry_run and not as_json:
        warn_about_unfinished_runs(context)
        total = len(wanted.of(read_letters(context, quiet=False).letters, context))
    with _interrupt(options.stop) as interrupted, _progress(total, quiet=as_json) as on_progress:
        report = run(replace(options, on_progress=on_progress))
    if as_json:
        click.echo(json.dumps(asdict(report), indent=2))
    else:
        _print_report(report)
    if interrupted.is_set():
        sys.exit(INTERRUPTED)
    if report.count("failed"):
        sys.exit(1)


@contextmanager
def _interrupt(stop: threading.Event) -> Iterator[threading.Event]:
    """The first Ctrl-C stops the run between two letters; the second ends the process."""
    interrupted = threading.Event()

    def handle(_signal: int, _frame: FrameType | None) -> None:
        if interrupted.is_set():
            raise KeyboardInterrupt
        interrupted.set()
        stop.set()
        click.echo(
            "\nstopping after the letters in progress; press Ctrl-C again to exit at once", err=True
        )

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _progress(total: int | None, *, quiet: bool) -> Iterator[Callable[[RunProgress], None]]:
    console = Console(stderr=True)
    if quiet or total is None:
        yield lambda _: None
        return
    if not console.is_terminal:

        def print_line(progress: RunProgress) -> None:
            count = progress.processed
            if count % _PROGRESS_EVERY == 0:
                click.echo(f"{count:,} of {total:,} letters, {progress.failed:,} failed", err=True)

        yield print_line
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("letters", total=total)

        def update(progress: RunProgress) -> None:
            count = progress.processed
            text = f"letters, {progress.failed:,} failed" if progress.failed else "letters"
            bar.update(task, completed=count, total=max(total, count), description=text)

        yield update


def _print_report(report: Report) -> None:
    if not report.outcomes and not report.stopped:
        click.echo("No dead letters match the filter.")
        return
    counts = Counter(outcome.result for outcome in report.outcomes)
    for result in ("would be done", "skipped", "failed", "done before"):
        _print_kinds([o for o in report.outcomes if o.result == result])
    summary = ", ".join(f"{counts[result]:,} {text}" for result, text in _RESULTS if counts[result])
    click.echo(f"{report.action}: {summary or 'nothing was done'}.")
    if report.dry_run:
        for remark in _remarks(report):
            click.echo(remark)
        click.echo("This was a dry run: nothing was changed. Add --yes to act.")
    else:
        click.echo(f"The audit log has it as run {report.run}.")
    if report.stopped:
        click.echo("Stopped before the end. Repeat the same command to continue.", err=True)


def _remarks(report: Report) -> Iterator[str]:
    """Yield what the console's confirmation says too."""
    action = next((it for it in SELECTION_ACTIONS if it.name == report.action), None)
    if action is not None:
        affected = (it for it in report.outcomes if it.result == "would be done")
        yield from other_actions(action, (action_for(it.code) for it in affected))


def _print_kinds(outcomes: list[Outcome]) -> None:
    """One line for all letters with the same outcome, with their ids if they are few."""
    kinds: dict[tuple[str, ...], list[str]] = {}
    for o in outcomes:
        kinds.setdefault((o.result, o.function, o.code, o.detail), []).append(o.letter)
    ranked = sorted(kinds.items(), key=lambda item: -len(item[1]))
    for (result, function, code, detail), ids in ranked[:_MOST_KINDS]:
        named = f" ({', '.join(ids)})" if len(ids) <= _MOST_IDS else ""
        click.echo(f"  {result}: {len(ids):,} × {printable(f'{function} {code}: {detail}{named}')}")
    if len(ranked) > _MOST_KINDS:
        click.echo(f"  and {len(ranked) - _MOST_KINDS:,} other kinds")
