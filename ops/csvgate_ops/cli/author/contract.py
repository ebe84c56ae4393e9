"""Compare versions of contracts."""

import click

from csvgate_ops.cli.lazy_group import LazyGroup


@click.command("contract", cls=LazyGroup, packages={"Commands": "csvgate_ops.cli.contract"})
def command() -> None:
    """Compare versions of contracts before they are deployed."""
