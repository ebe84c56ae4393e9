"""Make a Google Cloud project match the topology."""

from pathlib import Path

import click

from csvgate_ops.cli.deploy._deploying import EMPTY, NAME, PLAN, Target, errors_shown, target
from csvgate_ops.cli.deploy._plan_file import (
    OUT,
    PLAN_FILE,
    check_saved,
    check_usage,
    planning_options,
    save,
)
from csvgate_ops.deploy.kinds import traffic
from csvgate_ops.deploy.plan.model import Observed, Plan
from csvgate_ops.deploy.plan.planner import plan
from csvgate_ops.deploy.plan.rollout import promotion
from csvgate_ops.deploy.plan.script import script, summary
from csvgate_ops.text import printable


@click.command("deploy")
@NAME
@PLAN
@EMPTY
@OUT
@PLAN_FILE
@click.option(
    "--canary",
    type=click.IntRange(1, 99),
    metavar="PERCENT",
    help="Give new revisions of functions only this share of the events.",
)
@click.option(
    "--promote", is_flag=True, help="Only give all events to the latest revisions of functions."
)
def command(
    env: str,
    only_plan: bool,
    assume_empty: bool,
    out: Path | None,
    plan_file: Path | None,
    canary: int | None,
    promote: bool,
) -> None:
    """Deploy to a Google Cloud project.

    Resources are created and changed until the project matches deploy/topology.yaml and
    deploy/env/ENV.yaml. Only what is missing or differs is touched. The command can be interrupted
    and run again at any time.

    A function that changes gets all events at once or, with --canary, a share of them, until
    --promote or `csvgate rollback`. Consumers of messages come before their publishers.

    With --plan it only prints the commands, as a shell script in which each follows its reason.

    The exit code is 0 if everything worked, 2 if the project could not be read, and 1 after any
    other failure.
    """

    check_usage(only_plan=only_plan, assume_empty=assume_empty, out=out, plan_file=plan_file)
    if promote and (canary or assume_empty):
        raise click.UsageError("--promote cannot be used with --canary or --assume-empty")
    with errors_shown():
        place = target(env)
        observed = _observed(place, assume_empty=assume_empty, promote=promote)
        if promote:
            steps = promotion(place.desired, observed)
        else:
            steps = plan(place.desired, observed, canary=canary)
        project = place.desired.place.project
        if out:
            save(out, place, planning_options(canary, promote), observed, steps)
        if plan_file:
            check_saved(plan_file, place, planning_options(canary, promote), observed, steps)
        if not steps:
            click.echo(f"Nothing to do: {project} matches environment {env}.")
            _show_traffic(observed)
            _show_notes(steps)
        elif only_plan:
            title = f"Deploy {env} to {project}.\nRun this in the repository, after `make stage`."
            click.echo(script(steps, title), nl=False)
        else:
            click.echo(summary(steps))
            place.execute(steps)
            click.echo(f"Done: {project} matches environment {env}.")
            if canary:
                click.echo(
                    f"New revisions of functions that existed get {canary}% of the events. All: "
                    f"deploy/deploy.sh {env} --promote. None: csvgate rollback {env}"
                )
            _show_notes(steps)


def _observed(place: Target, *, assume_empty: bool, promote: bool) -> Observed:
    if assume_empty:
        return Observed()
    return place.functions() if promote else place.observed()


def _show_notes(steps: Plan) -> None:
    for note in steps.notes:
        click.echo(printable(note))


def _show_traffic(observed: Observed) -> None:
    for key, found in observed.resources.items():
        if key.kind == "function" and (state := traffic.state(found)):
            click.echo(f"{key}: {state}")
