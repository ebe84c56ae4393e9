"""The field types that contracts may use."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from csvgate.types.any import AnyType
from csvgate.types.array import ArrayType
from csvgate.types.boolean import BooleanType
from csvgate.types.common.field_type import FieldType
from csvgate.types.date import DateType
from csvgate.types.datetime import DatetimeType
from csvgate.types.duration import DurationType
from csvgate.types.geopoint import GeopointType
from csvgate.types.integer import IntegerType
from csvgate.types.list import ListType
from csvgate.types.number import NumberType
from csvgate.types.object import ObjectType
from csvgate.types.string import StringType
from csvgate.types.time import TimeType
from csvgate.types.year import YearType
from csvgate.types.yearmonth import YearmonthType

_TYPES: Final[tuple[type[FieldType], ...]] = (
    StringType,
    IntegerType,
    NumberType,
    BooleanType,
    DateType,
    TimeType,
    DatetimeType,
    YearType,
    YearmonthType,
    DurationType,
    GeopointType,
    ObjectType,
    ArrayType,
    ListType,
    AnyType,
)

FIELD_TYPES: Final[Mapping[str, FieldType]] = MappingProxyType({t.name: t() for t in _TYPES})
"""The field types by name, in the order in which messages and documentation list them."""
