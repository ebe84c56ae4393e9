"""What `stage`, `deploy` and `teardown` share."""

from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def said() -> Iterator[None]:
    """Expected failures become an error message, without a traceback."""
    from csvgate.contracts.mistakes import ContractError
    from csvgate_ops.deploy.errors import DeployError
    from csvgate_ops.topology import TopologyError

    try:
        yield
    except (DeployError, ContractError, TopologyError) as error:
        raise click.ClickException(str(error)) from error
