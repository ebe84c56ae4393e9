"""Whether a table that exists can take our rows. Pure: no Google import."""

from collections.abc import Sequence

from csvgate.ports import Column, TableSpec
from csvgate.types.bigquery import BigQueryType, parse


def differences(spec: TableSpec, found: Sequence[Column]) -> list[str]:
    """In words, one per column at fault: a column of ours that is missing, of another type or a
    narrower one (shorter, fewer digits), or that the table requires and we do not; one the table
    requires and we lack. A wider column takes all our values, and further columns that may be
    null are the table owner's business. BigQuery's column names know no upper case."""
    there = {column.name.lower(): column for column in found}
    wrong = []
    for column in spec.columns:
        other = there.pop(column.name.lower(), None)
        if other is None:
            wrong.append(f"{column.name}: expected {_words(column)}, not in the table")
        elif not _holds(other.type, column.type) or other.required > column.required:
            wrong.append(f"{column.name}: expected {_words(column)}, found {_words(other)}")
    wrong += [
        f"{column.name}: the table requires it ({_words(column)}), the contract has no such column"
        for column in there.values()
        if column.required
    ]
    return wrong


def contradiction(spec: TableSpec, wrong: Sequence[str]) -> str:
    """The message of `table.contradicts`."""
    return (
        f"table {spec.id} does not fit the contract. {'; '.join(wrong)}."
        " Alter the table, or name another table in the contract's destination, and replay"
    )


def _holds(table: str, ours: str) -> bool:
    try:
        there, here = parse(table), parse(ours)
    except ValueError:
        return canonical(table) == canonical(ours)
    return there.kind == here.kind and all(
        width is None or (needed is not None and width >= needed)
        for width, needed in zip(_widths(there), _widths(here), strict=True)
    )


def _widths(type_: BigQueryType) -> tuple[int | None, int | None, int | None]:
    """Length, digits before the point, digits after it; None without a bound of its own."""
    if type_.precision is None:
        return type_.length, None, None
    return None, type_.integer_digits, type_.fraction_digits


def canonical(type_: str) -> str:
    """One spelling per type; a type we do not know stands for itself."""
    try:
        return str(parse(type_))
    except ValueError:
        return type_.upper()


def _words(column: Column) -> str:
    return f"{canonical(column.type)} {'REQUIRED' if column.required else 'NULLABLE'}"
