"""Reads rows of BigQuery, for the commands `query` and `show`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from csvgate.contracts.checks.column_names import LINE, UPLOAD_ID
from csvgate.contracts.load import load
from csvgate.contracts.reading.mistakes import ContractError
from csvgate_ops.local.cloud.errors import CloudError, Fault
from csvgate_ops.operate.required_filter import required_filter
from csvgate_ops.session import Session

if TYPE_CHECKING:
    from google.cloud.bigquery.table import RowIterator

_TIMEOUT_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Rows:
    columns: Sequence[str]
    values: Sequence[Sequence[Any]]
    total: int | None
    """How many rows the query or the table has, if that is known."""


def query(session: Session, sql: str, most: int) -> Rows:
    """Run a query and return its first rows. Raises CloudError."""
    with _bigquery_errors():
        job = session.bigquery().query(sql, timeout=_TIMEOUT_SECONDS)
        return _first(job.result(timeout=_TIMEOUT_SECONDS), most)


def rows_of(session: Session, table: str, upload: str | None, most: int) -> Rows:
    """Return rows of `dataset.table`: any, or the first of an upload. Raises CloudError."""
    if upload is None:
        client = session.bigquery()
        with _bigquery_errors():
            found = client.get_table(f"{session.project}.{table}", timeout=_TIMEOUT_SECONDS)
            rows = client.list_rows(found, max_results=most, timeout=_TIMEOUT_SECONDS)
            return Rows([field.name for field in found.schema], _values(rows, most), found.num_rows)
    from google.cloud.bigquery import QueryJobConfig, ScalarQueryParameter

    config = QueryJobConfig(query_parameters=[ScalarQueryParameter("upload", "STRING", upload)])
    client, name = session.bigquery(), f"{session.project}.{table}"
    with _bigquery_errors():
        condition = required_filter(client, name, _TIMEOUT_SECONDS)
        sql = (
            f"SELECT * FROM `{name}` "  # noqa: S608 - `resolve` has checked the name
            f"WHERE {UPLOAD_ID} = @upload AND {condition} ORDER BY {LINE}"
        )
        job = client.query(sql, job_config=config, timeout=_TIMEOUT_SECONDS)
        return _first(job.result(timeout=_TIMEOUT_SECONDS), most)


def resolve(session: Session, table: str) -> str:
    """Return `dataset.table` for that, or for the name of a contract. Raises CloudError."""
    dataset, dot, name = table.partition(".")
    if dot:
        if not all(part.replace("_", "a").replace("-", "a").isalnum() for part in (dataset, name)):
            raise CloudError(Fault("table", f"{table!r} is not the name of a table"))
        return table
    file = Path(session.endpoints["contracts"]) / f"{table}.yaml"
    try:
        destination = load(file).destination
    except FileNotFoundError:
        message = f"there is no contract {file}; write dataset.table, or the name of a contract"
        raise CloudError(Fault("table", message)) from None
    except (ContractError, OSError) as error:
        raise CloudError(Fault("contract", str(error))) from error
    return f"{destination.dataset}.{destination.table}"


@contextmanager
def _bigquery_errors() -> Iterator[None]:
    """Raise what BigQuery says about a query or a table as CloudError."""
    from google.api_core.exceptions import GoogleAPICallError, NotFound

    try:
        yield
    except GoogleAPICallError as error:
        # The message as a whole repeats the request; the first of its errors is what is wrong.
        said = str(error.errors[0].get("message", "")) if error.errors else ""
        missing = isinstance(error, NotFound)
        remedy = "a table is created by the first upload that is loaded into it" if missing else ""
        raise CloudError(Fault("BigQuery", said or error.message, remedy)) from error
    except TimeoutError as error:
        message = f"no answer within {_TIMEOUT_SECONDS:.0f} s"
        raise CloudError(Fault("BigQuery", message)) from error


def _first(rows: "RowIterator", most: int) -> Rows:
    return Rows([field.name for field in rows.schema], _values(rows, most), rows.total_rows)


def _values(rows: "RowIterator", most: int) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in islice(rows, most)]
