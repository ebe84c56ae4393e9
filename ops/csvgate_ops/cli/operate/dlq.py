"""Review, replay and discard dead letters."""

import click

from csvgate_ops.cli.lazy_group import LazyGroup


class _DeadLetterGroup(LazyGroup):
    """Adds the subcommands that the actions on dead letters declare to those that are modules."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from csvgate_ops.cli.dlq._selection import selection_commands

        return sorted([*super().list_commands(ctx), *selection_commands()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from csvgate_ops.cli.dlq._selection import selection_commands

        return super().get_command(ctx, cmd_name) or selection_commands().get(cmd_name)


@click.command("dlq", cls=_DeadLetterGroup, packages=("csvgate_ops.cli.dlq",))
def command() -> None:
    """Review, replay and discard dead letters.

    These commands work on the local cloud, or with --project on a project of Google Cloud. Reading
    consumes nothing. Commands that act are a dry run unless --yes is given. docs/dead-letters.md
    explains each of them.
    """
