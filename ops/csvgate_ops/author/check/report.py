"""The reports of a check: a table for people and JSON for programs."""

import json
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Final

import click

from csvgate.contracts.model import Contract, Limits
from csvgate.protocol.events import Counts, Reason
from csvgate.text import counted, shorten
from csvgate_ops.author.check.corrected_file import CorrectedFile
from csvgate_ops.author.check.grid import Grid
from csvgate_ops.author.check.run import Result
from csvgate_ops.author.check.table_effect import table_effect
from csvgate_ops.header_advice import header_advice
from csvgate_ops.text import display_width, printable

_VALUE_CHARACTERS: Final = 32
_MEASURED: Final = 1000
"""Faults whose values set the width of their column; a wider value shifts its line."""


def json_report(result: Result) -> Iterator[str]:
    """Yield one JSON object in ASCII, with each fault on its own line and keys as documented."""
    counts, fault, corrected = result.counts, result.file_fault, result.corrected
    head: dict[str, object] = {
        "rows_read": counts.read,
        "rows_valid": counts.valid,
        "rows_rejected": counts.rejected,
        "file_fault": fault and {"code": fault.code, "line": fault.line, "message": fault.message},
    }
    if result.stopped is not None:
        head["stopped"] = {
            "code": result.stopped.code,
            "line": result.stopped.line,
            "message": result.verdict.detail,
        }
    if corrected is not None:
        head["correction"] = {
            "upload": corrected.upload,
            "unchecked": [*corrected.unchecked],
        }
    if result.warnings:
        head["warnings"] = [*result.warnings]
    yield json.dumps(head).removesuffix("}") + ', "faults": ['
    separators = chain(["\n  "], iter(lambda: ",\n  ", None))
    for separator, line in zip(separators, result.faults.json_lines(), strict=False):
        yield separator + line
    yield "\n]}\n" if result.faults.kept else "]}\n"


class Table:
    """The report for people: the verdict, the faults by code, then the faults by line.

    `columns` is the width of the terminal, or None for lines of any length.
    """

    def __init__(self, contract: Contract, *, columns: int | None, colour: bool) -> None:
        self._contract = contract
        self._columns = columns
        self._colour = colour

    def lines(self, result: Result) -> Iterator[str]:
        """Yield the lines of the report."""
        if result.corrected is not None:
            yield _title(result.corrected)
        yield from self._verdict(result)
        if result.reasons:
            yield "\n"
            yield from self._by_code(result.reasons)
            yield "\n"
            yield from self._by_line(result)

    def _verdict(self, result: Result) -> Iterator[str]:
        counts, fault = result.counts, result.file_fault
        if fault is not None:
            where = f"line {fault.line}: " if fault.line > 1 else ""
            yield self._style(f"The file cannot be loaded: {fault.code}", "red", bold=True) + "\n"
            yield printable(where + fault.message) + "\n"
            if advice := header_advice(fault.code, self._contract.dataset):
                yield advice + "\n"
            if counts.read:
                yield f"Before that, {_numbers(counts)}\n"
            if fault.code == "correction.unnamed":
                yield "If you will upload it under another name, give that name with --as NAME\n"
            return
        colour = "yellow" if counts.rejected or result.stopped else "green"
        so_far = f" before line {result.stopped.line:,}" if result.stopped else ""
        yield self._style(_numbers(counts) + so_far, colour, bold=True) + "\n"
        limits, name = self._contract.limits, self._contract.dataset
        over = result.verdict.detail
        if result.corrected is not None and over is None:
            yield from _corrected_verdict(counts, result.corrected)
            return
        if over is not None:
            words = f"Uploading this file would load none of its rows: {over} (contract {name})."
            yield self._style(words, "red") + "\n"
            return
        if counts.rejected:
            yield (
                f"Uploading this file would load {_valid(counts)}: contract {name} allows "
                f"{_allowed(limits)}.\n"
            )
        else:
            yield f"Uploading this file would load all its rows (contract {name}).\n"
        if effect := table_effect(self._contract, counts.valid):
            yield effect + "\n"

    def _by_code(self, reasons: tuple[Reason, ...]) -> Iterator[str]:
        rows = [(f"{r.rows:,}", r.code, printable(r.column or ""), _first(r)) for r in reasons]
        widths = [max(display_width(row[i]) for row in rows) for i in range(3)]
        grid = Grid(("rows", "code", "column", "first"), widths, self._columns)
        yield self._style(grid.head(), None, bold=True)
        for row in rows:
            yield grid.line(row, self._yellow)

    def _by_line(self, result: Result) -> Iterator[str]:
        columns = max(display_width(printable(r.column or "")) for r in result.reasons)
        codes = max(len(r.code) for r in result.reasons)
        last = len(str(result.faults.last_line))
        titles = ("line", "column", "code", "value", "message")
        values = max(display_width(_shown(f.value)) for f in islice(result.faults, _MEASURED))
        grid = Grid(titles, (last, columns, codes, values), self._columns)
        yield self._style(grid.head(), None, bold=True)
        for f in result.faults:
            cells = (
                str(f.line),
                printable(f.column or ""),
                f.code,
                _shown(f.value),
                printable(f.message),
            )
            yield from grid.wrapped(cells, self._yellow)
        more = result.faults.found - result.faults.kept
        if more:
            yield f"… and {more:,} more; --max-faults 0 shows all\n"

    def _style(self, text: str, colour: str | None, *, bold: bool | None = None) -> str:
        return click.style(text, fg=colour, bold=bold) if self._colour else text

    @property
    def _yellow(self) -> Callable[[str], str]:
        return lambda text: self._style(text, "yellow")


def _title(corrected: CorrectedFile) -> str:
    which = f"of upload {corrected.upload}" if corrected.upload else "of an unnamed upload"
    return f"This is a corrected reject file {which}. Lines are those of the original file.\n"


def _corrected_verdict(counts: Counts, corrected: CorrectedFile) -> Iterator[str]:
    loaded = _valid(counts) if counts.valid else "none of its rows"
    yield (
        f"Uploading this file would load {loaded}; the contract's limits on the number of rejected "
        "rows do not apply to corrections.\n"
    )
    *parts, last = corrected.unchecked.values()
    yield (
        f"Not checked, because only the upload's ledger can tell: {', '.join(parts)}, and {last}.\n"
    )


def _valid(counts: Counts) -> str:
    return ("the " if counts.rejected else "") + counted(counts.valid, "valid row")


def _allowed(limits: Limits) -> str:
    """Return what the limits allow, given that they are not exceeded."""
    allowed = [f"up to {limits.rejected_rate:.1%}"] if limits.rejected_rate < 1 else []
    allowed.append(f"up to {limits.rejected_rows:,}")
    return f"{' and '.join(allowed)} rejected rows"


def _numbers(counts: Counts) -> str:
    rows = f"{counted(counts.read, 'row')} read"
    if not counts.read:
        return rows
    return f"{rows}: {counts.valid:,} valid, {counts.rejected:,} rejected"


def _shown(value: str | None) -> str:
    return "" if value is None else shorten(printable(value), _VALUE_CHARACTERS)


def _first(reason: Reason) -> str:
    fault = reason.examples[0]
    value = "" if fault.value is None else f" '{_shown(fault.value)}'"
    return f"line {fault.line}:{value} {printable(fault.message)}"
