"""The rows of a block: those that the columns clear, and those that `Rules` has to judge."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.chunks.arrow import arrow_type
from csvgate.contracts.model import Contract
from csvgate.contracts.table import column_type
from csvgate.csv.header import Header
from csvgate.csv.quoting import Grammar
from csvgate.references.keys import KeySets
from csvgate.validation.batch import RejectedRow
from csvgate.validation.fast.block_records import Framed
from csvgate.validation.fast.foreign_groups import ForeignGroups
from csvgate.validation.fast.kernels.choose import clearers
from csvgate.validation.fast.kernels.column import Mask, joined, like
from csvgate.validation.fast.kernels.validated_columns import Doubt, ValidatedColumns
from csvgate.validation.fast.key_claims import BlockKeys
from csvgate.validation.fast.row_reader import Reader
from csvgate.validation.fast.table import Splitter
from csvgate.validation.faults import Fault
from csvgate.validation.rules import Rules

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
        table = self._splitter.split(framed)
        cleared = ValidatedColumns.of(table, self._clearers)
        fine = np.zeros(len(framed.starts), np.bool_)
        where = cleared.where(range(len(cleared.columns)))
        fine[cleared.rows if where is None else cleared.rows[where]] = True
        doubtful = cleared.doubtful()
        for row, place in self._foreign.absent(cleared):
            fine[row] = False
            doubtful.setdefault(row, Doubt(place, set()))
        for _, keys in self._keys:
            keys.begin()
        reader = Reader(framed, table, self._grammar)
        rows = np.flatnonzero(~fine).tolist()
        found = {row: self._first(reader, row, doubtful.get(row)) for row in rows}
        taken = self._settle(cleared, framed.lines)
        if len(taken):
            # The rows whose keys others have, once more: now the answer is known.
            late = np.unique(np.searchsorted(framed.lines, taken))
            places = np.searchsorted(cleared.rows, late)
            for row, place in zip(late.tolist(), places.tolist(), strict=True):
                # Of a row that is fine nothing but its keys can be wrong.
                doubt = Doubt(place, set()) if fine[row] else doubtful.get(row)
                found[row] = self._check(reader, row, doubt, self._keyed)
            fine[late] = False
        rejected, faults, extra = [], np.zeros(len(framed.starts), np.int64), {}
        for row in sorted(found):
            row_values, row_faults = found[row]
            if row_faults:
                rejected.append(reader.rejected(row, row_faults))
                faults[row] = len(row_faults)
            else:
                extra[row] = row_values
        columns = self._merged(cleared, fine[cleared.rows], extra)
        return Judged(framed.sizes, faults, framed.lines[faults == 0], columns, rejected)

    def _first(self, reader: Reader, row: int, doubt: Doubt | None) -> Verdict:
        """Before the keys are settled. Those whose cells are clear will be claimed by column."""
        if doubt is None or doubt.fields.isdisjoint(self._keyed):
            return self._check(reader, row, doubt)
        keyed = (fields for fields, _ in self._keys if not doubt.fields.isdisjoint(fields))
        return self._check(reader, row, doubt, chain.from_iterable(keyed))

    def _check(
        self, reader: Reader, row: int, doubt: Doubt | None, more: Iterable[int] = ()
    ) -> Verdict:
        """As `Rules.check` has it; looks only at the doubtful fields and those first, if these are
        known to be all that can be at fault."""
        if doubt is not None:
            fields = doubt.fields.union(more)
            texts = reader.texts(doubt.place, fields | self._rules.foreign_fields)
            faults = self._rules.faults(reader.line(row), texts, fields)
            if faults:
                return [], faults
        return self._rules.check(reader.record(row))

    def _settle(self, cleared: ValidatedColumns, lines: Ints) -> Ints:
        """The lines of the rows whose keys are taken."""
        taken = [np.empty(0, np.int64)]
        for fields, keys in self._keys:
            where = cleared.where(fields)
            rows = cleared.rows if where is None else cleared.rows[where]
            taken.append(keys.settle(cleared.values(fields, where), lines[rows]))
        return np.concatenate(taken)

    def _merged(
        self, cleared: ValidatedColumns, fine: Mask, extra: dict[int, list[object]]
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
