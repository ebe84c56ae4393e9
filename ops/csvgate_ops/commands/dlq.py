"""Review, replay and discard dead letters."""

import importlib
import pkgutil

import click

from csvgate_ops.commands import _dlq


class Subcommands(click.Group):
    """One module each, imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click calls it
        modules = pkgutil.iter_modules(_dlq.__path__)
        return sorted(m.name.removesuffix("_") for m in modules if not m.name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        name = "list_" if cmd_name == "list" else cmd_name
        command = importlib.import_module(f"{_dlq.__name__}.{name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a mistake of ours
        return command


@click.command("dlq", cls=Subcommands)
def command() -> None:
    """Review, replay and discard dead letters.

    Of the local cloud, or with --project of a project of Google Cloud. Looking consumes nothing.
    What acts is a dry run unless --yes is given. Each command is explained in
    docs/dead-letters.md.
    """
