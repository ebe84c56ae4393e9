"""Builds the ports over Google Cloud and SendGrid: the one place that imports their libraries late.

Each factory imports only what it builds. Importing the libraries takes longer than everything else
at a cold start, and a function that does not write to BigQuery never loads BigQuery's.
"""

from collections.abc import Mapping

from csvgate.ports import Mailer, ObjectStore, Publisher, Warehouse
from csvgate.runtime.settings import Settings


def object_store(project: str) -> ObjectStore:
    from csvgate.gcp.storage import GcsObjectStore

    return GcsObjectStore(project)


def publisher(project: str) -> Publisher:
    from csvgate.gcp.pubsub import PubSubPublisher

    return PubSubPublisher(project)


def warehouse(settings: Settings, environment: Mapping[str, str]) -> Warehouse:
    """Build the port over BigQuery. BIGQUERY_EMULATOR_HOST, which the library reads, and
    BIGQUERY_STORAGE_EMULATOR_HOST (host:port), which no library reads, point it at an emulator."""
    from csvgate.gcp.bigquery import BigQueryWarehouse

    return BigQueryWarehouse(
        settings.project,
        storage_emulator_host=environment.get("BIGQUERY_STORAGE_EMULATOR_HOST") or None,
    )


def mailer(settings: Settings) -> Mailer:
    from csvgate.gcp.mail import SendGridMailer

    return SendGridMailer(settings.sendgrid_api_key, settings.sendgrid_host)
