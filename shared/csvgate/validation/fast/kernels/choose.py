"""Chooses for each field of a contract how its columns are read in bulk."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from csvgate.chunks.arrow import arrow_type
from csvgate.contracts.model import Contract, SchemaField
from csvgate.contracts.table import column_type
from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.field_type import KernelName
from csvgate.types.registry import FIELD_TYPES
from csvgate.validation.cells import Cells
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.bounds import Bounds, bounds_of
from csvgate.validation.fast.kernels.column import Clearer, Column
from csvgate.validation.fast.kernels.decimals import SCALE, Decimals
from csvgate.validation.fast.kernels.distinct import Distinct
from csvgate.validation.fast.kernels.high_cardinality import HighCardinality, Kernel, takes_any
from csvgate.validation.fast.kernels.integers import Integers
from csvgate.validation.fast.kernels.strings import Strings, tests_of
from csvgate.validation.fast.kernels.timestamps import Dates, Timestamps

_MANY_DISTINCT: Final = 1 / 2
"""The share of distinct cells above which the kernel of a type is faster than `Distinct`."""
_MANY_DISTINCT_UNCHECKED: Final = 1 / 16
"""The same for columns whose characters are not checked."""
_MANY_UNCLEAR: Final = 1 / 16
"""The share of cells that a kernel leaves to the rules, above which `Distinct` is faster."""


class Adaptive:
    """Reads distinct cells while there are few of them; then uses the kernel, as long as it clears
    nearly all cells."""

    def __init__(
        self, distinct: Distinct, kernel: Clearer, many_distinct: float, *, kernel_first: bool
    ) -> None:
        self._distinct: Final = distinct
        self._kernel: Final = kernel
        self._many_distinct: Final = many_distinct
        self._use_kernel = kernel_first
        self._may_change = True

    def clear(self, cells: Slices) -> Column:
        if not self._use_kernel:
            share = self._many_distinct if self._may_change else 1
            few = self._distinct.clear_few(cells, share)
            if few is not None:
                return few
            self._use_kernel = True
        column = self._kernel.clear(cells)
        if column.clear is None or not len(cells):
            return column
        if len(cells) - np.count_nonzero(column.clear) <= len(cells) * _MANY_UNCLEAR:
            return column
        self._use_kernel = self._may_change = False
        return self._distinct.clear(cells)


def clearers(contract: Contract, cells: Sequence[Cells]) -> list[Clearer]:
    """One for each field. `cells` are the rules' readers of the fields' cells."""
    schema = contract.schema_
    found = list[Clearer]()
    # Foreign keys of several fields are checked by row, however their cells are read.
    foreign = {key.fields[0] for key in schema.foreign_keys if len(key.fields) == 1}
    for field, reader in zip(schema.fields, cells, strict=True):
        column = column_type(field)
        distinct = Distinct(reader, arrow_type(column), len(schema.fields))
        own_missing = field.missing_values
        missing = frozenset(schema.missing_values if own_missing is None else own_missing)
        required = field.constraints.required or field.name in (schema.primary_key or ())
        kernel = None
        if field.name not in foreign:
            kernel = _kernel(field, column, missing, required=required)
        if kernel is None:
            found.append(distinct)
        else:
            many = _MANY_DISTINCT if _is_checked(field) else _MANY_DISTINCT_UNCHECKED
            repeats = FIELD_TYPES[field.type].usually_repeats and not field.constraints.unique
            found.append(Adaptive(distinct, kernel, many, kernel_first=not repeats))
    return found


def _is_checked(field: SchemaField) -> bool:
    return field.constraints.pattern is not None or field.format != "default"


def _kernel(
    field: SchemaField, column: BigQueryType, missing: frozenset[str], *, required: bool
) -> Clearer | None:
    type_ = FIELD_TYPES[field.type]
    # Kernels know neither enum nor constraints that do not apply to their type.
    if field.constraints.limiting() - type_.constraints:
        return None
    name = type_.kernel(field, column)
    if name is None:
        return None
    if name is KernelName.STRINGS:
        tests = tests_of(field, column.length)
        return None if tests is None else Strings(tests, missing, required=required)
    kernel = _of_fixed_width(name, field, column)
    # A kernel must not take a missing value for a value.
    if kernel is None or takes_any(kernel, sorted(missing)):
        return None
    return HighCardinality(kernel, empty_is_null="" in missing and not required)


def _of_fixed_width(name: KernelName, field: SchemaField, column: BigQueryType) -> Kernel | None:
    match name:
        case KernelName.INTEGERS:
            bounds = _bounds(field, 0)
            return None if bounds is None else Integers(bounds)
        case KernelName.DECIMALS:
            bounds = _bounds(field, SCALE)
            return None if bounds is None else Decimals(column, field.decimal_char, bounds)
        case KernelName.DATES:
            return Dates()
        case KernelName.TIMESTAMPS:
            return Timestamps(zoned=True)
        case KernelName.LOCAL_TIMESTAMPS:
            return Timestamps(zoned=False)
    raise ValueError(f"{name} does not make values of a fixed width")


def _bounds(field: SchemaField, scale: int) -> Bounds | None:
    return bounds_of(field.constraints, FIELD_TYPES[field.type].cast, scale=scale)
