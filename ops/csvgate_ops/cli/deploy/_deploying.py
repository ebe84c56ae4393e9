"""Parts that `stage`, `deploy`, `teardown` and `doctor` share."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from csvgate.contracts.load import load_directory
from csvgate.contracts.reading.mistakes import ContractError
from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.environment.load import load_environment
from csvgate_ops.deploy.plan.desired import desired
from csvgate_ops.deploy.plan.model import Desired, Observed, Plan
from csvgate_ops.deploy.plan.observe import observe
from csvgate_ops.deploy.run.execute import Execution
from csvgate_ops.deploy.run.gcloud import JsonReader, Runner, subprocesses
from csvgate_ops.deploy.staging.stage import stage
from csvgate_ops.deploy.topology import TopologyError, load
from csvgate_ops.local.cloud.options import repository


@contextmanager
def errors_shown(failure: type[click.ClickException] = click.ClickException) -> Iterator[None]:
    """Turn expected failures into an error message without a traceback."""

    try:
        yield
    except (DeployError, ContractError, TopologyError) as error:
        raise failure(str(error)) from error


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
    desired: "Desired"
    run: "Runner"

    def observed(self) -> "Observed":

        return observe(self.desired, JsonReader(self.run))

    def execute(self, plan: "Plan") -> None:

        Execution(self.run, self.root, click.echo).all_of(plan)


def target(env: str) -> Target:
    """Load an environment and stage its functions in build/."""

    root = repository()
    topology = load(root / "deploy" / "topology.yaml")
    file = Path(os.path.relpath(root / "deploy" / "env" / f"{env}.yaml"))
    environment = load_environment(file, topology)
    staged = stage(root, root / "build", topology)
    digests = {name: made.digest for name, made in staged.items()}
    contracts = load_directory(root / "contracts")
    wanted = desired(topology, environment, digests, root / "deploy" / "monitoring", contracts)
    return Target(root, env, wanted, subprocesses(root))
