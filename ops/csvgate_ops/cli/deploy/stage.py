"""Build the source folders that are deployed."""

import click

from csvgate_ops.cli.deploy._deploying import errors_shown
from csvgate_ops.deploy.staging.stage import stage
from csvgate_ops.deploy.topology import load
from csvgate_ops.local.cloud.options import repository


@click.command("stage")
def command() -> None:
    """Build the source folder of each function in build/.

    A folder contains the function's files, the csvgate modules that it imports, the locked
    requirements and the contracts.
    """

    with errors_shown():
        root = repository()
        staged = stage(root, root / "build", load(root / "deploy" / "topology.yaml"))
        for name, made in staged.items():
            size = f"{made.bytes / 1024:,.0f} KiB in {made.files} files"
            click.echo(f"build/{name:<22} {size:<24} {made.digest}")
