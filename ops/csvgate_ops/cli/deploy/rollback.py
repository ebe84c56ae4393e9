"""Return functions to the revisions that had all events before."""

import click

from csvgate_ops.cli.deploy._deploying import NAME, PLAN, errors_shown, target
from csvgate_ops.deploy.plan.rollout import rollback
from csvgate_ops.deploy.plan.script import script


@click.command("rollback")
@NAME
@click.argument("functions", metavar="[FUNCTION]...", nargs=-1)
@PLAN
def command(env: str, functions: tuple[str, ...], only_plan: bool) -> None:
    """Give all events to the revisions that had them before the last deploy.

    Without FUNCTION the command ends a canary of any function. Nothing is built, and only the
    traffic changes; functions that publish messages are rolled back before their consumers.

    Contracts are not rolled back: `csvgate contracts rollback` does that.
    """
    with errors_shown():
        place = target(env)
        steps = rollback(place.desired, place.functions(), functions)
        project = place.desired.place.project
        if only_plan:
            click.echo(script(steps, f"Roll functions of {env} back in {project}."), nl=False)
            return
        place.execute(steps)
        click.echo(
            f"Done. Later deploys leave this as it is until a function changes; "
            f"deploy/deploy.sh {env} --promote returns to the latest revisions."
        )
