"""What `pulumi up` runs: the environment of the stack, as `csvgate deploy` sees it."""

import pulumi

from csvgate.contracts.reading.mistakes import ContractError
from csvgate_ops.cli.deploy._deploying import target
from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.topology import TopologyError
from csvgate_pulumi.build import build


def run(environment: str) -> None:
    """Stage the sources and create the resources of deploy/env/ENVIRONMENT.yaml. Expected failures
    are shown without a traceback."""
    delete_data = pulumi.Config().get_bool("delete-data") or False
    try:
        found = target(environment)
        build(found.desired, found.root, delete_data=delete_data)
    except (DeployError, ContractError, TopologyError) as error:
        raise pulumi.RunError(str(error)) from error
