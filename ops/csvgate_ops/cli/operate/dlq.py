"""Review, replay and discard dead letters."""

import click

from csvgate_ops.cli.lazy_group import LazyGroup


@click.command("dlq", cls=LazyGroup, packages={"Commands": "csvgate_ops.cli.dlq"})
def command() -> None:
    """Review, replay and discard the dead letters of the local cloud or, with --project, of a
    Google Cloud project.

    Listing and showing dead letters does not remove them. Commands that change something only
    show what they would do, unless you add --yes. docs/dead-letters.md explains every command.
    """
