"""Guesses all columns: first what they show together, then each column by it."""

from collections.abc import Sequence

from csvgate.csv.marked_cell import NULL
from csvgate_ops.author.infer.columns.column import guess_column
from csvgate_ops.author.infer.columns.evidence import weigh
from csvgate_ops.author.infer.columns.keys import mark_keys
from csvgate_ops.author.infer.columns.kinds import MISSING
from csvgate_ops.author.infer.contract.draft import TEXT, Column, Shape


def guess_columns(
    names: Sequence[str], rows: Sequence[Sequence[str]], shape: Shape
) -> list[Column]:
    """Guess a column for each name. `rows` are the cells of the sample."""
    values = [[row[i] for row in rows] for i in range(len(names))]
    evidence = weigh(
        list({text for value in column if (text := value.strip()) and text not in MISSING})
        for column in values
    )
    columns = [
        guess_column(name, column, shape, evidence)
        for name, column in zip(names, values, strict=True)
    ]
    found = {text for column in columns for text in column.missing_values or ()}
    missing = frozenset(found - {""} | {NULL})
    for i, column in enumerate(columns):
        if column.type == TEXT and not missing.isdisjoint(values[i]):
            columns[i] = guess_column(column.name, values[i], shape, evidence, missing)
    mark_keys(columns, rows)
    return columns
