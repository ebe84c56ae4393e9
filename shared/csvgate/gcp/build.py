"""The ports over Google Cloud. Each factory imports only what it builds: a function that does not
write to BigQuery never loads its libraries."""

from collections.abc import Mapping

from csvgate.ports import Warehouse
from csvgate.runtime.settings import Settings


def warehouse(settings: Settings, environment: Mapping[str, str]) -> Warehouse:
    """BIGQUERY_EMULATOR_HOST, read by the library, and BIGQUERY_STORAGE_EMULATOR_HOST (host:port),
    which no library reads, point it at an emulator."""
    from csvgate.gcp.bigquery import BigQueryWarehouse

    return BigQueryWarehouse(
        settings.project,
        storage_emulator_host=environment.get("BIGQUERY_STORAGE_EMULATOR_HOST") or None,
    )
