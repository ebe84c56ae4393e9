"""Validates the rows of a block: cleared by the kernels, or checked by `Rules` one by one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple, cast

import numpy as np
import pyarrow as pa

from csvgate.chunks.arrow import arrow_type
from csvgate.contracts.model import Contract
from csvgate.contracts.table import file_columns
from csvgate.csv.header import Header
from csvgate.csv.quoting import Grammar
from csvgate.references.keys import KeySets
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.batch import RejectedRow
from csvgate.validation.fast.arrays import Ints, Mask
from csvgate.validation.fast.clearing.cleared_block import ClearedBlock
from csvgate.validation.fast.foreign_groups import ForeignGroups
from csvgate.validation.fast.judged_rows import JudgedRows
from csvgate.validation.fast.kernels.choose import kernels_of
from csvgate.validation.fast.kernels.column import cast_to_match, insert
from csvgate.validation.fast.kernels.validated_columns import ValidatedColumns
from csvgate.validation.fast.key_claims import BlockKeys
from csvgate.validation.fast.rescued import RescuedColumn
from csvgate.validation.fast.row_reader import RowReader
from csvgate.validation.fast.table import CellSplitter, Table
from csvgate.validation.fast.uncleared_cells import UnclearedCells
from csvgate.validation.faults import Fault
from csvgate.validation.judge import Judge
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
    """(v,) each: the values of the valid rows, by column of the table."""
    rejected: list[RejectedRow]
    """The other n - v rows."""
    warnings: Mapping[int, Ints] = {}
    """For each check that warns of valid rows, their lines."""


class BlockValidator:
    """Validates the rows of one file, a block at a time, in the file's order."""

    def __init__(
        self,
        contract: Contract,
        header: Header,
        references: KeySets,
        keyed: KeyedHash,
        judge: Judge | None = None,
    ) -> None:
        self._rules: Final = Rules(
            contract, header, references=references, keyed=keyed, key_set=BlockKeys
        )
        self._keys: Final = [(fields, cast(BlockKeys, keys)) for fields, keys in self._rules.keys]
        self._key_fields: Final = frozenset(chain.from_iterable(fields for fields, _ in self._keys))
        self._foreign: Final = ForeignGroups(self._rules.foreign_groups, keyed)
        self.splitter: Final = CellSplitter(
            contract.dialect, header, [cells.missing for cells in self._rules.cells]
        )
        self.kernels: Final = kernels_of(contract, self._rules.cells, keyed)
        types = map(arrow_type, file_columns(contract.schema_).values())
        self._rescued: Final = None if header.others is None else RescuedColumn(header.others)
        self._types: Final[list[pa.DataType]] = list(types)
        self._grammar: Final = Grammar.of(contract)
        self._judge: Final = judge

    def validate(self, block: ClearedBlock) -> ValidatedBlock:
        """`block` is the next one, cleared with `splitter` and `kernels`."""
        framed, table, validated = block
        accepted = np.zeros(len(framed.starts), np.bool_)
        cleared = validated.cleared_rows(range(len(validated.columns)))
        accepted[validated.rows if cleared is None else validated.rows[cleared]] = True
        for row, _ in self._foreign.absent(validated):
            accepted[row] = False
        reader = RowReader(framed, table, self._grammar)
        faults = self._faults_of_cells(table, validated, framed.lines)
        checked = self._check_rows(reader, validated, accepted, framed.lines, faults)
        columns = self._merge(table, validated, accepted[validated.rows], checked)
        warnings: Mapping[int, Ints] = {}
        if self._judge is not None:
            judged = JudgedRows.of(self._judge, framed.lines, columns, faults)
            columns, warnings = judged.columns, judged.warnings
        rejected = sorted(faults)
        all_faults = [faults[row] for row in rejected]
        counts = np.zeros(len(framed.starts), np.int64)
        counts[rejected] = list(map(len, all_faults))
        valid_lines, rows = framed.lines[counts == 0], reader.rejected(rejected, all_faults)
        return ValidatedBlock(framed.sizes, counts, valid_lines, columns, rows, warnings)

    def _check_rows(
        self,
        reader: RowReader,
        validated: ValidatedColumns,
        accepted: Mask,
        lines: Ints,
        faults: dict[int, tuple[Fault, ...]],
    ) -> dict[int, list[object]]:
        """Check the rows that are not accepted and whose faults are not known yet, and claim the
        keys of the block. Return the values of those that `Rules` found valid; add the faults of
        the others, and of the rows that repeat a key, which are no longer accepted."""
        checked: dict[int, list[object]] = {}
        for _, keys in self._keys:
            keys.start_block()
        unknown = ~accepted
        unknown[[*faults]] = False
        for row, index in _places(validated, np.flatnonzero(unknown)):
            if index is None:
                values, found = self._check_outside(reader, row)
            else:
                values, found = self._check_before_keys(reader, validated, row, index)
            if found:
                faults[row] = found
            else:
                checked[row] = values
        repeated = self._resolve_keys(validated, lines)
        if len(repeated):
            # Rows that repeat a key are checked again, now that the first occurrence is known.
            late = np.unique(np.searchsorted(lines, repeated))
            for row, index in _places(validated, late):
                if index is None:
                    _, faults[row] = self._check_outside(reader, row)
                else:
                    # In a row that was accepted, only the keys can be at fault.
                    fields = validated.uncleared_fields(index) | self._key_fields
                    _, faults[row] = self._check(reader, row, index, fields)
                checked.pop(row, None)
            accepted[late] = False
        return checked

    def _faults_of_cells(
        self, table: Table, validated: ValidatedColumns, lines: Ints
    ) -> dict[int, tuple[Fault, ...]]:
        """Return the faults of the rows whose uncleared cells are all faulty. Such a row claims
        only keys whose cells are all cleared. If the contract has foreign keys of several fields,
        rows may have faults that no cell has, so all rows are left to `_check`."""
        if self._rules.foreign_groups:
            return {}
        uncleared = UnclearedCells.read(table, validated, lines, self._rules)
        for row in uncleared.doubtful:
            uncleared.faulty.pop(row, None)
        return uncleared.faulty

    def _check_outside(self, reader: RowReader, row: int) -> RowResult:
        """Check a row that is not in the columns."""
        count = reader.count_cells(row)
        if count is None or self._rules.may_fit(count):
            return self._rules.check(reader.record(row))
        return [], self._rules.wrong_count(reader.line(row), count)

    def _check_before_keys(
        self, reader: RowReader, validated: ValidatedColumns, row: int, index: int
    ) -> RowResult:
        """Check a row of the columns before the keys of the block are resolved. Keys whose cells
        are all cleared are left out, because they are claimed by column."""
        fields = validated.uncleared_fields(index)
        keys = [key for key, _ in self._keys if not fields.isdisjoint(key)]
        return self._check(reader, row, index, fields.union(*keys))

    def _check(self, reader: RowReader, row: int, index: int, fields: Collection[int]) -> RowResult:
        """Return what `Rules.check` returns for the row at that index of the columns. Check only
        these fields first, which include all uncleared ones: if they have faults, the row has no
        other faults."""
        strings = reader.strings(index, self._rules.foreign_fields.union(fields))
        faults = self._rules.faults_in(reader.line(row), strings, fields)
        return ([], faults) if faults else self._rules.check(reader.record(row))

    def _resolve_keys(self, validated: ValidatedColumns, lines: Ints) -> Ints:
        """Claim all keys of the block; return the lines of the rows that repeat one."""
        repeated = [np.empty(0, np.int64)]
        for fields, keys in self._keys:
            cleared = validated.cleared_rows(fields)
            rows = validated.rows if cleared is None else validated.rows[cleared]
            repeated.append(keys.resolve(validated.values(fields, cleared), lines[rows]))
        return np.concatenate(repeated)

    def _merge(
        self,
        table: Table,
        validated: ValidatedColumns,
        accepted: Mask,
        checked: dict[int, list[object]],
    ) -> Sequence["pa.Array"]:
        """Return the values of the accepted rows and of those that `Rules` found valid, in
        order."""
        where = None if accepted.all() else accepted
        columns = validated.values(range(len(validated.columns)), where)
        if self._rescued is not None:
            columns.append(self._rescued.values(table.others, where, accepted.sum()))
        if not checked:
            return columns
        rows = sorted(checked)
        places = np.searchsorted(validated.rows[accepted], rows)
        values = zip(*(checked[row] for row in rows), strict=True)
        return [
            insert(column, cast_to_match(pa.array(new, type_), column.type), places)
            for column, new, type_ in zip(columns, values, self._types, strict=True)
        ]


def _places(validated: ValidatedColumns, rows: Ints) -> Iterator[tuple[int, int | None]]:
    """Yield each of these rows of the block with its index in the columns, None if it has none."""
    indexes = np.searchsorted(validated.rows, rows)
    found = validated.rows.take(indexes, mode="clip") == rows if len(validated.rows) else rows < 0
    for row, index, is_there in zip(rows.tolist(), indexes.tolist(), found.tolist(), strict=True):
        yield row, index if is_there else None
