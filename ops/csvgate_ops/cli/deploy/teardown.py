"""The command `teardown`."""

import click

from csvgate_ops.cli.deploy._deploying import NAME, PLAN, errors_shown, target


@click.command("teardown")
@NAME
@PLAN
@click.option(
    "--delete-data", is_flag=True, help="Also delete buckets, datasets, secrets and dead letters."
)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def command(env: str, only_plan: bool, delete_data: bool, yes: bool) -> None:
    """Remove what deploy created in a project, and nothing else.

    Buckets, datasets, secrets and dead letters are kept unless --delete-data is given.
    """
    from csvgate_ops.deploy.plan.script import script
    from csvgate_ops.deploy.plan.teardown import kept, teardown

    with errors_shown():
        place = target(env)
        observed = place.observed()
        steps = teardown(place.desired, observed, delete_data=delete_data)
        project = place.desired.place.project
        if not steps:
            click.echo(f"Nothing to remove from {project}.")
        elif only_plan:
            click.echo(script(steps, f"Remove {env} from project {project}."), nl=False)
        else:
            if (
                not yes
                and click.prompt(f"Type the name of the project to remove {env} from it") != project
            ):
                raise click.ClickException(
                    "that is not the name of the project; nothing was removed"
                )
            place.execute(steps)
            click.echo(f"Done: everything that deploy created was removed from {project}.")
        if not only_plan and not delete_data and (left := kept(place.desired, observed)):
            click.echo("Kept, because it is data: " + ", ".join(map(str, left)))
