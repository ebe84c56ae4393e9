"""Backends over emulators; official client libraries act as users and operators."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient
from google.cloud.storage import Client as StorageClient

from contract.ports.backends import PROJECT, FakeDataset
from contract.ports.documented_service import Tables
from csvgate.gcp.bigquery import BigQueryWarehouse
from csvgate.gcp.pacing import Pace
from csvgate.gcp.pubsub import PubSubPublisher
from csvgate.gcp.storage import GcsObjectStore
from csvgate.gcp.tables import as_column, as_field
from csvgate.gcp.write_api.altered_tables import AlteredTables
from csvgate.ports import Column, Message, ObjectInfo
from fakes.bigquery import FakeWarehouse

PULL_SECONDS = 20.0


class GcsBucket:
    """STORAGE_EMULATOR_HOST must be set when it is created."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.store = GcsObjectStore(PROJECT, budget=1.5, page=3)
        self._bucket = StorageClient(project=PROJECT).create_bucket(name)

    def put(self, name: str, data: bytes, content_encoding: str | None = None) -> ObjectInfo:
        blob = self._bucket.blob(name)
        blob.content_encoding = content_encoding
        blob.upload_from_string(data, "text/csv", retry=None)
        info = self.store.stat(self.name, name)
        assert info is not None
        return info

    def delete(self, name: str) -> None:
        self._bucket.blob(name).delete()


class PubSubTopic:
    """PUBSUB_EMULATOR_HOST must be set when it is created."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.publisher = PubSubPublisher(PROJECT, deadline=5.0)
        self._subscription = f"projects/{PROJECT}/subscriptions/{name}"
        self._subscriber = SubscriberClient()
        topic = PublisherClient().create_topic(name=f"projects/{PROJECT}/topics/{name}")
        self._subscriber.create_subscription(name=self._subscription, topic=topic.name)

    def received(self, count: int) -> list[Message]:
        found: list[Message] = []
        deadline = time.monotonic() + PULL_SECONDS
        while len(found) < count and time.monotonic() < deadline:
            answer = self._subscriber.pull(
                subscription=self._subscription, max_messages=count, timeout=PULL_SECONDS
            )
            messages = [r.message for r in answer.received_messages]
            found += [Message(m.data, dict(m.attributes)) for m in messages]
            if ids := [r.ack_id for r in answer.received_messages]:
                self._subscriber.acknowledge(subscription=self._subscription, ack_ids=ids)
        return found

    def close(self) -> None:
        self._subscriber.close()


@dataclass
class BigQueryDataset:
    name: str
    warehouse: BigQueryWarehouse
    client: bigquery.Client

    def make_table(self, table: str, columns: Sequence[Column]) -> None:
        schema = [as_field(column) for column in columns]
        self.client.create_table(bigquery.Table(self._id(table), schema=schema))

    def columns(self, table: str) -> list[Column]:
        return [as_column(field) for field in self.client.get_table(self._id(table)).schema]

    def drop_table(self, table: str) -> None:
        self.client.delete_table(self._id(table))

    def rows(self, table: str) -> list[dict[str, Any]]:
        rows = self.client.query_and_wait(f"select * from `{self._id(table)}`")
        return [dict(row.items()) for row in rows]

    def _id(self, table: str) -> str:
        return f"{PROJECT}.{self.name}.{table}"


def bigquery_dataset(name: str, storage_host: str) -> BigQueryDataset:
    """BIGQUERY_EMULATOR_HOST must be set when it is created."""
    anyone: Any = AnonymousCredentials
    client = bigquery.Client(project=PROJECT, credentials=anyone())
    client.create_dataset(name, exists_ok=True)
    warehouse = BigQueryWarehouse(PROJECT, credentials=anyone(), storage_emulator_host=storage_host)
    return BigQueryDataset(name, warehouse, client)


def documented_dataset(fake: FakeWarehouse, name: str, storage_host: str) -> FakeDataset:
    """Return the adapter over a Storage Write API that has the streams of a fake. The tables are
    those of the fake itself."""
    anyone: Any = AnonymousCredentials
    warehouse = BigQueryWarehouse("fake", credentials=anyone(), storage_emulator_host=storage_host)
    tables: Any = Tables(fake)
    warehouse._tables = warehouse._counter = tables
    warehouse._streams._pace = Pace(2.0)
    warehouse._streams._altered = AlteredTables(sleep=lambda _seconds: None)
    return FakeDataset(name, warehouse, fake)
