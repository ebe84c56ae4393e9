"""A running local cloud, as the commands that use it see it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from csvgate.ledger import Ledger
from csvgate_ops.cloud.environment import exports
from csvgate_ops.cloud.errors import CloudError, Fault

if TYPE_CHECKING:
    from google.cloud import bigquery, storage
    from google.cloud.pubsub_v1 import SubscriberClient


@dataclass(frozen=True, slots=True)
class Session:
    endpoints: Mapping[str, Any]

    @property
    def project(self) -> str:
        return str(self.endpoints["project"])

    def bucket(self, key: str) -> str:
        """The real name of `uploads`, `rejects`, `ledger` or `references`."""
        return str(self.endpoints["buckets"][key])

    def ledger(self) -> Ledger:
        from csvgate.gcp.storage import GcsObjectStore

        return Ledger(GcsObjectStore(self.project), self.bucket("ledger"))

    def storage(self) -> "storage.Client":
        from google.cloud import storage

        return storage.Client(project=self.project)

    def bigquery(self) -> "bigquery.Client":
        from google.cloud import bigquery

        return bigquery.Client(project=self.project)

    def subscriber(self) -> "SubscriberClient":
        from google.cloud.pubsub_v1 import SubscriberClient

        return SubscriberClient()


def connect(data_dir: Path) -> Session:
    """Point this process's official clients at the local cloud of `data_dir`.
    Raises CloudError when none is up there."""
    path = data_dir / "endpoints.json"
    try:
        endpoints = json.loads(path.read_text())
    except FileNotFoundError:
        fault = Fault("csvgate", f"no local cloud is up in {data_dir}", remedy="csvgate up")
        raise CloudError(fault) from None
    os.environ.update(exports(endpoints, os.environ))
    return Session(endpoints)
