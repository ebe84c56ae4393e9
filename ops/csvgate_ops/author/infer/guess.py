"""Drafts a contract from a sample: its encoding, dialect, header and columns."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from csvgate_ops.author.check.output import Unusable
from csvgate_ops.author.infer.column import guess_column
from csvgate_ops.author.infer.draft import Column, Draft, Shape
from csvgate_ops.author.infer.encoding import guess_encoding
from csvgate_ops.author.infer.keys import mark_keys
from csvgate_ops.author.infer.naming import column_names, identify_columns, match
from csvgate_ops.author.infer.sample import Sample, rows
from csvgate_ops.author.infer.shape import DELIMITERS, guess_shape
from csvgate_ops.text import printable

_VALUE: Final = re.compile(
    r"[-+]?[0-9][0-9.,' /:TZ+-]*%?|true|false|[^@\s]+@[^@\s.]+\.[^@\s]+|[a-z]+://\S+|"
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    re.IGNORECASE,
)
_LONGEST_LABEL: Final = 100


def guess(sample: Sample, file: Path | None, dataset: str, most_rows: int) -> Draft:
    """Raises Unusable when no header fits the rows, and FileFault when the sample is not a CSV."""
    encoding, doubt = guess_encoding(sample.data)
    shape = guess_shape(sample.data, encoding)
    every = rows(sample.data, shape, encoding)
    records = list(islice(every, most_rows + 1))
    width = Counter(len(r.cells) for r in records if r.cells).most_common(1)
    first = records[0].cells
    if not first or len(first) != width[0][0]:
        raise Unusable(
            f"line {records[0].line} cannot be the header: most rows have "
            f"{width[0][0] if width else 'no'} cells. Remove any lines before the header"
        )
    cells = [r.cells for r in records[1:] if r.cells and _sound(r.cells, len(first))]
    header = _has_header(first, cells)
    labels: Sequence[str] = first if header else [""] * len(first)
    preamble = 0
    if header and not (identify_columns(labels) and _sound(labels, len(first))):
        # Lines of a skipped header must be followed by a row.
        header, preamble = False, records[1].line - 1 if len(records) > 1 else 0
    if not header and not preamble and _sound(first, len(first)):
        cells.insert(0, first)
    return Draft(
        dataset,
        match(dataset, file),
        encoding,
        shape,
        header,
        preamble,
        _columns(labels, cells, shape, header=header),
        rows=len(records) - (header or preamble > 0),
        complete=sample.complete and next(every, None) is None,
        encoding_note=doubt or "",
    )


def _has_header(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Return whether the first row names the columns: it has no values, such as numbers, and none
    of its labels is a value further down in the same column."""
    if any(_VALUE.fullmatch(label.strip()) or len(label) > _LONGEST_LABEL for label in first):
        return False
    if not any(label.strip() for label in first):
        return False
    again = [label in {row[i] for row in rest} for i, label in enumerate(first) if label.strip()]
    return not any(again)


def _sound(cells: Sequence[str], width: int) -> bool:
    """Return whether a row has the right number of undamaged cells."""
    return len(cells) == width and not any(map(_damaged, cells))


def _damaged(cell: str) -> bool:
    return "\0" in cell or (not cell.isascii() and any("\ud800" <= c <= "\udfff" for c in cell))


def _columns(
    labels: Sequence[str], cells: Sequence[Sequence[str]], shape: Shape, *, header: bool
) -> list[Column]:
    names = column_names(labels)
    columns = []
    for i, (name, label) in enumerate(zip(names, labels, strict=True)):
        column = guess_column(name, [row[i] for row in cells], shape)
        column.label = label
        if label and label != name and not header:
            column.notes.insert(0, f"the header says '{printable(label)}'")
        columns.append(column)
    mark_keys(columns, cells)
    if len(columns) == 1 and any(d in row[0] for row in cells for d in DELIMITERS):
        columns[0].notes.append("only one column; are there lines before the header?")
    return columns
