"""The outcome for people: the verdict, then what is wrong by kind, then where."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

import click

from csvgate.contracts.model import Contract
from csvgate.protocol.events import Counts, Reason
from csvgate.protocol.verdict import judge
from csvgate.text import shorten
from csvgate_ops.author.check.grid import Grid
from csvgate_ops.author.check.mended import Mended
from csvgate_ops.author.check.run import Result
from csvgate_ops.text import display_width, printable

_VALUE_CHARACTERS: Final = 32
_LOOKED_AT: Final = 1000
"""Faults that say how wide the values are; a wider one moves the message of its line."""


class Table:
    """`columns` are the terminal's; None for lines of any length."""

    def __init__(self, contract: Contract, *, columns: int | None, colour: bool) -> None:
        self._contract = contract
        self._columns = columns
        self._colour = colour

    def lines(self, result: Result) -> Iterator[str]:
        if result.mended is not None:
            yield from _of_which(result.mended)
        yield from self._verdict(result)
        if result.reasons:
            yield "\n"
            yield from self._by_code(result.reasons)
            yield "\n"
            yield from self._by_line(result)

    def _verdict(self, result: Result) -> Iterator[str]:
        counts, fault = result.counts, result.file_fault
        name = self._contract.dataset
        if fault is not None:
            where = f"line {fault.line}: " if fault.line > 1 else ""
            yield self._style(f"The file cannot be loaded: {fault.code}", "red", bold=True) + "\n"
            yield printable(where + fault.message) + "\n"
            if counts.read:
                yield f"Before that, {_numbers(counts)}\n"
            if fault.code == "correction.unnamed":
                yield "If it will be uploaded under another name, give that: --as NAME\n"
            return
        colour = "yellow" if counts.rejected else "green"
        yield self._style(_numbers(counts), colour, bold=True) + "\n"
        if result.mended is not None:
            yield from self._of_mended(counts, result.mended)
            return
        why = judge(counts, self._contract.limits).detail
        if why is not None:
            words = f"An upload would be refused whole by contract {name}: {why}."
            yield self._style(words, "red") + "\n"
        elif counts.rejected:
            yield f"An upload would be loaded without them, by the limits of contract {name}.\n"
        else:
            yield f"An upload would be loaded whole, by contract {name}.\n"

    def _of_mended(self, counts: Counts, mended: Mended) -> Iterator[str]:
        some = "the valid ones among" if counts.valid else "none of"
        which = some if counts.rejected else "all of"
        yield f"An upload would load {which} them; the contract's limits are not for these.\n"
        *parts, last = mended.unchecked.values()
        yield f"Not checked, for only the ledger knows: {', '.join(parts)}, and {last}.\n"

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
        values = max(display_width(_shown(f.value)) for f in islice(result.faults, _LOOKED_AT))
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


def _of_which(mended: Mended) -> Iterator[str]:
    of = f"of upload {mended.upload}" if mended.upload else "that does not say of which upload"
    yield f"This is a mended reject file {of}. Lines are those of the original.\n"


def _numbers(counts: Counts) -> str:
    rows = f"{counts.read:,} row{'' if counts.read == 1 else 's'} read"
    if not counts.read:
        return rows
    return f"{rows}: {counts.valid:,} valid, {counts.rejected:,} rejected"


def _shown(value: str | None) -> str:
    return "" if value is None else shorten(printable(value), _VALUE_CHARACTERS)


def _first(reason: Reason) -> str:
    fault = reason.examples[0]
    value = "" if fault.value is None else f" '{_shown(fault.value)}'"
    return f"line {fault.line}:{value} {printable(fault.message)}"
