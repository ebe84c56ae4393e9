"""`csvgate`: each command is a module of `csvgate_ops.commands` with a click command `command`."""

import importlib
import pkgutil
import sys

import click

from csvgate.errors import Failure
from csvgate_ops import commands
from csvgate_ops.cloud.errors import CloudError


class Commands(click.Group):
    """Imports a command's module when it is asked for; the modules import their own weight when
    they run, so that `--help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click calls it
        modules = pkgutil.iter_modules(commands.__path__)
        return sorted(m.name.replace("_", "-") for m in modules if not m.name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{commands.__name__}.{cmd_name.replace('-', '_')}")
        command = module.command
        assert isinstance(command, click.Command)  # noqa: S101 - a mistake of ours
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="csvgate")
def csvgate() -> None:
    """Drop a CSV in a bucket; every row is in BigQuery exactly once, or back in your hands."""


def main() -> None:
    """Exit 0 when done, 1 when it failed as it may (said on stderr, without a traceback), 2 when
    it was called wrongly, 130 when interrupted."""
    try:
        # Without its standalone mode click returns the code of an Exit, and None otherwise.
        sys.exit(csvgate(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (CloudError, Failure) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
