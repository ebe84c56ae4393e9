"""What `stage`, `deploy` and `teardown` share."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from csvgate_ops.deploy.gcloud import Runner
    from csvgate_ops.deploy.model import Desired, Observed, Plan


@contextmanager
def said(failure: type[click.ClickException] = click.ClickException) -> Iterator[None]:
    """Expected failures become an error message, without a traceback."""
    from csvgate.contracts.mistakes import ContractError
    from csvgate_ops.deploy.errors import DeployError
    from csvgate_ops.topology import TopologyError

    try:
        yield
    except (DeployError, ContractError, TopologyError) as error:
        raise failure(str(error)) from error


NAME = click.argument("env", metavar="ENV")
PLAN = click.option("--plan", "only_plan", is_flag=True, help="Print the commands, run none.")
EMPTY = click.option(
    "--assume-empty", is_flag=True, help="With --plan: as for an empty project, without gcloud."
)


@dataclass(frozen=True, slots=True)
class Target:
    """An environment with what it should have and how to get there."""

    root: Path
    name: str
    desired: "Desired"
    run: "Runner"

    def observed(self) -> "Observed":
        from csvgate_ops.deploy.gcloud import JsonReader
        from csvgate_ops.deploy.observe import observe

        return observe(self.desired, JsonReader(self.run))

    def execute(self, plan: "Plan") -> None:
        from csvgate_ops.deploy.execute import Execution

        Execution(self.run, self.root, click.echo).all_of(plan)


def target(env: str) -> Target:
    """With its functions staged in build/."""
    from csvgate_ops.cloud.options import repository
    from csvgate_ops.deploy.desired import desired
    from csvgate_ops.deploy.gcloud import subprocesses
    from csvgate_ops.deploy.load_environment import load_environment
    from csvgate_ops.deploy.stage import stage
    from csvgate_ops.topology import load

    root = repository()
    topology = load(root / "deploy" / "topology.yaml")
    file = Path(os.path.relpath(root / "deploy" / "env" / f"{env}.yaml"))
    environment = load_environment(file, topology)
    staged = stage(root, root / "build", topology)
    digests = {name: made.digest for name, made in staged.items()}
    wanted = desired(topology, environment, digests, root / "deploy" / "monitoring")
    return Target(root, env, wanted, subprocesses(root))
