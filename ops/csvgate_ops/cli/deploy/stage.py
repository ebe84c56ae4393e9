"""Make the folders that are deployed."""

import click


@click.command("stage")
def command() -> None:
    """Stage each function in build/: its files, what it needs of csvgate, contracts, lock."""
    from csvgate_ops.cli.deploy._deploying import said
    from csvgate_ops.deploy.staging.stage import stage
    from csvgate_ops.deploy.topology import load
    from csvgate_ops.local.cloud.options import repository

    with said():
        root = repository()
        staged = stage(root, root / "build", load(root / "deploy" / "topology.yaml"))
        for name, made in staged.items():
            size = f"{made.bytes / 1024:,.0f} KiB in {made.files} files"
            click.echo(f"build/{name:<22} {size:<24} {made.digest}")
