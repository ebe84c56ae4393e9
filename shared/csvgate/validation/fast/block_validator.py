"""Validates the rows of a block: cleared by the kernels, or checked by `Rules` one by one."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final, NamedTuple, cast

import numpy as np
import pyarrow as pa

from csvgate.chunks.arrow import arrow_type
from csvgate.contracts.model import Contract
from csvgate.contracts.table import column_type
from csvgate.csv.header import Header
from csvgate.csv.quoting import Grammar
from csvgate.references.keys import KeySets
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.batch import RejectedRow
from csvgate.validation.fast.arrays import Ints, Mask
from csvgate.validation.fast.clearing.cleared_block import ClearedBlock
from csvgate.validation.fast.foreign_groups import ForeignGroups
from csvgate.validation.fast.kernels.choose import kernels_of
from csvgate.validation.fast.kernels.column import cast_to_match, concatenate
from csvgate.validation.fast.kernels.validated_columns import UnclearedRow, ValidatedColumns
from csvgate.validation.fast.key_claims import BlockKeys
from csvgate.validation.fast.row_reader import RowReader
from csvgate.validation.fast.table import CellSplitter
from csvgate.validation.faults import Fault
from csvgate.validation.rules import Rules

RowResult = tuple[list[object], tuple[Fault, ...]]
"""What `Rules.check` returns: values or faults."""


class ValidatedBlock(NamedTuple):
    """The n rows of a block in order, v of them valid."""

    sizes: Ints
    """(n,) In bytes."""
    faults: Ints
    """(n,) The number of faults of each row."""
    lines: Ints
    """(v,) The first physical line of each valid row."""
    columns: Sequence["pa.Array"]
    """(v,) each: the values of the valid rows, by field of the contract."""
    rejected: list[RejectedRow]
    """The other n - v rows."""


class BlockValidator:
    """Validates the rows of one file, a block at a time, in the file's order."""

    def __init__(
        self, contract: Contract, header: Header, references: KeySets, keyed: KeyedHash
    ) -> None:
        self._rules: Final = Rules(
            contract, header, references=references, keyed=keyed, key_set=BlockKeys
        )
        self._keys: Final = [(fields, cast(BlockKeys, keys)) for fields, keys in self._rules.keys]
        self._key_fields: Final = frozenset(chain.from_iterable(fields for fields, _ in self._keys))
        self._foreign: Final = ForeignGroups(self._rules.foreign_groups, keyed)
        self.splitter: Final = CellSplitter(contract.dialect, header.order)
        self.kernels: Final = kernels_of(contract, self._rules.cells, keyed)
        types = [arrow_type(column_type(field)) for field in contract.schema_.fields]
        self._types: Final[list[pa.DataType]] = types
        self._grammar: Final = Grammar(contract.dialect)

    def validate(self, block: ClearedBlock) -> ValidatedBlock:
        """`block` is the next one, cleared with `splitter` and `kernels`."""
        framed, table, validated = block
        accepted = np.zeros(len(framed.starts), np.bool_)
        cleared = validated.cleared_rows(range(len(validated.columns)))
        accepted[validated.rows if cleared is None else validated.rows[cleared]] = True
        uncleared = validated.uncleared_rows()
        for row, index in self._foreign.absent(validated):
            accepted[row] = False
            uncleared.setdefault(row, UnclearedRow(index, set()))
        for _, keys in self._keys:
            keys.start_block()
        reader = RowReader(framed, table, self._grammar)
        rows = np.flatnonzero(~accepted).tolist()
        results = {row: self._check_before_keys(reader, row, uncleared.get(row)) for row in rows}
        repeated = self._resolve_keys(validated, framed.lines)
        if len(repeated):
            # Rows that repeat a key are checked again, now that the first occurrence is known.
            late = np.unique(np.searchsorted(framed.lines, repeated))
            indexes = np.searchsorted(validated.rows, late)
            for row, index in zip(late.tolist(), indexes.tolist(), strict=True):
                # In a row that was accepted, only the keys can be at fault.
                known = UnclearedRow(index, set()) if accepted[row] else uncleared.get(row)
                results[row] = self._check(reader, row, known, self._key_fields)
            accepted[late] = False
        rejected, faults, checked = [], np.zeros(len(framed.starts), np.int64), {}
        for row in sorted(results):
            row_values, row_faults = results[row]
            if row_faults:
                rejected.append(reader.rejected(row, row_faults))
                faults[row] = len(row_faults)
            else:
                checked[row] = row_values
        columns = self._merge(validated, accepted[validated.rows], checked)
        return ValidatedBlock(framed.sizes, faults, framed.lines[faults == 0], columns, rejected)

    def _check_before_keys(
        self, reader: RowReader, row: int, uncleared: UnclearedRow | None
    ) -> RowResult:
        """Check a row before the keys of the block are resolved. Keys whose cells are all cleared
        are left out, because they are claimed by column."""
        if uncleared is None or uncleared.fields.isdisjoint(self._key_fields):
            return self._check(reader, row, uncleared)
        keys = (fields for fields, _ in self._keys if not uncleared.fields.isdisjoint(fields))
        return self._check(reader, row, uncleared, chain.from_iterable(keys))

    def _check(
        self,
        reader: RowReader,
        row: int,
        uncleared: UnclearedRow | None,
        more_fields: Iterable[int] = (),
    ) -> RowResult:
        """Return what `Rules.check` returns. For a row whose other cells are cleared, check only
        the uncleared fields and `more_fields` first: if they have faults, these are all."""
        if uncleared is not None:
            fields = uncleared.fields.union(more_fields)
            strings = reader.strings(uncleared.position, fields | self._rules.foreign_fields)
            faults = self._rules.faults_in(reader.line(row), strings, fields)
            if faults:
                return [], faults
        return self._rules.check(reader.record(row))

    def _resolve_keys(self, validated: ValidatedColumns, lines: Ints) -> Ints:
        """Claim all keys of the block; return the lines of the rows that repeat one."""
        repeated = [np.empty(0, np.int64)]
        for fields, keys in self._keys:
            cleared = validated.cleared_rows(fields)
            rows = validated.rows if cleared is None else validated.rows[cleared]
            repeated.append(keys.resolve(validated.values(fields, cleared), lines[rows]))
        return np.concatenate(repeated)

    def _merge(
        self, validated: ValidatedColumns, accepted: Mask, checked: dict[int, list[object]]
    ) -> Sequence["pa.Array"]:
        """Return the values of the accepted rows and of those that `Rules` found valid, in
        order."""
        fields = range(len(validated.columns))
        if not checked:
            return validated.values(fields, None if accepted.all() else accepted)
        at = np.flatnonzero(accepted)
        rows = np.concatenate((validated.rows[at], np.fromiter(checked, np.int64)))
        order = np.argsort(rows, kind="stable")
        indexes = np.concatenate((at, len(accepted) + np.arange(len(checked))))
        take = pa.array(indexes[order])
        return [
            concatenate([column, cast_to_match(pa.array(values, type_), column.type)]).take(take)
            for column, values, type_ in zip(
                validated.values(fields, None),
                zip(*checked.values(), strict=True),
                self._types,
                strict=True,
            )
        ]
