"""Rows in as few bytes as their values need, for the way: fewer to compress, and to pay for.

Physical lines, which mostly follow each other, become the steps from one to the next; where they
start is noted with their column. How other columns are made narrow is in `narrow_columns`.
"""

from typing import TYPE_CHECKING, Final, TypeVar

from csvgate.chunks.narrow_columns import Notes, narrowed, noted_number, widened, widened_type

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T", "pa.Table", "pa.RecordBatch")
_LEAST_ROWS: Final = 1000
"""Below, it is not worth a look."""
_BEFORE: Final = b"line before the first step"


def narrow(rows: "pa.RecordBatch") -> "pa.RecordBatch":
    """`rows` begin with their lines, which are int64."""
    import pyarrow as pa

    if rows.num_rows < _LEAST_ROWS:
        return rows
    before, steps = _steps(rows.column(0))
    lines, _ = narrowed(steps)
    columns, fields = [lines], [pa.field(rows.schema.names[0], lines.type, metadata=before)]
    for name, column in zip(rows.schema.names[1:], rows.columns[1:], strict=True):
        slim, notes = narrowed(column)
        columns.append(slim)
        fields.append(pa.field(name, slim.type, metadata=notes))
    return pa.record_batch(columns, schema=pa.schema(fields))


def widen(rows: T) -> T:
    """A table or batch as it was before, and without dictionaries. ValueError if it cannot have
    been made by `narrow`."""
    import pyarrow as pa

    fields = list(rows.schema)
    kinds = [widened_type(field.type) for field in fields]
    wide = rows.cast(pa.schema(list(zip(rows.schema.names, kinds, strict=True))))
    for at, field in enumerate(fields):
        notes = field.metadata
        if not notes:
            continue
        lines = not at and _BEFORE in notes
        column = _lines(notes, wide.column(at)) if lines else widened(wide.column(at), notes)
        wide = wide.set_column(at, field.name, column)
    return wide


def _steps(lines: "pa.Array") -> tuple[Notes, "pa.Array"]:
    import numpy as np
    import pyarrow as pa

    numbers = lines.to_numpy()
    before = int(numbers[0]) - 1
    return {_BEFORE: str(before).encode()}, pa.array(np.diff(numbers, prepend=before))


def _lines(notes: Notes, steps: "pa.Array | pa.ChunkedArray") -> "pa.Array":
    import numpy as np
    import pyarrow as pa

    if steps.null_count or steps.type != pa.int64():
        raise ValueError(f"steps from line to line are {steps.type}, some of them perhaps null")
    return pa.array(np.cumsum(steps.to_numpy()) + noted_number(notes, _BEFORE))
