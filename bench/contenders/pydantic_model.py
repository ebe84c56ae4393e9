"""A TypedDict for the rows of any contract here, with the same rules as far as pydantic has them.

Types that pydantic reads itself are left to it, because its own code is faster than Python's.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, with_config
from typing_extensions import TypedDict

from bench.contenders.patterns import EMAIL, european_pattern
from csvgate.contracts.model import Contract, SchemaField
from csvgate.contracts.table import column_type


def row_type(contract: Contract) -> Any:
    """Return the type of a valid row. A cell that may be empty is None or a value."""
    fields = {field.name: _annotation(field) for field in contract.schema_.fields}
    made = TypedDict("Row", fields)  # type: ignore[misc]  # mypy knows only literal definitions
    return with_config(ConfigDict(extra="forbid"))(made)


def needs_none(contract: Contract) -> bool:
    """Return whether empty cells must become None before a row is validated. A string may stay
    empty."""
    return any(
        not field.constraints.required and (field.type != "string" or field.constraints.enum)
        for field in contract.schema_.fields
    )


def _annotation(field: SchemaField) -> Any:
    kind = _kind(field)
    return kind if field.constraints.required else kind | None


def _kind(field: SchemaField) -> Any:
    limits = field.constraints
    match field.type:
        case "integer":
            return Annotated[int, Field(ge=limits.minimum, le=limits.maximum)]
        case "number":
            return _number(field)
        case "boolean":
            values = {**dict.fromkeys(field.true_values, True)}
            values.update(dict.fromkeys(field.false_values, False))
            return Annotated[bool, BeforeValidator(values.get)]
        case "date" if field.format == "default":
            return date
        case "date":
            return Annotated[date, BeforeValidator(_strptime(field.formats[0], date_only=True))]
        case "datetime" if field.format == "default":
            return AwareDatetime
        case "datetime":
            return Annotated[
                datetime, BeforeValidator(_strptime(field.formats[0], date_only=False))
            ]
        case "string":
            return _string(field)
    raise ValueError(f"no shape has fields of type {field.type}")


def _string(field: SchemaField) -> Any:
    limits = field.constraints
    if limits.enum:
        return Literal[tuple(limits.enum)]
    if field.format == "uuid":
        return UUID
    pattern = EMAIL if field.format == "email" else limits.pattern
    if pattern:
        return Annotated[str, Field(pattern=f"^(?:{pattern})$")]
    least = limits.min_length or (1 if limits.required else None)
    if least is None and limits.max_length is None:
        return str
    return Annotated[str, Field(min_length=least, max_length=limits.max_length)]


def _number(field: SchemaField) -> Any:
    column, limits = column_type(field), field.constraints
    if column.kind == "FLOAT64":
        return Annotated[float, Field(ge=limits.minimum, le=limits.maximum)]
    scale = column.fraction_digits
    digits = column.integer_digits + scale
    kind = Annotated[Decimal, Field(ge=limits.minimum, max_digits=digits, decimal_places=scale)]
    if field.decimal_char == ".":
        return kind
    return Annotated[kind, BeforeValidator(_european(field))]


def _european(field: SchemaField) -> Callable[[str | None], str | None]:
    matches = re.compile(european_pattern(field)).fullmatch
    letters = str.maketrans({field.decimal_char: ".", field.group_char or "\0": None})

    def read(text: str | None) -> str | None:
        if text is None:
            return None
        if not matches(text):
            raise ValueError("not a number")
        return text.translate(letters)

    return read


def _strptime(form: str, *, date_only: bool) -> Callable[[str], date | datetime]:
    parse = datetime.strptime

    def read(text: str) -> date | datetime:
        value = parse(text, form)
        return value.date() if date_only else value

    return read
