"""Chooses the kernel that clears the cells of each field of a contract."""

from collections.abc import Sequence
from typing import Final

from csvgate.chunks.arrow import arrow_type
from csvgate.contracts.model import Contract, SchemaField
from csvgate.contracts.table import column_type
from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.field_type import KernelName
from csvgate.types.registry import FIELD_TYPES
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.cells import Cells
from csvgate.validation.fast.kernels.column import Kernel
from csvgate.validation.fast.kernels.durations import DurationMatcher
from csvgate.validation.fast.kernels.fallback import FallbackKernel
from csvgate.validation.fast.kernels.fixed_width import CellParser, FixedWidthKernel
from csvgate.validation.fast.kernels.foreign import foreign_kernel
from csvgate.validation.fast.kernels.geopoints import GeopointParser
from csvgate.validation.fast.kernels.learning.adaptive import AdaptiveKernel
from csvgate.validation.fast.kernels.learning.distinct import DistinctKernel
from csvgate.validation.fast.kernels.missing_columns import AbsentKernel, default_kernel
from csvgate.validation.fast.kernels.numbers.parser import number_parser
from csvgate.validation.fast.kernels.replacing import ReplacingKernel
from csvgate.validation.fast.kernels.strings.enumerated import MAX_TEXTS, EnumKernel
from csvgate.validation.fast.kernels.strings.kernel import StringKernel, tests_of
from csvgate.validation.fast.kernels.times.parser import moment_parser
from csvgate.validation.fast.kernels.trimming import TrimmingKernel

_BELOW_STRINGS: Final = 1 / 8
"""The share of new texts among the cells of a column up to which learning them is cheaper than a
kernel for strings. The steps after the kernel are cheaper as well, because a column of few texts
becomes a dictionary."""
_BELOW_ENUM: Final = 1 / 32
"""The same for an enum, whose kernel makes a dictionary too, in little more time."""
_BELOW_NUMBERS: Final = -1 / 32
"""The same for columns that rarely have few texts, above all numbers and times. Their kernels cost
less than a hash of each cell."""
_BELOW_RULES: Final = -1 / 8
"""The same for columns whose cells can only be read one by one, which costs about eight times what
it costs to learn that a text is new."""


def kernels_of(contract: Contract, cells: Sequence[Cells], keyed: KeyedHash) -> list[Kernel]:
    """Return the kernel of each field. `cells` are the rules' readers of the fields' cells."""
    schema = contract.schema_
    found = list[Kernel]()
    for field, reader in zip(schema.fields, cells, strict=True):
        column = column_type(field)
        kind = arrow_type(column)
        if reader.is_absent:
            found.append(AbsentKernel(reader, kind))
            continue
        distinct = DistinctKernel(reader, kind, keyed, len(schema.fields))
        kernel = _kernel(field, column, reader)
        if kernel is None and _lists_texts(field, column):
            kernel = EnumKernel(map(str, field.constraints.enum or ()), reader)
        if kernel is not None and reader.default is not None:
            kernel = default_kernel(kernel, reader, kind)
        if kernel is not None and reader.foreign:
            kernel = foreign_kernel(kernel, reader.foreign, kind, keyed)
        worthwhile = _BELOW_RULES if kernel is None else _worthwhile(field)
        if kernel is not None and reader.replaced:
            kernel = ReplacingKernel(kernel, reader, kind)
        fallback = FallbackKernel(kernel, reader, kind)
        adaptive = AdaptiveKernel(distinct, fallback, worthwhile)
        found.append(TrimmingKernel(adaptive) if reader.trims else adaptive)
    return found


def _lists_texts(field: SchemaField, column: BigQueryType) -> bool:
    """Return whether the contract lists the texts of the cells, which are their values."""
    enum = field.constraints.enum
    is_text = FIELD_TYPES[field.type].is_text and column.kind == "STRING"
    return is_text and enum is not None and len(enum) <= MAX_TEXTS


def _worthwhile(field: SchemaField) -> float:
    repeats = FIELD_TYPES[field.type].usually_repeats and not field.constraints.unique
    if repeats and field.constraints.enum is not None:
        return _BELOW_ENUM
    return _BELOW_STRINGS if repeats else _BELOW_NUMBERS


def _kernel(field: SchemaField, column: BigQueryType, reader: Cells) -> Kernel | None:
    type_ = FIELD_TYPES[field.type]
    # Kernels know neither enum nor constraints that do not apply to their type.
    if field.constraints.limiting() - type_.constraints:
        return None
    name = type_.kernel(field, column)
    if name is None:
        return None
    if name is KernelName.STRINGS:
        tests = tests_of(field, column.length)
        return (
            None if tests is None else StringKernel(tests, reader.missing, required=reader.required)
        )
    parser = _parser(name, field, column)
    if parser is None:
        return None
    is_text = column.kind == "STRING"
    return FixedWidthKernel(
        parser,
        reader.missing,
        required=reader.required,
        is_text=is_text,
        max_length=column.length,
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
            return GeopointParser(*field.formats)
        case KernelName.DURATIONS:
            return None if field.constraints.limiting() else DurationMatcher()
    raise ValueError(f"{name} does not make values of a fixed width")
