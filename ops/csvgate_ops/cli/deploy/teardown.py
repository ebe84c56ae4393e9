"""Remove from a project what `deploy` made."""

import click

from csvgate_ops.cli.deploy._deploying import NAME, PLAN, said, target


@click.command("teardown")
@NAME
@PLAN
@click.option("--delete-data", is_flag=True, help="Buckets, datasets, secrets, dead letters, too.")
@click.option("--yes", is_flag=True, help="Do not ask for the project's name first.")
def command(env: str, only_plan: bool, delete_data: bool, yes: bool) -> None:
    """Remove from a project what deploy made there, and nothing else.

    Data stay unless --delete-data is given: buckets, datasets, secrets, and dead letters.
    """
    from csvgate_ops.deploy.plan.script import script
    from csvgate_ops.deploy.plan.teardown import kept, teardown

    with said():
        place = target(env)
        observed = place.observed()
        steps = teardown(place.desired, observed, delete_data=delete_data)
        project = place.desired.place.project
        if not steps:
            click.echo(f"Nothing to remove from {project}.")
        elif only_plan:
            click.echo(script(steps, f"Remove {env} from project {project}."), nl=False)
        else:
            if not yes and click.prompt(f"Remove {env}? Type the project's name") != project:
                raise click.ClickException("that is another name; nothing was removed")
            place.execute(steps)
            click.echo(f"Done: what deploy made is gone from {project}.")
        if not only_plan and not delete_data and (left := kept(place.desired, observed)):
            click.echo("Kept, for it is data: " + ", ".join(map(str, left)))
