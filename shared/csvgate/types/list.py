"""`list`: values of one type with a delimiter between them."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from csvgate.types.bigquery import BigQueryType, parse
from csvgate.types.boolean import BooleanType
from csvgate.types.common.column_fit import fit_json
from csvgate.types.common.field_type import (
    LENGTHS,
    CellFault,
    Field,
    FieldType,
    Fit,
    Reader,
    Scalar,
    TypeFault,
)
from csvgate.types.common.json_text import hashable, parse_json, require_storable_numbers
from csvgate.types.common.spaces import SPACES
from csvgate.types.date import DateType
from csvgate.types.datetime import DatetimeType
from csvgate.types.integer import IntegerType
from csvgate.types.number import NumberType
from csvgate.types.string import StringType
from csvgate.types.time import TimeType

ITEM_TYPES: Final[Mapping[str, FieldType]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            StringType(),
            IntegerType(),
            NumberType(),
            BooleanType(),
            DateType(),
            TimeType(),
            DatetimeType(),
        )
    }
)
"""The types that the items of a list may have, by name."""
_AS_VALUES: Final = ("integer", "number", "boolean")
"""The types whose values exist in JSON. Items of other types stay texts."""
_NOT_FINITE: Final = ("type.list", "has an item that is not a finite number")


class ListType(FieldType):
    name = "list"
    columns = ("JSON", "STRING")
    example = "a,b"
    declared_as = 'the text of a JSON array such as "[1, 2]"'
    properties = frozenset(("delimiter", "itemType"))
    constraints = LENGTHS
    length_unit = "items"
    hashable = staticmethod(hashable)
    faults = (
        TypeFault(
            "type.list",
            "Not a list of such items",
            "Between the delimiters of a list are values of its `itemType`, in the default format "
            "of that type.",
            example="1;two;3",
            properties={"itemType": "integer", "delimiter": ";"},
        ),
    )

    def parse_declared(self, value: Scalar) -> Any:
        if not isinstance(value, str):
            return None
        found = parse_json(value)
        return hashable(found) if isinstance(found, list) else None

    def reader(self, field: Field, column: BigQueryType) -> Reader:  # noqa: ARG002
        delimiter, strips = field.delimiter, bool(field.trim)
        read_item = _item_reader(field)

        def read(text: str) -> list[Any]:
            items = text.split(delimiter) if text else []
            if strips:
                items = [item.strip(SPACES) for item in items]
            return list(map(read_item, items)) if read_item else items

        return read

    def fit_value(self, column: BigQueryType) -> Fit:  # noqa: ARG002
        require = fit_json(require_storable_numbers)

        def fit(_: str, value: list[Any]) -> object:
            text = f"[{','.join(map(_as_json, value))}]"
            return require(text, value)

        return fit


def _item_reader(field: Field) -> Callable[[str], Any] | None:
    """Return the reader of an item; None if it is a text as it is."""
    kind = ITEM_TYPES[field.item_type]
    # A list does not have the properties of other types, so they have their default values.
    read = kind.reader(field, parse(kind.default_column))
    if read is None:
        return None
    keeps_text = kind.name not in _AS_VALUES

    def read_item(item: str) -> Any:
        try:
            value = read(item)
        except CellFault as error:
            raise CellFault(("type.list", f"has an item that {error.faults[0][1]}")) from None
        if isinstance(value, Decimal) and not value.is_finite():
            raise CellFault(_NOT_FINITE)
        return item if keeps_text else value

    return read_item


def _as_json(item: object) -> str:
    """Return an item as JSON. A decimal number keeps all its digits."""
    match item:
        case str() | bool():
            return json.dumps(item, ensure_ascii=False)
    return str(item)
