"""Plans in files: `--out` saves one, and `--plan-file` applies one."""

from pathlib import Path

import click

from csvgate_ops.cli.deploy._deploying import Target
from csvgate_ops.deploy.plan.model import Observed, Plan
from csvgate_ops.deploy.plan.saved import check, encoded

OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    metavar="FILE",
    help="With --plan: also save the plan, for --plan-file.",
)
PLAN_FILE = click.option(
    "--plan-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Apply exactly the plan that --out saved, or refuse if something has changed since.",
)


def check_usage(
    *, only_plan: bool, assume_empty: bool, out: Path | None, plan_file: Path | None
) -> None:
    """Check that the options go together. Raises UsageError for those that contradict each
    other."""
    if assume_empty and not only_plan:
        raise click.UsageError("--assume-empty can only be used with --plan")
    if out and not only_plan:
        raise click.UsageError("--out can only be used with --plan")
    if out and assume_empty:
        raise click.UsageError(
            "--out cannot be used with --assume-empty: a plan made without looking at the project "
            "could not be applied"
        )
    if plan_file and only_plan:
        raise click.UsageError("--plan-file applies a plan; it cannot be used with --plan")


def planning_options(canary: int | None, promote: bool) -> str:
    """Return the options that change what is planned, as they are typed."""
    return f"--canary {canary}" if canary else "--promote" if promote else ""


def save(out: Path, place: Target, options: str, observed: Observed, steps: Plan) -> None:
    """Write the file whole or not at all, and say how to apply it. Raises ClickException."""
    text = encoded(place.name, options, place.desired, observed, steps)
    partial = out.with_name(f"{out.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(out)
    except OSError as error:
        raise click.ClickException(f"the plan cannot be saved: {error}") from error
    apply = " ".join(filter(None, ("deploy/deploy.sh", place.name, options, f"--plan-file {out}")))
    click.echo(f"The plan was saved. Apply exactly this one with: {apply}", err=True)


def check_saved(
    plan_file: Path, place: Target, options: str, observed: Observed, steps: Plan
) -> None:
    """Check that the file holds the plan that has just been made. Raises PlanRefused, which names
    what has changed."""
    text = plan_file.read_text(encoding="utf-8", errors="replace")
    check(str(plan_file), text, place.name, options, place.desired, observed, steps)
