"""Evaluates the expressions of a step, and finds the rows on which they fail."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from csvgate.enrichment.sql.derived_columns import DerivedColumn, DeriveStep
from csvgate.enrichment.sql.process.engine import RESULT_BYTES, Budget
from csvgate.enrichment.sql.process.engine_errors import SqlError

if TYPE_CHECKING:
    import pyarrow as pa


class TooLarge(Exception):
    """The values of several rows together take more memory than those of one group may."""


class Evaluated(NamedTuple):
    """What a step gives for n rows. Which of them fail does not depend on the others."""

    kept: Sequence[int]
    """The indexes of the rows on which no column fails, in order."""
    values: "pa.Table | None"
    """The columns of these rows; None if there are none."""
    failing: dict[str, list[int]]
    """For each column that fails on some rows their indexes, in order."""


def evaluate(step: DeriveStep, rows: "pa.Table", budget: Budget) -> Evaluated:
    """Evaluate the step over rows of its `narrow`. Usually one query. If it fails, a second one
    finds the rows; if it finds none, the rows were too many for DuckDB's memory, and each half is
    evaluated by itself. Raises TooLarge."""
    if not rows.num_rows:
        return Evaluated((), None, {})
    try:
        found = step.select(step.columns, rows, budget)
    except SqlError:
        if rows.num_rows == 1:
            return Evaluated((), None, {name: [0] for name in _failing_alone(step, rows, budget)})
    else:
        return Evaluated(range(rows.num_rows), found, {})
    failing = _failing(step, rows, budget)
    bad = set(chain.from_iterable(failing.values()))
    if bad:
        rest = [at for at in range(rows.num_rows) if at not in bad]
        return _joined([Evaluated((), None, failing), *_parts(step, rows, [rest], budget)])
    half, every = rows.num_rows // 2, range(rows.num_rows)
    return _joined([*_parts(step, rows, [every[:half], every[half:]], budget)])


def reason_of(
    step: DeriveStep, column: DerivedColumn, row: "pa.Table", budget: Budget
) -> str | None:
    """Return why the column fails on this row, without the row's values; None if it does not."""
    try:
        step.select((column,), row, budget)
    except SqlError as error:
        return str(error)
    return None


def _failing(step: DeriveStep, rows: "pa.Table", budget: Budget) -> dict[str, list[int]]:
    """Return for each column the rows on which it fails, if it fails on any; nothing if that takes
    too much memory."""
    try:
        found = step.failing(rows, budget)
    except SqlError:
        return {}
    import pyarrow.compute as pc

    where = {c.name: pc.indices_nonzero(found.column(c.name)).to_pylist() for c in step.columns}
    return {name: at for name, at in where.items() if at}


def _failing_alone(step: DeriveStep, row: "pa.Table", budget: Budget) -> list[str]:
    """Return the columns that fail on this row, of which one certainly fails: all of them, if only
    the sum of their memory is too much."""
    names = [c.name for c in step.columns if reason_of(step, c, row, budget) is not None]
    return names or [c.name for c in step.columns]


def _parts(
    step: DeriveStep, rows: "pa.Table", parts: Sequence[Sequence[int]], budget: Budget
) -> Iterator[Evaluated]:
    """Evaluate these parts of the rows, each by itself. The indexes are those of all rows."""
    import pyarrow as pa

    for part in parts:
        kept, values, failing = evaluate(step, rows.take(pa.array(part, pa.int64())), budget)
        yield Evaluated(
            [part[at] for at in kept],
            values,
            {name: [part[at] for at in found] for name, found in failing.items()},
        )


def _joined(parts: Sequence[Evaluated]) -> Evaluated:
    import pyarrow as pa

    failing = dict[str, list[int]]()
    for part in parts:
        for name, found in part.failing.items():
            failing[name] = sorted({*failing.get(name, ()), *found})
    tables = [part.values for part in parts if part.values is not None]
    if len(tables) > 1 and sum(table.nbytes for table in tables) > RESULT_BYTES:
        raise TooLarge
    return Evaluated(
        [*chain.from_iterable(part.kept for part in parts)],
        pa.concat_tables(tables) if tables else None,
        failing,
    )
