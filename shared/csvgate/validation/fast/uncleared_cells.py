"""Reads the cells that no kernel cleared, column by column, with the rules of their fields."""

from typing import NamedTuple

import numpy as np

from csvgate.validation.fast.arrays import Ints
from csvgate.validation.fast.kernels.validated_columns import ValidatedColumns
from csvgate.validation.fast.table import Table
from csvgate.validation.faults import Fault
from csvgate.validation.rules import Rules


class UnclearedCells(NamedTuple):
    """The well-formed records of a block with cells that are not cleared, by their index in it."""

    faulty: dict[int, tuple[Fault, ...]]
    """The faults of their cells, by field. Where the record is in `doubtful` too, other cells have
    none."""
    doubtful: set[int]
    """The records with an uncleared cell that has no fault. If its field is part of a unique key,
    the record claims that key."""

    @staticmethod
    def read(
        table: Table, validated: ValidatedColumns, lines: Ints, rules: Rules
    ) -> "UnclearedCells":
        """Read each of these cells once. `lines` are the lines of the records of the block."""
        faulty: dict[int, tuple[Fault, ...]] = {}
        # The faults of the records with faults in several fields.
        several: dict[int, list[Fault]] = {}
        doubtful: set[int] = set()
        for field, (column, cells) in enumerate(zip(validated.columns, table.columns, strict=True)):
            if column.cleared is None:
                continue
            indexes = np.flatnonzero(~column.cleared)
            rows = table.rows.take(indexes)
            found = rules.faults_of_cells(field, lines.take(rows).tolist(), cells.contents(indexes))
            for row, faults in zip(rows.tolist(), found, strict=True):
                if not faults:
                    doubtful.add(row)
                elif row in several:
                    several[row] += faults
                elif row in faulty:
                    several[row] = [*faulty[row], *faults]
                else:
                    faulty[row] = faults
        for row, all_faults in several.items():
            faulty[row] = tuple(all_faults)
        return UnclearedCells(faulty, doubtful)
