"""The rows of a block: those that the columns clear, and those that `Rules` has to judge."""

import csv
from collections.abc import Sequence
from itertools import chain
from typing import Final, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.contracts.columns import column_type
from csvgate.contracts.model import Contract
from csvgate.engine.arrow import arrow_type
from csvgate.engine.batch import RejectedRow, rejected_row
from csvgate.engine.framing import Framer, Record
from csvgate.engine.header import Header
from csvgate.engine.quoting import Grammar
from csvgate.engine.reference_keys import KeySets
from csvgate.engine.rules import Rules
from csvgate.engine.text import decode
from csvgate.engine.vector.choose import clearers
from csvgate.engine.vector.claims import BlockKeys
from csvgate.engine.vector.cleared import Cleared
from csvgate.engine.vector.column import Mask, joined, like
from csvgate.engine.vector.foreign_groups import ForeignGroups
from csvgate.engine.vector.framing import Framed
from csvgate.engine.vector.table import Splitter
from csvgate.faults import Fault

Ints = npt.NDArray[np.int64]
Verdict = tuple[list[object], tuple[Fault, ...]]


class Judged(NamedTuple):
    """The rows of a block, in order; n of them, v of them valid."""

    sizes: Ints
    """(n,) In bytes."""
    faults: Ints
    """(n,) How many each has."""
    lines: Ints
    """(v,) Of the valid rows."""
    columns: Sequence["pa.Array"]
    """(v,) each: the values of the valid rows, by field of the contract."""
    rejected: list[RejectedRow]
    """The other n - v."""


class Judge:
    """Of the rows of one file, a block at a time, in its order."""

    def __init__(self, contract: Contract, header: Header, references: KeySets) -> None:
        self._rules: Final = Rules(contract, header, references=references, key_set=BlockKeys)
        self._keys: Final = [(fields, cast(BlockKeys, keys)) for fields, keys in self._rules.keys]
        self._keyed: Final = frozenset(chain.from_iterable(fields for fields, _ in self._keys))
        self._foreign: Final = ForeignGroups(self._rules.foreign_groups)
        self._splitter: Final = Splitter(contract.dialect, header.order)
        self._clearers: Final = clearers(contract, self._rules.cells)
        kinds = [arrow_type(column_type(field)) for field in contract.schema_.fields]
        self._kinds: Final[list[pa.DataType]] = kinds
        self._grammar: Final = Grammar(contract.dialect)

    def judge(self, framed: Framed) -> Judged:
        cleared = Cleared.of(self._splitter.split(framed), self._clearers)
        fine = np.zeros(len(framed.starts), np.bool_)
        where = cleared.where(range(len(cleared.columns)))
        fine[cleared.rows if where is None else cleared.rows[where]] = True
        doubtful = cleared.doubtful()
        for row in self._foreign.absent(cleared).tolist():
            fine[row] = False
            doubtful.setdefault(row, set())
        for _, keys in self._keys:
            keys.begin()
        records = self._records(framed, np.flatnonzero(~fine))
        found = {row: self._first(record, doubtful.get(row)) for row, record in records.items()}
        taken = self._settle(cleared, framed.lines)
        if len(taken):
            # The rows whose keys others have, once more: now the answer is known.
            rows = np.unique(np.searchsorted(framed.lines, taken))
            more = self._records(framed, rows)
            records |= more
            for row, record in more.items():
                # Of a row that is fine nothing but its keys can be wrong.
                fields = set[int]() if fine[row] else doubtful.get(row)
                found[row] = self._check(record, None if fields is None else fields | self._keyed)
            fine[rows] = False
        rejected, faults, extra = [], np.zeros(len(framed.starts), np.int64), {}
        for row in sorted(found):
            row_values, row_faults = found[row]
            if row_faults:
                rejected.append(rejected_row(records[row], row_faults))
                faults[row] = len(row_faults)
            else:
                extra[row] = row_values
        columns = self._merged(cleared, fine[cleared.rows], extra)
        return Judged(framed.sizes, faults, framed.lines[faults == 0], columns, rejected)

    def close(self) -> None:
        self._rules.close()

    def _first(self, record: Record, doubtful: set[int] | None) -> Verdict:
        """Before the keys are settled. Those whose cells are clear will be claimed by column."""
        if doubtful is None:
            return self._check(record, None)
        if not doubtful.isdisjoint(self._keyed):
            keyed = (fields for fields, _ in self._keys if not doubtful.isdisjoint(fields))
            doubtful = doubtful.union(*keyed)
        return self._check(record, doubtful)

    def _check(self, record: Record, fields: set[int] | None) -> Verdict:
        """As `Rules.check` has it; looks only at these fields first, if they are known to be all
        that can be at fault."""
        if fields is not None:
            faults = self._rules.faults(record, fields)
            if faults:
                return [], faults
        return self._rules.check(record)

    def _records(self, framed: Framed, rows: Ints) -> dict[int, Record]:
        """Those rows as the `Framer` reads them."""
        found = {row: framed.read[row] for row in rows.tolist() if row in framed.read}
        sound = [row for row in rows.tolist() if row not in framed.read]
        starts, ends = framed.starts[sound].tolist(), framed.ends[sound].tolist()
        lines = framed.lines[sound].tolist()
        for row, line, start, end in zip(sound, lines, starts, ends, strict=True):
            found[row] = self._exact(framed.block.data[start:end], line)
        return found

    def _exact(self, data: bytes, line: int) -> Record:
        """A sound record."""
        raw = data.rstrip(b"\r\n")
        text, valid = decode(raw)
        cells = self._grammar.split(text)
        if cells is None:
            cells = _split(text, self._grammar)
        if cells is None:
            return next(Framer([data], self._grammar, line=line).records())
        return Record(line, raw, data[len(raw) :], cells, valid)

    def _settle(self, cleared: Cleared, lines: Ints) -> Ints:
        """The lines of the rows whose keys are taken."""
        taken = [np.empty(0, np.int64)]
        for fields, keys in self._keys:
            where = cleared.where(fields)
            rows = cleared.rows if where is None else cleared.rows[where]
            taken.append(keys.settle(cleared.values(fields, where), lines[rows]))
        return np.concatenate(taken)

    def _merged(
        self, cleared: Cleared, fine: Mask, extra: dict[int, list[object]]
    ) -> Sequence["pa.Array"]:
        """The values of the rows that are fine and of others that are valid, in order."""
        fields = range(len(cleared.columns))
        if not extra:
            return cleared.values(fields, None if fine.all() else fine)
        at = np.flatnonzero(fine)
        both = np.concatenate((cleared.rows[at], np.fromiter(extra, np.int64)))
        order = np.argsort(both, kind="stable")
        places = np.concatenate((at, len(fine) + np.arange(len(extra))))
        take = pa.array(places[order])
        return [
            joined([column, like(pa.array(others, kind), column.type)]).take(take)
            for column, others, kind in zip(
                cleared.values(fields, None),
                zip(*extra.values(), strict=True),
                self._kinds,
                strict=True,
            )
        ]


def _split(text: str, grammar: Grammar) -> list[str] | None:
    """The cells of a record whose quotes are sound: then Python's own reader, which is faster,
    makes the same of them. None when it will not read it."""
    try:
        return next(
            csv.reader([text], "excel", delimiter=grammar.delimiter, quotechar=grammar.quote)
        )
    except csv.Error:  # too long for it
        return None
