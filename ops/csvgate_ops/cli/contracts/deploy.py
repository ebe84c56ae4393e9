"""Let the functions of a project use the contracts in this folder."""

import click

from csvgate_ops.author.diff.model import Verdict
from csvgate_ops.cli.contracts._releasing import IN_EFFECT, carry_out, reading, releases, show
from csvgate_ops.cli.deploy._deploying import NAME, PLAN, errors_shown, located
from csvgate_ops.deploy.staging.stage import checked_contracts, stage_bundle


@click.command("deploy")
@NAME
@PLAN
@click.option("--breaking", is_flag=True, help="Deploy a change that is breaking, too.")
def command(env: str, only_plan: bool, breaking: bool) -> None:
    """Deploy the contracts, and nothing else.

    The contracts are checked and compared with those in use, as `csvgate contract diff` does. Then
    the tables are altered where their contracts require it, and at last the functions are pointed
    to the new contracts. Uploads that have begun finish under the contract that they began with.

    A change that is breaking is refused without --breaking.
    """
    with errors_shown():
        place = located(env)
        contracts = checked_contracts(place.root)
        stage_bundle(contracts, place.root / "build")
        with reading(place):
            release = releases(place).deploy(contracts)
        project = place.place.project
        if not release.plan:
            click.echo(f"Nothing to do: {project} uses these contracts.")
            return
        if show(release.diffs) is Verdict.BREAKING and not breaking and not only_plan:
            raise click.ClickException(
                "the change is breaking, so nothing was deployed. Correct the contracts, or add "
                "--breaking if those who upload files and read the tables know about it"
            )
        title = f"Deploy the contracts of {env} to {project}.\nRun this in the repository, after "
        carry_out(place, release, f"{title}`make stage`.", only_plan=only_plan)
        if not only_plan:
            click.echo(f"Done: {project} uses these contracts. {IN_EFFECT}")
