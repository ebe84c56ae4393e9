"""Checks that every row is in BigQuery exactly once."""

from dataclasses import dataclass

from csvgate_ops.cli.session import Session


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rows of one upload in BigQuery."""

    rows: int
    lines: int
    """Distinct lines."""


def loaded(session: Session) -> dict[str, Loaded]:
    """The rows in BigQuery by upload."""
    sql = (
        "SELECT _upload_id AS id, COUNT(*) AS n, COUNT(DISTINCT _line) AS d "
        "FROM `sales.orders` GROUP BY _upload_id"
    )
    rows = session.bigquery().query(sql).result()
    return {str(row["id"]): Loaded(int(row["n"]), int(row["d"])) for row in rows}


def problems(expected: dict[str, int], ends: dict[str, str], found: dict[str, Loaded]) -> list[str]:
    """What is wrong: `expected` maps uploads to valid rows. Empty if every row is there once."""
    wrong = [f"{u}: ended {e}" for u, e in ends.items() if e != "completed"]
    wrong += [f"{u}: never ended" for u in expected if u not in ends]
    for upload, rows in expected.items():
        there = found.get(upload, Loaded(0, 0))
        if there.rows < rows:
            wrong.append(f"{upload}: {there.rows} of {rows} rows")
        if there.rows > rows or there.lines < there.rows:
            wrong.append(f"{upload}: {there.rows} rows, {there.lines} lines, {rows} expected")
    wrong += [f"{u}: not uploaded by this run" for u in found if u not in expected]
    return wrong
