"""The tables of an effect under their aliases, and what all its statements say about them."""

from collections.abc import Sequence
from typing import Final

from csvgate.contracts.checks.column_names import INGESTED_AT, LINE, UPLOAD_ID
from csvgate.effects.model import Effect, Staged
from csvgate.effects.sql.query import SOURCE, TARGET, Parameter
from csvgate.effects.sql.quoting import all_of, any_of, column, name, table
from csvgate.light_dataclass import dataclass

_COUNTED: Final = "_csvgate_c"
_ROW: Final = "_csvgate_r"


@dataclass(frozen=True, slots=True)
class Names:
    """The full names of the tables of one effect."""

    project: str
    effect: Effect

    def target(self, alias: str = TARGET) -> str:
        return f"{self.table(self.effect.target.table)} AS {alias}"

    def staging(self, staged: Staged) -> str:
        return f"{self.table(staged.table)} AS {SOURCE}"

    def all_staged(self, staged: Staged) -> str:
        """Return the staged rows under their alias, so that the statement fails if they are not all
        there. A staging table that has expired may exist again, without rows: a delivery that was
        paused for days creates it. The error has to be raised without any row, so the number of
        rows is the side of an outer join that is kept. BigQuery wants an equality of columns for
        that, and all rows have the same `_upload_id`."""
        rows, upload = self.table(staged.table), name(UPLOAD_ID)
        counted = f"IF(COUNT(*) = {staged.rows:d}, MIN({upload}), ERROR('staged rows are missing'))"
        return (
            f"(SELECT {_ROW}.* FROM (SELECT {counted} AS {upload} FROM {rows}) AS {_COUNTED}"
            f" LEFT JOIN {rows} AS {_ROW} ON {_ROW}.{upload} = {_COUNTED}.{upload}) AS {SOURCE}"
        )

    def table(self, text: str) -> str:
        """Return the full name of a table of the target's dataset."""
        return table(self.project, self.effect.target.dataset, text)


def listed(columns: Sequence[str], alias: str | None = None) -> str:
    """Return columns separated by commas, with an alias before each or without."""
    return ", ".join(name(each) if alias is None else column(alias, each) for each in columns)


def inserted(columns: Sequence[str]) -> str:
    """Return the INSERT clause of a MERGE."""
    return f"INSERT ({listed(columns)}) VALUES ({listed(columns, SOURCE)})"


def equal(columns: Sequence[str], left: str = TARGET, right: str = SOURCE) -> str:
    """Return the condition that two rows have the same values, none of them missing."""
    return all_of(f"{column(left, each)} = {column(right, each)}" for each in columns)


def of_other_uploads(comparison: str) -> list[str]:
    """Return the conditions that a row of the target is of another upload, and that its load
    compares so with that of the staged rows; `comparison` is `<` for older and `>` for newer. They
    refer to `load_parameters`."""
    at, upload = column(TARGET, INGESTED_AT), column(TARGET, UPLOAD_ID)
    later = all_of([f"{at} = @ingested_at", f"{upload} {comparison} @upload"])
    return [f"{upload} <> @upload", any_of([f"{at} {comparison} @ingested_at", f"({later})"])]


def load_parameters(staged: Staged) -> tuple[Parameter, ...]:
    return (
        Parameter("upload", "STRING", staged.upload),
        Parameter("ingested_at", "TIMESTAMP", staged.ingested_at),
    )


def line(alias: str) -> str:
    return column(alias, LINE)
