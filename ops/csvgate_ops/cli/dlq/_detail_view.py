"""One letter in full for the terminal."""

from dataclasses import replace
from datetime import datetime

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from csvgate.rejects.reject_file import ERRORS, LINE
from csvgate.text import counted
from csvgate_ops.cli.operate._status_view import detail as upload_view
from csvgate_ops.operate.audit import named
from csvgate_ops.operate.dead_letters.actions.show import Detail
from csvgate_ops.operate.dead_letters.content.content import Grid
from csvgate_ops.operate.dead_letters.content.letter_json import attributes
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.expiry import SOON, clock_difference, expires
from csvgate_ops.operate.dead_letters.owners import owner_of_letter
from csvgate_ops.operate.references import letter_reference
from csvgate_ops.operate.runbook import remedy
from csvgate_ops.text import printable, utc


def detail_view(detail: Detail, now: datetime) -> RenderableType:
    parts: list[RenderableType] = [_facts(detail, now)]
    if detail.counts:
        line = detail.letter.stopped_at
        so_far = f" before line {printable(line)}" if line else ""
        parts += [Rule(f"rejected rows by code{so_far}", align="left"), _counts(detail)]
    if detail.reject_rows:
        parts += [Rule("first rejected rows", align="left"), *_rejects(detail.reject_rows)]
    parts.append(Rule(f"content: {detail.letter.kind}", align="left"))
    if detail.content.text:
        parts.append(Text("\n".join(printable(line) for line in detail.content.text.splitlines())))
    if detail.content.remark:
        parts.append(Text(printable(detail.content.remark), style="yellow"))
    if detail.chunk_rows.grid:
        parts += [Rule("rows of the chunk", align="left"), _grid(detail.chunk_rows.grid)]
    if detail.chunk_rows.remark:
        parts.append(Text(printable(detail.chunk_rows.remark), style="yellow"))
    parts += [Rule("attributes", align="left"), _attributes(detail)]
    if detail.history:
        parts += [Rule("audit log", align="left"), _history(detail)]
    if detail.upload:
        parts += [Rule("upload", align="left"), upload_view(detail.upload)]
    if detail.remark:
        parts.append(Text(printable(detail.remark), style="yellow"))
    return Group(*parts)


def _facts(detail: Detail, now: datetime) -> RenderableType:
    letter = detail.letter
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold")
    facts.add_column(overflow="fold")
    facts.add_row("letter", Text(printable(letter.id)))
    facts.add_row("reference", Text(letter_reference(letter.topic, letter.id), overflow="fold"))
    facts.add_row("owner", Text(owner_of_letter(letter)))
    facts.add_row("code", Text(printable(letter.code), style="red"))
    facts.add_row("reason", Text(printable(detail.message)))
    if what := remedy(letter.code):
        facts.add_row("what to do", Text(what))
    facts.add_row("function", Text(printable(f"{letter.function} {letter.revision}")))
    facts.add_row("dead-lettered", _dead_lettered(letter))
    if letter.expires_at is not None:
        at = letter.expires_at
        style = "bold red" if at - now < SOON else ""
        facts.add_row("expires", Text(f"{utc(at)}, {expires(at, now)}", style=style))
    if letter.first_seen:
        facts.add_row("first seen", utc(letter.first_seen))
    if letter.attempt is not None:
        facts.add_row("attempt", str(letter.attempt))
    if letter.replays:
        facts.add_row("replayed before", f"{letter.replays}×")
    if letter.object_name:
        facts.add_row("object", Text(printable(letter.object_name)))
    if letter.dataset:
        facts.add_row("dataset", Text(printable(letter.dataset)))
    if detail.chunk:
        address = detail.chunk.address
        chunk = f"{address.index} of seal {detail.chunk.seal}, {counted(address.rows, 'row')}"
        facts.add_row("chunk", Text(chunk))
        facts.add_row("digest", Text(address.sha256, overflow="fold"))
        facts.add_row("staged as", Text(printable(address.dataref), overflow="fold"))
    if letter.trace:
        facts.add_row("trace", Text(printable(letter.trace)))
    facts.add_row("size", f"{letter.size:,} bytes")
    facts.add_row("queue", Text(printable(letter.subscription)))
    colour = "green" if detail.replayable else "yellow"
    facts.add_row("replay", Text(printable(detail.replay), style=colour))
    if detail.masked:
        hidden = ", ".join(printable(name) for name in detail.masked)
        facts.add_row(
            "hidden", Text(f"{hidden}; --reveal shows them and is recorded in the audit log")
        )
    return facts


def _counts(detail: Detail) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    for code, rows in sorted(detail.counts.items(), key=lambda item: -item[1]):
        table.add_row(f"{rows:,}", Text(printable(code)))
    return table


def _rejects(grid: Grid) -> list[RenderableType]:
    """Show the reasons above the rows: beside the cells there would be no room for them."""
    if grid.columns[:2] != (LINE, ERRORS):
        return [_grid(grid)]
    reasons = Table.grid(padding=(0, 2))
    reasons.add_column(justify="right")
    for row in grid.rows:
        reasons.add_row(Text(f"line {printable(row[0])}"), Text(printable(row[1])))
    rows = tuple((row[0], *row[2:]) for row in grid.rows)
    return [reasons, "", _grid(replace(grid, columns=("line", *grid.columns[2:]), rows=rows))]


def _grid(grid: Grid) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in grid.columns:
        table.add_column(Text(printable(column)), overflow="fold")
    for row in grid.rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    left = (grid.total or 0) - len(grid.rows)
    if grid.total is None:
        return Group(table, Text("and more; --rows N shows more of them", style="dim"))
    return Group(table, Text(f"and {left:,} more rows", style="dim")) if left > 0 else table


def _attributes(detail: Detail) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in sorted(attributes(detail.letter, detail.message).items()):
        table.add_row(Text(printable(name)), Text(printable(value)))
    return table


def _history(detail: Detail) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for entry in detail.history:
        who = named(entry.actor, entry.verified_by)
        text = f"{entry.verb} {entry.outcome} by {who}, run {entry.run}"
        table.add_row(
            utc(entry.at), Text(printable(f"{text}: {entry.reason}" if entry.reason else text))
        )
    return table


def _dead_lettered(letter: DeadLetter) -> str:
    """Return when Pub/Sub received the letter, and how the sender's clock differs."""
    differs = clock_difference(letter)
    return utc(letter.published_at) + (f"; {differs}" if differs else "")
