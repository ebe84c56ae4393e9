"""Passes the valid rows of a block to what judges whole rows."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from csvgate.validation.fast.arrays import Ints
from csvgate.validation.faults import Fault
from csvgate.validation.judge import Judge


class JudgedRows(NamedTuple):
    """The rows of a block that are valid after they were judged."""

    columns: Sequence["pa.Array"]
    warnings: Mapping[int, Ints]
    """For each check that warns of them, their lines."""

    @staticmethod
    def of(
        judge: Judge,
        lines: Ints,
        columns: Sequence["pa.Array"],
        faults: dict[int, tuple[Fault, ...]],
    ) -> "JudgedRows":
        """`lines` (n,) are those of all rows of the block, `columns` (v,) the values of the rows
        without `faults`. Adds the faults that the judge finds, by row of the block."""
        is_valid = np.ones(len(lines), np.bool_)
        is_valid[[*faults]] = False
        rows = np.flatnonzero(is_valid)
        if not len(rows):
            return JudgedRows(columns, {})
        found = judge(pa.array(lines.take(rows)), columns)
        warnings = {check: lines.take(rows.take(at)) for check, at in found.warnings.items()}
        if found.faults:
            kept = np.ones(len(rows), np.bool_)
            kept[[*found.faults]] = False
            faults.update((rows.item(at), each) for at, each in found.faults.items())
            mask = pa.array(kept)
            columns = [column.filter(mask) for column in columns]
        return JudgedRows(columns, warnings)
