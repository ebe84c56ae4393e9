"""Compares an existing table with the columns of a contract. Pure: no Google library."""

from collections.abc import Sequence

from csvgate.ports import Column, TableSpec
from csvgate.types.bigquery import BigQueryType, parse


def differences(spec: TableSpec, found: Sequence[Column]) -> list[str]:
    """Describe each column for which the table cannot hold our rows: ours is missing, of another
    type, narrower in the table (shorter, fewer digits) or required only there; or the table
    requires a column that we do not have. Wider columns can hold all our values, and additional
    nullable columns do not concern us. BigQuery ignores case in column names."""
    there = {column.name.lower(): column for column in found}
    wrong = []
    for column in spec.columns:
        other = there.pop(column.name.lower(), None)
        if other is None:
            wrong.append(f"{column.name}: expected {_described(column)}, not in the table")
        elif not can_hold(other.type, column.type) or other.required > column.required:
            wrong.append(f"{column.name}: expected {_described(column)}, found {_described(other)}")
    wrong += [
        f"{column.name}: the table requires it ({_described(column)}), but the contract lacks it"
        for column in there.values()
        if column.required
    ]
    return wrong


def contradiction(spec: TableSpec, wrong: Sequence[str]) -> str:
    """Return the message of the failure `table.contradicts`."""
    return (
        f"table {spec.id} does not match the contract. {'; '.join(wrong)}."
        " `csvgate tables plan ENV` shows the statements that alter it, and the next deploy runs"
        " them; or name another table in the contract's destination. Then replay"
    )


def can_hold(table: str, ours: str) -> bool:
    """Return whether a column of the type `table` can hold all values of the type `ours`."""
    try:
        there, here = parse(table), parse(ours)
    except ValueError:
        return canonical(table) == canonical(ours)
    return there.kind == here.kind and all(
        width is None or (needed is not None and width >= needed)
        for width, needed in zip(_widths(there), _widths(here), strict=True)
    )


def _widths(type_: BigQueryType) -> tuple[int | None, int | None, int | None]:
    """Return the length and the digits before and after the point; None means no own bound."""
    if type_.precision is None:
        return type_.length, None, None
    return None, type_.integer_digits, type_.fraction_digits


def canonical(type_: str) -> str:
    """Return the one spelling of a type; an unknown type is only put in upper case."""
    try:
        return str(parse(type_))
    except ValueError:
        return type_.upper()


def _described(column: Column) -> str:
    return f"{canonical(column.type)} {'REQUIRED' if column.required else 'NULLABLE'}"
