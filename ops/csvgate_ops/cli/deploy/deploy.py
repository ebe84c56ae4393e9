"""Make a Google Cloud project match the topology."""

from pathlib import Path

import click

from csvgate_ops.cli.deploy._deploying import EMPTY, NAME, PLAN, errors_shown, target
from csvgate_ops.cli.deploy._plan_file import OUT, PLAN_FILE, check_saved, check_usage, save
from csvgate_ops.deploy.plan.model import Observed
from csvgate_ops.deploy.plan.planner import plan
from csvgate_ops.deploy.plan.script import script, summary


@click.command("deploy")
@NAME
@PLAN
@EMPTY
@OUT
@PLAN_FILE
def command(
    env: str, only_plan: bool, assume_empty: bool, out: Path | None, plan_file: Path | None
) -> None:
    """Deploy to a Google Cloud project.

    Resources are created and changed until the project matches deploy/topology.yaml and
    deploy/env/ENV.yaml. Only what is missing or differs is touched. The command can be interrupted
    and run again at any time.

    With --plan it only prints the commands, as a shell script in which each follows its reason.

    The exit code is 0 if everything worked, 2 if the project could not be read, and 1 after any
    other failure.
    """

    check_usage(only_plan=only_plan, assume_empty=assume_empty, out=out, plan_file=plan_file)
    with errors_shown():
        place = target(env)
        observed = Observed() if assume_empty else place.observed()
        steps = plan(place.desired, observed)
        project = place.desired.place.project
        if out:
            save(out, place, observed, steps)
        if plan_file:
            check_saved(plan_file, place, observed, steps)
        if not steps:
            click.echo(f"Nothing to do: {project} matches environment {env}.")
        elif only_plan:
            title = f"Deploy {env} to {project}.\nRun this in the repository, after `make stage`."
            click.echo(script(steps, title), nl=False)
        else:
            click.echo(summary(steps))
            place.execute(steps)
            click.echo(f"Done: {project} matches environment {env}.")
