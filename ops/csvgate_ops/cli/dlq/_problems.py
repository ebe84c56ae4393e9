"""What may go wrong, as a message and exit code 1."""

from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def problems() -> Iterator[None]:
    from google.auth.exceptions import GoogleAuthError

    from csvgate.contracts.reading.mistakes import ContractError
    from csvgate.runtime.errors import Failure
    from csvgate_ops.deploy.topology import TopologyError
    from csvgate_ops.operate.dead_letters.actions import NoSuchLetter
    from csvgate_ops.text import printable

    try:
        yield
    except GoogleAuthError as error:
        remedy = "log in: gcloud auth application-default login"
        raise click.ClickException(f"{printable(str(error))} ({remedy})") from error
    except (Failure, NoSuchLetter) as error:
        raise click.ClickException(printable(str(error))) from error
    except (ContractError, TopologyError, OSError) as error:
        raise click.ClickException(str(error)) from error
