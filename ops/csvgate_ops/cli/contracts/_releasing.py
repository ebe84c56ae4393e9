"""Parts that `deploy`, `rollback` and `history` of contracts share."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import click

from csvgate.runtime.current_contracts import STALE
from csvgate_ops.author.diff.model import ContractDiff, Verdict
from csvgate_ops.author.diff.view import lines, summary, verdict
from csvgate_ops.cli.deploy._deploying import Located
from csvgate_ops.deploy.contracts.release import Release, Releases
from csvgate_ops.deploy.plan.script import script
from csvgate_ops.deploy.run.execute import Execution
from csvgate_ops.deploy.run.gcloud import CommandFailed, GcloudMissing, Unreachable
from csvgate_ops.deploy.run.unread import unread
from csvgate_ops.text import printable

IN_EFFECT = (
    f"Every instance of a function uses them within {STALE // timedelta(minutes=1)} minutes."
)


def releases(place: Located) -> Releases:
    return Releases(place.place, place.buckets["contracts"], place.runner())


@contextmanager
def reading(place: Located) -> Iterator[None]:
    """Turn the failure of a command that reads into Unread; refusals are shown as they are."""
    try:
        yield
    except (CommandFailed, GcloudMissing, Unreachable) as error:
        raise unread(error, place.place.project) from error


def show(diffs: Sequence[ContractDiff]) -> Verdict:
    """Show on standard error what changes, and return the verdict."""
    for diff in diffs:
        for line in lines(diff):
            click.echo(printable(line), err=True)
    if diffs:
        click.echo(summary(diffs), err=True)
    return verdict(diffs)


def carry_out(place: Located, release: Release, title: str, *, only_plan: bool) -> None:
    """Run the steps, or only print them as a script with this title."""
    if only_plan:
        click.echo(script(release.plan, title), nl=False)
    else:
        Execution(place.runner(), place.root, click.echo).all_of(release.plan)
