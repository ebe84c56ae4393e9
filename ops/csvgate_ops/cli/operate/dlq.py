"""Review, replay and discard dead letters."""

import click

from csvgate_ops.cli.lazy_group import LazyGroup


@click.command("dlq", cls=LazyGroup, packages={"Commands": "csvgate_ops.cli.dlq"})
def command() -> None:
    """Review, replay and discard dead letters.

    Of the local cloud, or with --project of a project of Google Cloud. Looking consumes nothing.
    What acts is a dry run unless --yes is given. Each command is explained in
    docs/dead-letters.md.
    """
