"""What may go wrong, as a message and exit code 1."""

from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def problems() -> Iterator[None]:
    from google.auth.exceptions import GoogleAuthError

    from csvgate.contracts.mistakes import ContractError
    from csvgate.errors import Failure
    from csvgate_ops.dlq.actions import NoSuchLetter
    from csvgate_ops.terminal import plain
    from csvgate_ops.topology import TopologyError

    try:
        yield
    except GoogleAuthError as error:
        remedy = "log in: gcloud auth application-default login"
        raise click.ClickException(f"{plain(str(error))} ({remedy})") from error
    except (Failure, NoSuchLetter) as error:
        raise click.ClickException(plain(str(error))) from error
    except (ContractError, TopologyError, OSError) as error:
        raise click.ClickException(str(error)) from error
