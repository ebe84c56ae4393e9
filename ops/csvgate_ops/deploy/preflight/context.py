"""What the checks know of an environment and its project, and what a family of checks is."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from csvgate_ops.deploy.doctor.model import Check
from csvgate_ops.deploy.environment.model import Environment
from csvgate_ops.deploy.environment.overlay import connector_path
from csvgate_ops.deploy.kinds.kind import Reader
from csvgate_ops.deploy.plan.model import Desired, Place
from csvgate_ops.deploy.topology.model import Topology

Argv = tuple[str, ...]
Granted = Callable[[Collection[str]], frozenset[str]]
"""Returns those of the permissions that the account has on the project. Raises DeployError."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be examined. `topology` has the settings of the environment."""

    environment: str
    settings: Environment
    topology: Topology
    desired: Desired
    reader: Reader
    granted: Granted
    mail_key: str = field(default="", repr=False)
    """SendGrid's API key, if the user gave one."""
    reads_secret: bool = False
    """Whether the key may be read from Secret Manager."""

    @property
    def place(self) -> Place:
        return self.desired.place

    @property
    def file(self) -> str:
        """The environment file, for messages."""
        return f"deploy/env/{self.environment}.yaml"


@dataclass(frozen=True, slots=True)
class Context:
    """A project that can be read."""

    request: Request
    member: str
    """The account that deploys, as a policy names it: `user:ann@example.com`."""
    number: str
    """The project's number."""
    apis: frozenset[str]
    """The enabled APIs."""

    @property
    def settings(self) -> Environment:
        return self.request.settings

    @property
    def topology(self) -> Topology:
        return self.request.topology

    @property
    def place(self) -> Place:
        return self.request.place

    @property
    def reader(self) -> Reader:
        return self.request.reader

    @property
    def file(self) -> str:
        return self.request.file

    @property
    def who(self) -> str:
        return self.member.partition(":")[2] or "this account"

    @property
    def where(self) -> str:
        return f"--project={self.place.project}"

    @property
    def connector(self) -> str:
        """The full path of the VPC connector, or "" without one."""
        return connector_path(self.settings, self.place)

    @property
    def network_project(self) -> str:
        """The project of the connector or the subnet, or "" without one."""
        network = self.settings.network
        if network is None:
            return ""
        path = self.connector or network.subnet or ""
        return path.split("/")[1] if "/" in path else self.place.project

    @property
    def keys(self) -> dict[str, str]:
        """The paths of the keys of Cloud KMS, by the kind of resource that they encrypt."""
        found = self.settings.kms_key
        return {name: key for name, key in found if key} if found else {}

    def granted(self, permissions: Collection[str]) -> frozenset[str]:
        return self.request.granted(permissions)

    def names(self, kind: str) -> list[str]:
        """Return the names of the desired resources of a kind."""
        return [r.key.name for r in self.request.desired.resources if r.key.kind == kind]


def no_commands(_context: Context) -> Iterable[Argv]:
    return ()


@dataclass(frozen=True, slots=True)
class Family:
    """Checks with a common subject. `find` may raise DeployError: then they could not be made."""

    subject: str
    find: Callable[[Context], Iterable[Check]]
    reads: Callable[[Context], Iterable[Argv]] = no_commands
    """The commands that are read ahead, several at a time."""
