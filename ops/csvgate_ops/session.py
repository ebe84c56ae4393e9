"""Connects the commands to a running local cloud or to a Google Cloud project."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from csvgate.gcp.build import object_store
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.stream_ages import StreamAges
from csvgate_ops.deploy.topology import Topology, TopologyError, load
from csvgate_ops.local.cloud.endpoints import names
from csvgate_ops.local.cloud.environment import exports
from csvgate_ops.local.cloud.errors import CloudError, Fault, not_running
from csvgate_ops.local.cloud.options import repository

if TYPE_CHECKING:
    from google.cloud import bigquery, storage
    from google.cloud.pubsub_v1 import SubscriberClient

    from csvgate.ports import Warehouse

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Session:
    """The resources of one cloud and its clients."""

    endpoints: Mapping[str, Any]
    """The fields of `csvgate_ops.local.cloud.endpoints`. For a project these are only the names,
    `topology` and `contracts`, without addresses."""
    local: bool = True

    @property
    def project(self) -> str:
        return str(self.endpoints["project"])

    @property
    def options(self) -> str:
        """The options that point a command at the same cloud, with a leading space, for hints."""
        return "" if self.local else f" --project {self.project}"

    def bucket(self, key: str) -> str:
        """Return the real name of a bucket by its key: `uploads`, `ledger`, …."""
        return str(self.endpoints["buckets"][key])

    def topology(self) -> Topology:
        """Read the topology, with the names that the project's environment gives. Raises
        CloudError, which names every mistake in the files."""
        path = Path(self.endpoints["topology"])
        return _read(path, None if self.local else self.project)

    def stream_ages(self) -> StreamAges:
        """Return from which age on the absence of a write stream proves something. Raises
        CloudError."""
        if not self.local:
            return StreamAges()
        return StreamAges(timedelta(seconds=self.topology().local.stream_hour))

    def ledger(self) -> Ledger:
        store = self._created(lambda: object_store(self.project))
        return Ledger(store, self.bucket("ledger"), self.bucket("audit"))

    def storage(self) -> "storage.Client":
        from google.cloud import storage

        return self._created(lambda: storage.Client(project=self.project))

    def bigquery(self) -> "bigquery.Client":
        from google.cloud import bigquery

        return self._created(lambda: bigquery.Client(project=self.project))

    def warehouse(self) -> "Warehouse":
        from csvgate.gcp.bigquery import BigQueryWarehouse

        host = os.environ.get("BIGQUERY_STORAGE_EMULATOR_HOST") or None
        return self._created(lambda: BigQueryWarehouse(self.project, storage_emulator_host=host))

    def subscriber(self) -> "SubscriberClient":
        from google.cloud.pubsub_v1 import SubscriberClient

        return self._created(SubscriberClient)

    def _created(self, client: Callable[[], T]) -> T:
        from google.auth.exceptions import DefaultCredentialsError

        try:
            return client()
        except DefaultCredentialsError as error:
            remedy = "gcloud auth application-default login"
            message = f"there are no usable credentials: {str(error).splitlines()[0]}"
            fault = Fault(f"project {self.project}", message, remedy)
            raise CloudError(fault) from error


def connect(data_dir: Path) -> Session:
    """Point this process's client libraries at the local cloud of `data_dir`. Raises CloudError
    if none is running there."""
    path = data_dir / "endpoints.json"
    try:
        endpoints = json.loads(path.read_text())
    except FileNotFoundError:
        fault = not_running(data_dir)
        raise CloudError(fault) from None
    os.environ.update(exports(endpoints, os.environ))
    return Session(endpoints)


def of_project(project: str, topology: Path | None = None) -> Session:
    """Connect to a project with application default credentials; the topology file and the
    project's environment beside it give the names of its resources. Emulator variables in the
    environment still apply. Raises CloudError."""
    path = topology or repository() / "deploy" / "topology.yaml"
    files = {"topology": str(path), "contracts": str(repository() / "contracts")}
    return Session(names(_read(path, project), project) | files, local=False)


def open_session(data_dir: Path, project: str | None, topology: Path | None = None) -> Session:
    """Connect to the project if one is given, and to the local cloud otherwise. Raises
    CloudError."""
    return of_project(project, topology) if project else connect(data_dir)


def _read(path: Path, project: str | None) -> Topology:
    try:
        if project is None:
            return load(path)
        from csvgate_ops.deploy.environment.of_project import topology_of_project

        return topology_of_project(path, project)
    except TopologyError as error:
        raise CloudError(Fault("topology", str(error))) from error
