"""How each field of a contract is cleared."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from csvgate.chunks.arrow import arrow_type
from csvgate.contracts.model import Contract, SchemaField
from csvgate.contracts.table import column_type
from csvgate.types.bigquery import BigQueryType
from csvgate.types.cells import Cells
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.bounds import bounds_of
from csvgate.validation.fast.kernels.column import Clearer, Column
from csvgate.validation.fast.kernels.decimals import SCALE, Decimals
from csvgate.validation.fast.kernels.distinct import Distinct
from csvgate.validation.fast.kernels.high_cardinality import HighCardinality, Kernel, takes_any
from csvgate.validation.fast.kernels.integers import Integers
from csvgate.validation.fast.kernels.strings import Strings, tests_of
from csvgate.validation.fast.kernels.timestamps import Dates, Timestamps

_MANY: Final = 1 / 2
"""Share of distinct cells from which on a fast clearer is faster."""
_MANY_PLAIN: Final = 1 / 16
"""The same of texts of which no character is looked at."""
_UNCLEAR: Final = 1 / 16
"""Share of cells that a fast clearer leaves to the rules, from which on distinct ones are."""


class Adaptive:
    """By distinct cells as long as there are few; then fast, as long as that clears most."""

    def __init__(self, distinct: Distinct, fast: Clearer, many: float, *, fast_first: bool) -> None:
        self._distinct: Final = distinct
        self._fast: Final = fast
        self._many: Final = many
        self._use_fast = fast_first
        self._may_change = True

    def clear(self, cells: Slices) -> Column:
        if not self._use_fast:
            few = self._distinct.clear_few(cells, self._many if self._may_change else 1)
            if few is not None:
                return few
            self._use_fast = True
        column = self._fast.clear(cells)
        if column.clear is None or not len(cells):
            return column
        if len(cells) - np.count_nonzero(column.clear) <= len(cells) * _UNCLEAR:
            return column
        self._use_fast = self._may_change = False
        return self._distinct.clear(cells)


def clearers(contract: Contract, cells: Sequence[Cells]) -> list[Clearer]:
    """One for each field, given the rules' readers of its cells."""
    schema = contract.schema_
    found = list[Clearer]()
    # Those of several fields are about rows, whatever has cleared their cells.
    foreign = {key.fields[0] for key in schema.foreign_keys if len(key.fields) == 1}
    for field, reader in zip(schema.fields, cells, strict=True):
        column = column_type(field)
        distinct = Distinct(reader, arrow_type(column), len(schema.fields))
        missing = field.missing_values
        names = frozenset(schema.missing_values if missing is None else missing)
        required = field.constraints.required or field.name in (schema.primary_key or ())
        fast = None
        if field.name not in foreign:
            fast = _fast(field, column, names, required)
        if fast is None:
            found.append(distinct)
        else:
            many = _MANY if _is_checked(field) else _MANY_PLAIN
            found.append(Adaptive(distinct, fast, many, fast_first=not _has_few(field)))
    return found


def _has_few(field: SchemaField) -> bool:
    """Whether it is likely to: then looking at distinct cells is no loss."""
    return field.type == "string" and not field.constraints.unique


def _is_checked(field: SchemaField) -> bool:
    return field.constraints.pattern is not None or field.format != "default"


def _fast(
    field: SchemaField, column: BigQueryType, missing: frozenset[str], required: bool
) -> Clearer | None:
    if field.constraints.enum is not None:
        return None
    if field.type == "string":
        if column.kind != "STRING":
            return None
        tests = tests_of(field, column.length)
        return None if tests is None else Strings(tests, missing, required=required)
    kernel = _kernel(field, column)
    if kernel is None or takes_any(kernel, sorted(missing)):
        return None
    return HighCardinality(kernel, empty_is_null="" in missing and not required)


def _kernel(field: SchemaField, column: BigQueryType) -> Kernel | None:
    rules = field.constraints
    if rules.pattern is not None or rules.min_length is not None or rules.max_length is not None:
        return None
    scale = SCALE if field.type == "number" else 0
    bounds = bounds_of(field, scale) if field.type in ("integer", "number") else None
    match field.type, column.kind:
        case "integer", "INT64" if bounds is not None and field.bare_number:
            return Integers(bounds)
        case "number", "NUMERIC" | "FLOAT64" if bounds is not None and field.bare_number:
            return Decimals(column, field.decimal_char, bounds)
        case "date", "DATE" if field.format == "default" and not _bounded(field):
            return Dates()
        case "datetime", "TIMESTAMP" if field.format == "default" and not _bounded(field):
            return Timestamps(zoned=True)
        case "datetime", "DATETIME" if field.format == "default" and not _bounded(field):
            return Timestamps(zoned=False)
    return None


def _bounded(field: SchemaField) -> bool:
    rules = field.constraints
    given = (rules.minimum, rules.maximum, rules.exclusive_minimum, rules.exclusive_maximum)
    return any(bound is not None for bound in given)
