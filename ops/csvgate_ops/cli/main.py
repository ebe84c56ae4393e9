"""`csvgate`: the commands of every room, each imported when it is used."""

import sys

import click

from csvgate.runtime.errors import Failure
from csvgate_ops.cli.lazy_group import LazyGroup
from csvgate_ops.local.cloud.errors import CloudError

ROOMS = {
    "Files and contracts": "csvgate_ops.cli.author",
    "Local cloud": "csvgate_ops.cli.local",
    "Operations": "csvgate_ops.cli.operate",
    "Deployment": "csvgate_ops.cli.deploy",
}
"""Heading in `csvgate --help` → package of commands."""


@click.command(
    cls=LazyGroup, packages=ROOMS, context_settings={"help_option_names": ["-h", "--help"]}
)
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
