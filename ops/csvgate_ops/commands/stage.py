"""Make the folders that are deployed."""

import click


@click.command("stage")
def command() -> None:
    """Stage each function in build/: its files, what it needs of csvgate, contracts, lock."""
    from csvgate_ops.cloud.options import repository
    from csvgate_ops.commands._deploying import said
    from csvgate_ops.deploy.stage import stage
    from csvgate_ops.topology import load

    with said():
        root = repository()
        staged = stage(root, root / "build", load(root / "deploy" / "topology.yaml"))
        for name, made in staged.items():
            size = f"{made.bytes / 1024:,.0f} KiB in {made.files} files"
            click.echo(f"build/{name:<22} {size:<24} {made.digest}")
