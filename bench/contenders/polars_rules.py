"""polars expressions for the fields of any contract here: the typed column, and what is valid."""

from typing import Final, NamedTuple

import polars as pl

from bench.contenders.patterns import EMAIL, UUID, european_pattern
from csvgate.contracts.model import Contract, SchemaField
from csvgate.contracts.table import column_type

_PLAIN_NUMBER: Final = r"[+-]?[0-9]+(?:\.[0-9]*)?"


class Rule(NamedTuple):
    name: str
    typed: pl.Expr | None
    """The values, null where a cell cannot be read; None if the text is the value."""
    good: pl.Expr
    """True for the cells without a fault. It may use the typed column, which is called `NAME_`."""


def rules_of(contract: Contract) -> list[Rule]:
    return [_rule(field) for field in contract.schema_.fields]


def _rule(field: SchemaField) -> Rule:
    typed = _typed(field)
    good = _good(field)
    if field.constraints.unique:
        # The first valid occurrence stands. Nulls in place of invalid keys do not repeat each
        # other.
        good &= pl.col(field.name).is_first_distinct()
    if not field.constraints.required:
        good = pl.col(field.name).is_null() | good
    return Rule(field.name, typed, good)


def _typed(field: SchemaField) -> pl.Expr | None:
    text = pl.col(field.name)
    match field.type:
        case "integer":
            return text.cast(pl.Int64, strict=False)
        case "number":
            if field.decimal_char != ".":
                if field.group_char:
                    text = text.str.replace_all(field.group_char, "", literal=True)
                text = text.str.replace(field.decimal_char, ".", literal=True)
            column = column_type(field)
            if column.kind == "FLOAT64":
                return text.cast(pl.Float64, strict=False)
            return text.cast(pl.Decimal(38, column.fraction_digits), strict=False)
        case "boolean":
            return text.is_in(list(field.true_values))
        case "date":
            (name,) = field.formats
            form = "%Y-%m-%d" if name == "default" else name
            return text.str.strptime(pl.Date, form, strict=False)
        case "datetime":
            (name,) = field.formats
            if name == "default":
                return text.str.strptime(pl.Datetime("us", "UTC"), "%+", strict=False)
            return text.str.strptime(pl.Datetime("us"), name, strict=False)
    return None


def _good(field: SchemaField) -> pl.Expr:
    text, value, limits = pl.col(field.name), pl.col(f"{field.name}_"), field.constraints
    match field.type:
        case "string":
            return _good_text(field, text)
        case "boolean":
            return text.is_in([*field.true_values, *field.false_values])
        case "number":
            column = column_type(field)
            good = value.is_not_null()
            if column.kind != "FLOAT64":
                pattern = _PLAIN_NUMBER if field.decimal_char == "." else european_pattern(field)
                good &= text.str.contains(f"^(?:{pattern})$")
            if column.kind != "FLOAT64" and column.scale is not None:
                # A cast rounds; the text shows whether there were more digits.
                good &= text.str.contains(rf"^[^.]+(?:\.[0-9]{{0,{column.scale}}})?$")
                good &= value.abs() < 10**column.integer_digits
        case _:
            good = value.is_not_null()
    if limits.minimum is not None:
        good &= value >= limits.minimum
    if limits.maximum is not None:
        good &= value <= limits.maximum
    return good


def _good_text(field: SchemaField, text: pl.Expr) -> pl.Expr:
    limits = field.constraints
    if limits.enum:
        return text.is_in(list(limits.enum))
    pattern = {"email": EMAIL, "uuid": UUID}.get(field.formats[0], limits.pattern)
    good = text.str.contains(f"^(?:{pattern})$") if pattern else text.is_not_null()
    if limits.required and not pattern:
        good &= text != ""
    if limits.max_length is not None:
        good &= text.str.len_chars() <= limits.max_length
    return good
