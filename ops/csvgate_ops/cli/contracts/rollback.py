"""Let the functions of a project use earlier contracts again."""

import click

from csvgate_ops.cli.contracts._releasing import IN_EFFECT, carry_out, reading, releases, show
from csvgate_ops.cli.deploy._deploying import NAME, PLAN, errors_shown, located


@click.command("rollback")
@NAME
@click.option(
    "--to",
    metavar="HASH",
    default="",
    help="The first digits of the contracts to use; `history` lists them.  [default: those before]",
)
@PLAN
def command(env: str, to: str, only_plan: bool) -> None:
    """Return to earlier contracts, and change nothing else.

    Tables are not altered back: columns that later contracts have added stay, and are NULL in new
    rows. Uploads that have begun finish under the contract that they began with. A second rollback
    returns to where the first one started.
    """
    with errors_shown():
        place = located(env)
        with reading(place):
            target, release = releases(place).rollback(to)
        project = place.place.project
        show(release.diffs)
        title = f"Return to the contracts {target.short} in {project}."
        carry_out(place, release, title, only_plan=only_plan)
        if not only_plan:
            click.echo(
                f"Done: {project} uses the contracts {target.short}. {IN_EFFECT} The folder "
                "contracts/ is unchanged, and the next deploy uses what is in it."
            )
