"""The topology with an environment laid over it."""

from csvgate_ops.deploy.environment.model import Environment, Sizes
from csvgate_ops.deploy.topology.model import Function, Topology


def settle(topology: Topology, environment: Environment) -> Topology:
    """Sizes, variables, secrets and locations as they are in that environment."""
    location = environment.bigquery_location or topology.bigquery.location
    functions = {
        name: _function(function, environment, environment.functions.get(name, Sizes()))
        for name, function in topology.functions.items()
    }
    bigquery = topology.bigquery.model_copy(update={"location": location})
    return topology.model_copy(update={"functions": functions, "bigquery": bigquery})


def _function(function: Function, environment: Environment, sizes: Sizes) -> Function:
    given = {n: v for n, v in sizes if v is not None and n != "environment"}
    shared = {"LOG_LEVEL": environment.log_level, "CSVGATE_SENDER": environment.sender}
    variables = {name: shared.get(name, value) for name, value in function.environment.items()}
    secrets = {v: environment.secrets.get(v, s) for v, s in function.secrets.items()}
    changed = {"environment": {**variables, **sizes.environment}, "secrets": secrets}
    return function.model_copy(update={**given, **changed})
