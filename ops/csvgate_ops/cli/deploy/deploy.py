"""The command `deploy`."""

from typing import TYPE_CHECKING

import click

from csvgate_ops.cli.deploy._deploying import EMPTY, NAME, PLAN, Target, errors_shown, target

if TYPE_CHECKING:
    from csvgate_ops.deploy.plan.model import Observed


@click.command("deploy")
@NAME
@PLAN
@EMPTY
def command(env: str, only_plan: bool, assume_empty: bool) -> None:
    """Deploy to a Google Cloud project.

    Resources are created and changed until the project matches deploy/topology.yaml and
    deploy/env/ENV.yaml. Only what is missing or differs is touched. The command can be interrupted
    and run again at any time.

    With --plan it only prints the commands, as a shell script. If gcloud cannot read the project,
    the plan is the one for an empty project.
    """
    from csvgate_ops.deploy.plan.planner import plan
    from csvgate_ops.deploy.plan.script import script

    if assume_empty and not only_plan:
        raise click.UsageError("--assume-empty can only be used with --plan")
    with errors_shown():
        place = target(env)
        observed = _planned_from(place, assume_empty) if only_plan else place.observed()
        steps = plan(place.desired, observed)
        project = place.desired.place.project
        if not steps:
            click.echo(f"Nothing to do: {project} matches environment {env}.")
        elif only_plan:
            title = f"Deploy {env} to {project}.\nRun this in the repository, after `make stage`."
            click.echo(script(steps, title), nl=False)
        else:
            place.execute(steps)
            click.echo(f"Done: {project} matches environment {env}.")


def _planned_from(place: Target, assume_empty: bool) -> "Observed":
    from csvgate_ops.deploy.plan.model import Observed
    from csvgate_ops.deploy.plan.observe import NoProject
    from csvgate_ops.deploy.run.gcloud import GcloudMissing

    if assume_empty:
        return Observed()
    try:
        return place.observed()
    except (GcloudMissing, NoProject) as error:
        reason = str(error).partition("\n")[0]
        click.echo(f"Note: this is the plan for an empty project, because {reason}", err=True)
        return Observed()
