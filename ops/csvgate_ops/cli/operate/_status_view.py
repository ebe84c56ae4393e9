"""Shows uploads in the terminal."""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from csvgate.protocol.events import FaultExample
from csvgate.protocol.warning_text import warning_text
from csvgate.text import changed, counted
from csvgate_ops.operate.upload_index.lines import Line
from csvgate_ops.operate.uploads import UploadStatus, failure_message
from csvgate_ops.text import printable, utc

_COLOURS = {
    "completed": "green",
    "rejected": "yellow",
    "failed": "red",
    "ignored": "yellow",
    "unknown": "red",
    "revoked": "yellow",
    "revoking": "yellow",
}


def console() -> Console:
    """Return a console as wide as the terminal, or 130 columns wide if there is no terminal."""
    return Console(width=None if sys.stdout.isatty() else 130)


def _name(status: UploadStatus) -> str:
    return printable(status.upload.name) if status.upload else "?"


def _state(state: str) -> Text:
    return Text(state, style=_COLOURS.get(state, "cyan"))


def _clock(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%H:%M:%S.%f")[:-3] + " UTC"


def _day(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d")


def listing(lines: Iterable[Line]) -> RenderableType:
    """Return a table of uploads. A plus sign follows the counts of one that was not read to its
    end."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("upload", "object", "state", "received"):
        table.add_column(title, overflow="fold")
    for title in ("read", "loaded", "rejected"):
        table.add_column(title, justify="right")
    for line in lines:
        counts = line.counts
        more = "+" if line.is_partial else ""
        table.add_row(
            line.id,
            _named(line),
            _state(line.state),
            utc(line.received_at),
            f"{counts.read:,}{more}" if counts else "",
            f"{line.loaded:,}" if counts else "",
            f"{counts.rejected:,}{more}" if counts else "",
        )
    return table


def _named(line: Line) -> Text:
    """Return the name of the object, and below it why it failed or was ignored."""
    found = Text(printable(line.upload.name) if line.upload else "?")
    if line.codes:
        found.append("\n" + ", ".join(map(printable, line.codes)), style="dim")
    return found


def summary(status: UploadStatus) -> str:
    """Return one line with the state and the counts."""
    counts = status.counts
    if status.state == "completed" and counts and counts.read:
        return (
            f"completed: {counted(counts.read, 'row')} read = {counts.valid:,} loaded"
            f" + {counts.rejected:,} rejected{_changes(status)}"
        )
    if status.revoked is not None and status.revoked.removed is not None:
        rows = counted(status.revoked.removed, "row")
        return f"revoked: {rows} removed; {status.detail}"
    said = status.detail or _stage(status)
    return f"{status.state}: {said}" if said else status.state


def _changes(status: UploadStatus) -> str:
    """Return what the upload changed in its table, and what that read."""
    c = status.changes
    if c is None:
        return ""
    what = changed(c.inserted, c.updated, c.deleted)
    return f"; {what} (BigQuery read {status.bytes_scanned / 1e6:,.1f} MB)"


def _stage(status: UploadStatus) -> str:
    """Return how far an upload has come that has not ended, such as "2 of 3 chunks loaded"."""
    if status.state == "validating":
        return "being read" if status.starts == 1 else f"being read, start {status.starts}"
    if status.counts is None or not status.counts.read:
        return ""
    so_far = f" before line {status.stopped_at:,}" if status.stopped_at is not None else ""
    read = f"{counted(status.counts.read, 'row')} read{so_far}"
    attempt = f" in attempt {len(status.attempts)}" if len(status.attempts) > 1 else ""
    if status.attempts and status.attempts[-1].state == "commit":
        return f"{read}, decided to commit{attempt}; the rows may be visible already"
    chunks = counted(status.chunks or 0, "chunk")
    return f"{read}, {status.chunks_loaded:,} of {chunks} loaded{attempt}"


def _example(fault: FaultExample) -> str:
    value = "" if fault.value is None else f" {printable(fault.value)!r}"
    return f"line {fault.line}:{value} {fault.message}"


def detail(status: UploadStatus, hints: Iterable[str] = ()) -> RenderableType:
    """Show one upload; each hint is a paragraph that says what an operator can do."""
    facts = Table.grid(padding=(0, 2))
    facts.add_row("upload", status.id)
    generation = f"#{status.upload.generation}" if status.upload else ""
    facts.add_row("object", Text(_name(status) + generation))
    facts.add_row("state", _state(status.state))
    facts.add_row("", Text(summary(status)))
    if status.starts > 1:
        overruns = f", {status.overruns} of them ran out of time" if status.overruns else ""
        facts.add_row("reading", f"started {status.starts} times{overruns}")
    for attempt in status.attempts if len(status.attempts) > 1 else ():
        settled = f", settled as {attempt.settled}" if attempt.settled else ""
        why = f": {printable(attempt.reason)}" if attempt.reason else ""
        facts.add_row(f"attempt {attempt.number}", Text(f"{attempt.state}{settled}{why}"))
    if status.identical:
        other = f"gs://{status.identical.bucket}/{status.identical.name}#"
        where = f"{printable(other)}{status.identical.generation}, upload {status.identical.id}"
        facts.add_row("same content", Text(where, overflow="fold"))
    if status.rejects:
        facts.add_row("rejects", Text(printable(status.rejects), overflow="fold"))
    if status.corrects:
        facts.add_row("corrects", status.corrects)
    for correction in status.corrected_by:
        facts.add_row("corrected by", correction)
    if status.corrected_by and status.counts and status.open_rows is not None:
        open_rows = f"{status.open_rows:,} of {status.counts.rejected:,} rejected rows"
        facts.add_row("", f"{open_rows} still to be corrected")
    if status.timeline:
        facts.add_row("day (UTC)", _day(status.timeline[0].at))
    steps = Table.grid(padding=(0, 2))
    last: datetime | None = None
    for step in status.timeline:
        since = f"+{(step.at - last).total_seconds():.3f} s" if last else ""
        what, said = Text(printable(step.what)), Text(printable(step.detail))
        steps.add_row(_clock(step.at), Text(since, justify="right"), what, said)
        last = step.at
    return Group(facts, "", steps, *_why(status, hints))


def outcome(status: UploadStatus, hints: Iterable[str] = ()) -> RenderableType:
    """Show how an upload has ended: its counts, why rows or the file were rejected, and what to do
    about it."""
    parts: list[RenderableType] = [Text(printable(summary(status)), overflow="fold")]
    for failure in status.failures if status.state == "failed" else ():
        if said := failure_message(status, failure):
            parts += ["", Text(printable(f"{failure.code}: {said}"), overflow="fold")]
    parts += _why(status, hints)
    if status.rejects:
        where = f"rejected rows, to correct and upload: {printable(status.rejects)}"
        parts += ["", Text(where, overflow="fold")]
    return Group(*parts)


def _why(status: UploadStatus, hints: Iterable[str]) -> Iterator[RenderableType]:
    """Yield the reasons as a table and each hint as a paragraph."""
    if any(reason.rows for reason in status.reasons):
        reasons = Table(box=None, pad_edge=False, header_style="bold")
        reasons.add_column("rows", justify="right")
        for title in ("code", "column", "first"):
            reasons.add_column(title, overflow="fold")
        for reason in status.reasons:
            first = reason.examples[0] if reason.examples else None
            example = Text(_example(first) if first else "")
            column = Text(printable(reason.column or ""))
            reasons.add_row(f"{reason.rows:,}" if reason.rows else "", reason.code, column, example)
        yield ""
        yield reasons
    if status.warnings:
        yield ""
    for warning in status.warnings:
        yield Text(f"Warning: {printable(warning_text(warning))}", style="yellow")
    for hint in hints:
        yield ""
        yield Text("\n".join(printable(line) for line in hint.split("\n")))
