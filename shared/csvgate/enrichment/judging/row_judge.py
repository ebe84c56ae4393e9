"""Judges the rows of one file: computes the derived columns and the checks of each."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final

from csvgate.chunks.arrow import arrow_type
from csvgate.contracts.checks.column_names import LINE
from csvgate.enrichment.judging.plan import JudgePlan
from csvgate.enrichment.judging.search import Evaluated, TooLarge, evaluate, reason_of
from csvgate.enrichment.judging.words import check_fault, derive_fault
from csvgate.enrichment.sql.derived_columns import DerivedColumn, DeriveStep
from csvgate.enrichment.sql.engine_failures import engine_failures
from csvgate.enrichment.sql.process.engine import RESULT_BYTES, Budget
from csvgate.enrichment.sql.process.engine_errors import SqlError
from csvgate.validation.faults import Fault
from csvgate.validation.judge import Judged

if TYPE_CHECKING:
    import pyarrow as pa

GROUP_SECONDS: Final = 30.0
"""How long the expressions of one group of rows may take. A group has at most 4 MiB of the file, a
chunk, for which enrich_records has 60 seconds, about 16. It is less than the reserve of 40 seconds
after which Cloud Run would end the request."""
_REASONS: Final = 20
"""Rows of each column, from the beginning of the file, for which a query finds out why they
fail."""


class RowJudge:
    """A `csvgate.validation.judge.Judge` for one file."""

    def __init__(self, plan: JudgePlan, before_group: Callable[[], None] | None = None) -> None:
        """`before_group` is called before each group, and may raise."""
        self._plan: Final = plan
        self._before: Final = before_group
        self._reasons = dict[str, int]()
        """How many reasons were found out, by column."""
        used = plan.used
        self._fields: Final = [
            (place, name, arrow_type(kind))
            for place, (name, kind) in enumerate(plan.fields.items())
            if name in used
        ]

    def __call__(self, lines: Sequence[int], columns: Sequence[Sequence[object]]) -> Judged:
        """Raises Permanent `derive.too_slow` and `derive.crashed`, Transient `derive.engine`."""
        if self._before is not None:
            self._before()
        return self._judged(self._table(lines, columns), Budget(GROUP_SECONDS))

    def _judged(self, rows: "pa.Table", budget: Budget) -> Judged:
        """Judge the rows. If their derived columns take too much memory, judge each half by
        itself."""
        reasons = dict(self._reasons)
        try:
            return self._judged_together(rows, budget)
        except TooLarge:
            self._reasons = reasons
        half = rows.num_rows // 2
        first, second = self._judged(rows[:half], budget), self._judged(rows[half:], budget)
        warnings = {check: list(found) for check, found in first.warnings.items()}
        for check, found in second.warnings.items():
            warnings.setdefault(check, []).extend(half + at for at in found)
        faults = {half + at: found for at, found in second.faults.items()}
        return Judged({**first.faults, **faults}, warnings)

    def _judged_together(self, rows: "pa.Table", budget: Budget) -> Judged:
        """Raises TooLarge if there are several rows, and their values take too much memory."""
        group = _Group(rows, budget)
        for step in self._plan.steps:
            if isinstance(step, DeriveStep):
                self._derive(step, group)
            else:
                group.add(step.added(group.rows, group.budget, None))
            if not group.rows.num_rows:
                return Judged(group.faults, {})
        return Judged(group.faults, self._check(group))

    def _table(self, lines: Sequence[int], columns: Sequence[Sequence[object]]) -> "pa.Table":
        import pyarrow as pa

        arrays = {LINE: lines if isinstance(lines, pa.Array) else pa.array(lines, pa.int64())}
        for place, name, kind in self._fields:
            values = columns[place]
            array = values if isinstance(values, pa.Array) else pa.array(values, kind)
            arrays[name] = array if array.type == kind else array.cast(kind)
        return pa.table(arrays)

    def _derive(self, step: DeriveStep, group: "_Group") -> None:
        """Add the columns of a step, and the faults of the rows on which they fail."""
        narrow = step.narrow(group.rows)
        with _failures(group, step):
            found = evaluate(step, narrow, group.budget)
            for column in step.columns:
                cells = self._plan.cells(column.columns)
                for at in found.failing.get(column.name, ()):
                    reason = self._reason(step, column, narrow, at, group.budget)
                    group.reject(at, derive_fault(group.line(at), column, cells, reason))
        group.keep(found)
        if found.values is not None:
            kinds = {column.name: arrow_type(column.type) for column in step.columns}
            group.add({n: found.values.column(n).cast(kind) for n, kind in kinds.items()})

    def _check(self, group: "_Group") -> dict[int, Sequence[int]]:
        """Add the faults of the rows that do not obey a check; return the warnings."""
        checks = self._plan.checks
        if checks is None:
            return {}
        narrow = checks.narrow(group.rows)
        with _failures(group, checks):
            results = self._results(checks, narrow, group.budget)
            warned = dict[int, list[int]]()
            for (index, check, step), (false, failing) in zip(
                self._plan.each_check, results, strict=True
            ):
                if check.severity == "warn":
                    warned[index], warned[~index] = false, failing
                    continue
                [column] = step.columns
                for at in false:
                    group.reject(at, check_fault(group.line(at), check, None))
                for at in failing:
                    reason = self._reason(step, column, narrow, at, group.budget)
                    group.reject(at, check_fault(group.line(at), check, reason or ""))
        loaded = {index: group.not_rejected(found) for index, found in warned.items()}
        return {index: found for index, found in loaded.items() if found}

    def _results(
        self, checks: DeriveStep, narrow: "pa.Table", budget: Budget
    ) -> list[tuple[list[int], list[int]]]:
        """Return for each check the rows for which it is false, and those on which it fails."""
        try:
            values = checks.select(checks.columns, narrow, budget)
        except SqlError:
            return [self._alone(step, narrow, budget) for _, _, step in self._plan.each_check]
        every = range(narrow.num_rows)
        return [(_false(values, c.name, every), []) for c in checks.columns]

    def _alone(
        self, step: DeriveStep, narrow: "pa.Table", budget: Budget
    ) -> tuple[list[int], list[int]]:
        [column] = step.columns
        kept, values, failing = evaluate(step, narrow.select([LINE, *step.inputs]), budget)
        false = [] if values is None else _false(values, column.name, kept)
        return false, failing.get(column.name, [])

    def _reason(
        self, step: DeriveStep, column: DerivedColumn, narrow: "pa.Table", at: int, budget: Budget
    ) -> str | None:
        found = self._reasons.get(column.name, 0)
        if found == _REASONS:
            return None
        self._reasons[column.name] = found + 1
        row = narrow.select([LINE, *step.inputs]).slice(at, 1)
        return reason_of(step, column, row, budget)


class _Group:
    """The rows of one group that are not rejected yet, and the faults so far."""

    def __init__(self, rows: "pa.Table", budget: Budget) -> None:
        self.rows = rows
        self.budget: Final = budget
        self._added = 0
        """Bytes of the columns that were added."""
        self.faults: Final = dict[int, tuple[Fault, ...]]()
        """By the index in the group as it was at first."""
        self._places: Sequence[int] = range(rows.num_rows)
        """That index, for each of the rows."""

    def line(self, at: int) -> int:
        line: int = self.rows.column(LINE)[at].as_py()
        return line

    def reject(self, at: int, fault: Fault) -> None:
        place = self._places[at]
        self.faults[place] = (*self.faults.get(place, ()), fault)

    def not_rejected(self, found: Sequence[int]) -> list[int]:
        """Return the places of these rows, except those that are rejected."""
        places = (self._places[at] for at in found)
        return [place for place in places if place not in self.faults]

    def keep(self, found: Evaluated) -> None:
        if found.failing:
            import pyarrow as pa

            self._places = [self._places[at] for at in found.kept]
            self.rows = self.rows.take(pa.array(found.kept, pa.int64()))

    def add(self, columns: "dict[str, pa.ChunkedArray]") -> None:
        """Raises TooLarge."""
        self._added += sum(values.nbytes for values in columns.values())
        if self._added > RESULT_BYTES and self.rows.num_rows > 1:
            raise TooLarge
        for name, values in columns.items():
            self.rows = self.rows.append_column(name, values)


def _failures(group: _Group, step: DeriveStep) -> AbstractContextManager[None]:
    line = group.line(0) if group.rows.num_rows else 0
    return engine_failures(line, step.texts(), GROUP_SECONDS)


def _false(values: "pa.Table", name: str, places: Sequence[int]) -> list[int]:
    """Return the places of the rows whose value is false and not null."""
    import pyarrow.compute as pc

    found = pc.fill_null(pc.invert(values.column(name)), False)
    return [places[at] for at in pc.indices_nonzero(found).to_pylist()]
