"""Ask a deployed system whether all is as it should be."""

import click

from csvgate_ops.cli.deploy._deploying import NAME, said, target
from csvgate_ops.cli.options import as_json


class CannotAsk(click.ClickException):
    exit_code = 2


@click.command("doctor")
@NAME
@as_json
def command(env: str, as_json: bool) -> None:
    """Ask the project of ENV, through gcloud, whether all is as deploy/topology.yaml and
    deploy/env/ENV.yaml say, and print for every fault the command that mends it. It changes
    nothing.

    Exits 0 when all is well, 1 when something is not, 2 when it could not ask.
    """
    from csvgate.contracts.load import load_directory
    from csvgate_ops.deploy.doctor.diagnose import diagnose
    from csvgate_ops.deploy.doctor.gather import gather
    from csvgate_ops.deploy.doctor.view import as_json as to_json
    from csvgate_ops.deploy.doctor.view import lines, summary
    from csvgate_ops.deploy.run.gcloud import JsonReader

    with said(CannotAsk):
        place = target(env)
        contracts = tuple(load_directory(place.root / "contracts"))
        checks = diagnose(gather(env, place.desired, contracts, JsonReader(place.run)))
    project = place.desired.place.project
    if as_json:
        click.echo(to_json(checks, env, project))
    else:
        for line in lines(checks):
            click.echo(line)
        click.echo(summary(checks, project))
    if any(check.faults for check in checks):
        raise click.exceptions.Exit(1)
