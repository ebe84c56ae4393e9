"""Chooses the kernel that clears the cells of each field of a contract."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from csvgate.chunks.arrow import arrow_type
from csvgate.contracts.model import Contract, SchemaField
from csvgate.contracts.table import column_type
from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.field_type import KernelName
from csvgate.types.registry import FIELD_TYPES
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.cells import Cells
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column, Kernel
from csvgate.validation.fast.kernels.distinct import DistinctKernel
from csvgate.validation.fast.kernels.durations import DurationRecognizer
from csvgate.validation.fast.kernels.fixed_width import CellParser, FixedWidthKernel
from csvgate.validation.fast.kernels.foreign import foreign_kernel
from csvgate.validation.fast.kernels.geopoints import GeopointParser
from csvgate.validation.fast.kernels.numbers.parser import number_parser
from csvgate.validation.fast.kernels.strings import StringKernel, tests_of
from csvgate.validation.fast.kernels.times.parser import moment_parser

_MANY_DISTINCT: Final = 1 / 2
"""The share of distinct cells above which the kernel of a type is faster than `DistinctKernel`."""
_MANY_DISTINCT_UNCHECKED: Final = 1 / 16
"""The same for columns whose characters are not checked."""
_MANY_UNCLEARED: Final = 1 / 16
"""The share of uncleared cells above which `DistinctKernel` is faster than the type's kernel."""


class AdaptiveKernel:
    """Reads distinct cells while there are few of them; then uses the type's kernel, while that
    clears nearly all cells."""

    def __init__(
        self, distinct: DistinctKernel, kernel: Kernel, many_distinct: float, *, kernel_first: bool
    ) -> None:
        self._distinct: Final = distinct
        self._kernel: Final = kernel
        self._many_distinct: Final = many_distinct
        self._use_kernel = kernel_first
        self._may_change = True

    def clear(self, cells: Slices) -> Column:
        if not self._use_kernel:
            share = self._many_distinct if self._may_change else 1
            few = self._distinct.clear_if_few(cells, share)
            if few is not None:
                return few
            self._use_kernel = True
        column = self._kernel.clear(cells)
        if column.cleared is None or not len(cells):
            return column
        if len(cells) - np.count_nonzero(column.cleared) <= len(cells) * _MANY_UNCLEARED:
            return column
        self._use_kernel = self._may_change = False
        return self._distinct.clear(cells)


def kernels_of(contract: Contract, cells: Sequence[Cells], keyed: KeyedHash) -> list[Kernel]:
    """Return the kernel of each field. `cells` are the rules' readers of the fields' cells."""
    schema = contract.schema_
    found = list[Kernel]()
    for field, reader in zip(schema.fields, cells, strict=True):
        column = column_type(field)
        distinct = DistinctKernel(reader, arrow_type(column), keyed, len(schema.fields))
        own_missing = field.missing_values
        missing = frozenset(schema.missing_values if own_missing is None else own_missing)
        required = field.constraints.required or field.name in (schema.primary_key or ())
        kernel = _kernel(field, column, missing, required=required)
        if kernel is not None and reader.foreign:
            kernel = foreign_kernel(kernel, reader.foreign, arrow_type(column), keyed)
        if kernel is None:
            found.append(distinct)
        else:
            many = _MANY_DISTINCT if _is_checked(field) else _MANY_DISTINCT_UNCHECKED
            repeats = FIELD_TYPES[field.type].usually_repeats and not field.constraints.unique
            found.append(AdaptiveKernel(distinct, kernel, many, kernel_first=not repeats))
    return found


def _is_checked(field: SchemaField) -> bool:
    return field.constraints.pattern is not None or field.format != "default"


def _kernel(
    field: SchemaField, column: BigQueryType, missing: frozenset[str], *, required: bool
) -> Kernel | None:
    type_ = FIELD_TYPES[field.type]
    # Kernels know neither enum nor constraints that do not apply to their type.
    if field.constraints.limiting() - type_.constraints:
        return None
    name = type_.kernel(field, column)
    if name is None:
        return None
    if name is KernelName.STRINGS:
        tests = tests_of(field, column.length)
        return None if tests is None else StringKernel(tests, missing, required=required)
    parser = _parser(name, field, column)
    if parser is None:
        return None
    is_text = column.kind == "STRING"
    return FixedWidthKernel(
        parser, missing, required=required, is_text=is_text, max_length=column.length
    )


def _parser(name: KernelName, field: SchemaField, column: BigQueryType) -> CellParser | None:
    match name:
        case KernelName.INTEGERS | KernelName.DECIMALS:
            return number_parser(name, field, column, FIELD_TYPES[field.type].cast)
        case (
            KernelName.DATES
            | KernelName.TIMES
            | KernelName.TIMESTAMPS
            | KernelName.LOCAL_TIMESTAMPS
            | KernelName.ANY_TIMESTAMPS
            | KernelName.YEARS
            | KernelName.YEARMONTHS
        ):
            return moment_parser(name, field, FIELD_TYPES[field.type].cast)
        case KernelName.GEOPOINTS:
            return GeopointParser(field.format)
        case KernelName.DURATIONS:
            return None if field.constraints.limiting() else DurationRecognizer()
    raise ValueError(f"{name} does not make values of a fixed width")
