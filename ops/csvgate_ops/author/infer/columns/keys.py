"""Guesses which column identifies a row: at most one is unique, others get a comment."""

import re
from collections.abc import Sequence
from typing import Final

from csvgate_ops.author.infer.contract.draft import Column

_KEY: Final = re.compile(
    r"(?i:(^|_)(id|uuid|guid|key|code|no|nr|sku|ref|number))$|[a-z](Id|ID|Key|No)$"
)
_FEW: Final = 20
"""With fewer rows, a column with distinct values is a key only if its name suggests one."""


def mark_keys(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Set `unique` on the best candidate. `rows` are the cells of the sample, column by column."""
    candidates = [
        column
        for i, column in enumerate(columns)
        if len(rows) > 1 and column.type in ("integer", "string") and column.required
        and len({row[i] for row in rows}) == len(rows)
    ]  # fmt: skip
    named = [column for column in candidates if _KEY.search(column.name)]
    best = next(iter(named), None)
    if best is None and candidates and candidates[0] is columns[0] and len(rows) >= _FEW:
        best = columns[0]
    for column in candidates:
        if column is best:
            column.unique = True
            column.notes.append("guessed: unique")
        elif len(rows) >= _FEW:
            column.notes.append("also unique in the sample")
