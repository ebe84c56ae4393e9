"""What `csvgate revoke` and `csvgate restore` share."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import click

from csvgate.contracts.reading.mistakes import ContractError
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.runtime.errors import Transient
from csvgate_ops.deploy.topology import TopologyError
from csvgate_ops.operate.undo.services import CannotUndo
from csvgate_ops.operate.upload_list import find

TRIES: Final = 5
"""How often a step is repeated after a failure that may pass; each waits up to 60 s for a job."""
_PAUSE_SECONDS: Final = 2.0
T = TypeVar("T")


def undoing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options `--reason` and `--yes`."""
    reason = click.option(
        "--reason", required=True, callback=_said, help="Why; recorded with your name."
    )
    yes = click.option("--yes", is_flag=True, help="Act, instead of showing what would be done.")
    return reason(yes(command))


def _said(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not value.strip():
        raise click.BadParameter("say why")
    return value


def uploaded(ledger: Ledger, wanted: str) -> str:
    """Return the id of the upload that the argument means. Raises ClickException."""
    found = find(ledger, wanted)
    if found is None:
        raise click.ClickException(f"no upload matches {wanted!r}; `csvgate status` lists them")
    return found.id


@contextmanager
def error_messages() -> Iterator[None]:
    try:
        yield
    except (CannotUndo, ContractError, TopologyError) as why:
        raise click.ClickException(str(why)) from why


def patiently(act: Callable[[], T], sleep: Callable[[float], None] = time.sleep) -> T:
    """Repeat an action that continues where it was interrupted. Raises the last Transient."""
    for _ in range(TRIES - 1):
        try:
            return act()
        except Transient as failure:
            click.echo(f"{failure.message}; trying again", err=True)
            sleep(_PAUSE_SECONDS)
    return act()
