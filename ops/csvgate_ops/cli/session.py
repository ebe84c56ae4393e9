"""A running local cloud or a project of Google Cloud, as the commands that use it see it."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from csvgate.protocol.ledger.ledger import Ledger
from csvgate_ops.local.cloud.environment import exports
from csvgate_ops.local.cloud.errors import CloudError, Fault
from csvgate_ops.local.cloud.options import repository

if TYPE_CHECKING:
    from google.cloud import bigquery, storage
    from google.cloud.pubsub_v1 import SubscriberClient

    from csvgate_ops.deploy.topology import Topology

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Session:
    endpoints: Mapping[str, Any]
    """The fields of `csvgate_ops.local.cloud.endpoints`. A real project has only the names,
    `topology` and `contracts`, and no addresses."""
    local: bool = True

    @property
    def project(self) -> str:
        return str(self.endpoints["project"])

    @property
    def options(self) -> str:
        """What a command needs to be pointed here again, for hints: a leading blank, or nothing."""
        return "" if self.local else f" --project {self.project}"

    def bucket(self, key: str) -> str:
        """The real name of `uploads`, `rejects`, `ledger` or `references`."""
        return str(self.endpoints["buckets"][key])

    def topology(self) -> "Topology":
        """Raises CloudError naming every mistake in it."""
        return _read(Path(self.endpoints["topology"]))

    def ledger(self) -> Ledger:
        from csvgate.gcp.storage import GcsObjectStore

        return Ledger(self._made(lambda: GcsObjectStore(self.project)), self.bucket("ledger"))

    def storage(self) -> "storage.Client":
        from google.cloud import storage

        return self._made(lambda: storage.Client(project=self.project))

    def bigquery(self) -> "bigquery.Client":
        from google.cloud import bigquery

        return self._made(lambda: bigquery.Client(project=self.project))

    def subscriber(self) -> "SubscriberClient":
        from google.cloud.pubsub_v1 import SubscriberClient

        return self._made(SubscriberClient)

    def _made(self, client: Callable[[], T]) -> T:
        from google.auth.exceptions import DefaultCredentialsError

        try:
            return client()
        except DefaultCredentialsError as error:
            remedy = "gcloud auth application-default login"
            said = f"no usable credentials: {str(error).splitlines()[0]}"
            fault = Fault(f"project {self.project}", said, remedy)
            raise CloudError(fault) from error


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


def of_project(project: str, topology: Path | None = None) -> Session:
    """A project, by application default credentials; the topology file gives the names. The
    libraries' emulator variables count here as everywhere. Raises CloudError."""
    from csvgate_ops.local.cloud.endpoints import names

    path = topology or repository() / "deploy" / "topology.yaml"
    files = {"topology": str(path), "contracts": str(repository() / "contracts")}
    return Session(names(_read(path), project) | files, local=False)


def open_session(data_dir: Path, project: str | None, topology: Path | None = None) -> Session:
    """What the options that commands share ask for: the project if one is named, otherwise the
    local cloud. Raises CloudError."""
    return of_project(project, topology) if project else connect(data_dir)


def _read(path: Path) -> "Topology":
    from csvgate_ops.deploy.topology import TopologyError, load

    try:
        return load(path)
    except TopologyError as error:
        raise CloudError(Fault("topology", str(error))) from error
