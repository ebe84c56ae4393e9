"""What commands share that work on an environment: options, errors, the environment itself."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from csvgate.contracts.load import load_directory
from csvgate.contracts.model import Contract
from csvgate.contracts.reading.mistakes import ContractError
from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.environment.load import load_environment
from csvgate_ops.deploy.environment.model import Environment
from csvgate_ops.deploy.environment.overlay import overlay, place_of
from csvgate_ops.deploy.plan.desired import desired
from csvgate_ops.deploy.plan.model import Desired, Observed, Place, Plan
from csvgate_ops.deploy.plan.observe import observe
from csvgate_ops.deploy.plan.rollout import observe as observe_functions
from csvgate_ops.deploy.run.execute import Execution
from csvgate_ops.deploy.run.gcloud import JsonReader, Runner, subprocesses
from csvgate_ops.deploy.run.unread import Unread, unread
from csvgate_ops.deploy.staging.stage import stage
from csvgate_ops.deploy.topology import Topology, TopologyError, bucket_names, load
from csvgate_ops.local.cloud.options import repository


class CannotRead(click.ClickException):
    """A project could not be read."""

    exit_code = 2


@contextmanager
def errors_shown(failure: type[click.ClickException] = click.ClickException) -> Iterator[None]:
    """Turn expected failures into an error message without a traceback."""

    try:
        yield
    except (DeployError, ContractError, TopologyError) as error:
        shown = CannotRead if isinstance(error, Unread) else failure
        raise shown(str(error)) from error


NAME = click.argument("env", metavar="ENV")
PLAN = click.option(
    "--plan", "only_plan", is_flag=True, help="Print the commands as a shell script, and run none."
)
EMPTY = click.option(
    "--assume-empty",
    is_flag=True,
    help="With --plan: plan for an empty project, without asking gcloud.",
)


@dataclass(frozen=True, slots=True)
class Target:
    """An environment, what it should have, and how to run commands for it."""

    root: Path
    name: str
    desired: Desired
    run: Runner

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn each failure into Unread, which names its cause and what to do."""
        try:
            yield
        except DeployError as error:
            raise unread(error, self.desired.place.project) from error

    def observed(self) -> Observed:
        """Return everything that a plan compares with. Raises Unread."""
        with self.reading():
            return observe(self.desired, JsonReader(self.run))

    def functions(self) -> Observed:
        """Return only the functions of the project. Raises Unread."""
        with self.reading():
            return observe_functions(self.desired, JsonReader(self.run))

    def execute(self, plan: Plan) -> None:
        """Run the steps and show their progress. Raises Stopped, CommandFailed."""
        Execution(self.run, self.root, click.echo).all_of(plan)


@dataclass(frozen=True, slots=True)
class Located:
    """An environment, the topology and the contracts, read from the repository."""

    root: Path
    topology: Topology
    environment: Environment
    contracts: tuple[Contract, ...]

    @property
    def place(self) -> Place:
        return place_of(self.topology, self.environment)

    def runner(self) -> Runner:
        return subprocesses(self.root)

    @property
    def settled(self) -> Topology:
        """The topology with the settings of the environment."""
        return overlay(self.topology, self.environment)

    @property
    def buckets(self) -> dict[str, str]:
        """The names of the buckets by their keys in the topology."""
        return bucket_names(self.settled, self.place.project)

    def desired(self, digests: Mapping[str, str] | None = None) -> Desired:
        """Return what the project should have. `digests` are those of the staged sources, by
        function; without them they are empty, for what depends on no sources."""
        digests = dict.fromkeys(self.topology.functions, "") if digests is None else digests
        monitoring = self.root / "deploy" / "monitoring"
        return desired(self.topology, self.environment, digests, monitoring, self.contracts)


def located(env: str) -> Located:
    """Load an environment and the contracts. Raises what `errors_shown` shows."""

    root = repository()
    topology = load(root / "deploy" / "topology.yaml")
    file = Path(os.path.relpath(root / "deploy" / "env" / f"{env}.yaml"))
    environment = load_environment(file, topology)
    return Located(root, topology, environment, tuple(load_directory(root / "contracts")))


def target(env: str) -> Target:
    """Load an environment and stage its functions in build/."""

    found = located(env)
    root = found.root
    staged = stage(root, root / "build", found.settled)
    wanted = found.desired({name: made.digest for name, made in staged.items()})
    return Target(root, env, wanted, found.runner())
