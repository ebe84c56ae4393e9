"""Review, replay and discard dead letters."""

import click

from csvgate_ops.cli.lazy_group import LazyGroup, summary

_PACKAGE = "csvgate_ops.cli.dlq"


class _DeadLetterGroup(LazyGroup):
    """Adds the subcommands that the actions on dead letters declare to those that are modules."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *self._selection_commands()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or self._selection_commands().get(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        rows = [(name, summary(module)) for name, module in self.modules().items()]
        rows += [(name, it.short_help or "") for name, it in self._selection_commands().items()]
        with formatter.section("Commands"):
            formatter.write_dl(sorted(rows))

    def _selection_commands(self) -> dict[str, click.Command]:
        from csvgate_ops.cli.dlq._selection import selection_commands

        return selection_commands()


@click.command("dlq", cls=_DeadLetterGroup, packages={"Commands": _PACKAGE})
def command() -> None:
    """Review, replay and discard the dead letters of the local cloud or, with --project, of a
    Google Cloud project.

    Listing and showing dead letters does not remove them. Commands that change something only
    show what they would do, unless you add --yes. docs/dead-letters.md explains every command.
    """
