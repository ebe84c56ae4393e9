"""Guesses all columns: first what the whole file shows, then each column by it."""

from collections.abc import Sequence

from csvgate_ops.author.infer.columns.column import guess_column
from csvgate_ops.author.infer.columns.keys import mark_keys
from csvgate_ops.author.infer.contract.draft import Column, Shape


def guess_columns(
    names: Sequence[str], rows: Sequence[Sequence[str]], shape: Shape
) -> list[Column]:
    """Guess a column for each name. `rows` are the cells of the sample."""
    columns = [guess_column(name, [row[i] for row in rows], shape) for i, name in enumerate(names)]
    mark_keys(columns, rows)
    return columns
