"""The command `csvgate`, which imports a subcommand only when it is used."""

import sys

import click

from csvgate.runtime.errors import Failure
from csvgate_ops.cli.lazy_group import LazyGroup
from csvgate_ops.local.cloud.errors import CloudError

GROUPS = {
    "Files and contracts": "csvgate_ops.cli.author",
    "Local cloud": "csvgate_ops.cli.local",
    "Operations": "csvgate_ops.cli.operate",
    "Deployment": "csvgate_ops.cli.deploy",
}
"""Heading in `csvgate --help` → package whose modules are the commands."""


@click.command(
    cls=LazyGroup, packages=GROUPS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="csvgate")
def csvgate() -> None:
    """Load CSV files from a bucket into BigQuery: every row exactly once, or handed back with its
    reason."""


def main() -> None:
    """Run the command. The exit code is 0 on success, 1 on an expected failure (a message on
    stderr, no traceback), 2 on wrong usage and 130 after an interruption."""
    try:
        # Outside standalone mode, click returns the code of an Exit, and None otherwise.
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
