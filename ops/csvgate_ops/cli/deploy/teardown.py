"""Remove from a project what deploy made there."""

import sys

import click

from csvgate_ops.cli.deploy._deploying import NAME, PLAN, errors_shown, target
from csvgate_ops.deploy.plan.remaining import remaining
from csvgate_ops.deploy.plan.script import script, summary
from csvgate_ops.deploy.plan.teardown import teardown


@click.command("teardown")
@NAME
@PLAN
@click.option(
    "--delete-data", is_flag=True, help="Also delete buckets, datasets, secrets and dead letters."
)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def command(env: str, only_plan: bool, delete_data: bool, yes: bool) -> None:
    """Remove what deploy created in a project, and nothing else.

    Buckets, datasets, secrets and dead letters are kept unless --delete-data is given. At the end
    the command lists what stays, with the reason and the command that removes it.

    The exit code is 0 if everything worked, 2 if the project could not be read, and 1 after any
    other failure.
    """

    with errors_shown():
        place = target(env)
        observed = place.observed()
        steps = teardown(place.desired, observed, delete_data=delete_data)
        project = place.desired.place.project
        left = list(remaining(place.desired, observed, delete_data=delete_data))
        if not steps:
            click.echo(f"Nothing to remove from {project}.")
        elif only_plan:
            click.echo(script(steps, f"Remove {env} from project {project}."), nl=False)
        else:
            click.echo(summary(steps))
            if not yes:
                _confirm(env, project)
            place.execute(steps)
            click.echo(f"Done: {env} was removed from {project}.")
        if left:
            before = "# " if only_plan and steps else ""
            click.echo(f"{before}What stays in {project}:")
            for line in (line for each in left for line in each.lines()):
                click.echo(f"{before}  {line}")


def _confirm(env: str, project: str) -> None:
    """Raises ClickException unless somebody types the name of the project."""
    try:
        typed = click.prompt(f"Type the name of the project to remove {env} from it")
    except click.Abort as aborted:
        if sys.stdin.isatty():
            raise
        message = "nobody confirmed it; nothing was removed. Where nobody can type, give --yes"
        raise click.ClickException(message) from aborted
    if typed != project:
        raise click.ClickException("that is not the name of the project; nothing was removed")
