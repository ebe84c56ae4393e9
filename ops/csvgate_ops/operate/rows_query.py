"""The query that shows the rows of one upload in its BigQuery table, and the table's address."""

from typing import Final
from urllib.parse import urlencode

from csvgate.contracts.checks.column_names import LINE, LINEAGE, UPLOAD_ID
from csvgate.contracts.model import Contract
from csvgate.contracts.table import file_columns
from csvgate.gcp.partition_filter import every_partition
from csvgate.types.bigquery import parse

_CONSOLE: Final = "https://console.cloud.google.com/bigquery"


def rows_query(contract: Contract, upload: str, project: str) -> str:
    """Return SQL for the rows of an upload, in the order of its file. `upload` is an id, that of
    the original for a correction: its rows belong to that."""
    table = f"{project}.{contract.destination.dataset}.{contract.destination.table}"
    partition = _partition(contract)
    lines = [
        "SELECT *",
        f"FROM `{table}`",
        f"WHERE {UPLOAD_ID} = '{upload}'",
        *([f"  AND {partition}"] if partition else []),
        f"ORDER BY {LINE}",
    ]
    return "\n".join(lines)


def table_link(contract: Contract, project: str) -> str:
    """Return the address of the table in the console of Google Cloud."""
    names = {"p": project, "d": contract.destination.dataset, "t": contract.destination.table}
    return f"{_CONSOLE}?{urlencode({'project': project, **names, 'page': 'table'})}"


def _partition(contract: Contract) -> str:
    """Return the condition that BigQuery requires if the table demands a filter on the partition;
    otherwise nothing."""
    by = contract.destination.partition_by
    if by is None or not contract.destination.require_partition_filter:
        return ""
    if by.column is None:
        return every_partition(None, "TIMESTAMP")
    kind = _kinds(contract).get(by.column.casefold())
    return every_partition(by.column, kind) if kind else ""


def _kinds(contract: Contract) -> dict[str, str]:
    """Return the types of columns by their names in lower case, without those of lookups, whose
    types follow from the rows of the reference."""
    derived = (step.derive or {} for step in contract.enrich)
    found = {name: parse(it.bigquery).kind for step in derived for name, it in step.items()}
    found |= {name: kind.kind for name, kind in file_columns(contract.schema_).items()}
    return {name.casefold(): kind for name, kind in (found | dict(LINEAGE)).items()}
