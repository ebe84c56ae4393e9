"""Parts that `deploy`, `rollback` and `history` of contracts share."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from csvgate_ops.author.diff.model import ContractDiff, Verdict
from csvgate_ops.author.diff.view import lines, summary, verdict
from csvgate_ops.cli.deploy._deploying import Located
from csvgate_ops.deploy.contracts.release import Release, Releases
from csvgate_ops.deploy.plan.script import script
from csvgate_ops.deploy.run.execute import Execution
from csvgate_ops.deploy.run.gcloud import CommandFailed, GcloudMissing, Unreachable
from csvgate_ops.deploy.run.unread import unread
from csvgate_ops.text import printable

IN_EFFECT = "Every instance of a function uses them within 2 minutes."


def releases(place: Located) -> Releases:
    return Releases(place.place, place.contracts_bucket, place.runner())


@contextmanager
def reading(place: Located) -> Iterator[None]:
    """Turn the failure of a command that reads into Unread."""
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
    if only_plan:
        click.echo(script(release.plan, title), nl=False)
    else:
        run = place.runner()
        Execution(run, place.root, click.echo).all_of(release.plan)
