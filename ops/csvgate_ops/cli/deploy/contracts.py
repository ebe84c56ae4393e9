"""Deploy contracts without the functions, and roll them back."""

import click

from csvgate_ops.cli.lazy_group import LazyGroup


@click.command("contracts", cls=LazyGroup, packages={"Commands": "csvgate_ops.cli.contracts"})
def command() -> None:
    """Deploy contracts without building the functions again, and roll them back."""
