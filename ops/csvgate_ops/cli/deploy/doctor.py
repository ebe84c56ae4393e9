"""Check that a deployed project still matches the topology, and name the fixes."""

import click

from csvgate_ops.cli.deploy._deploying import NAME, CannotRead, errors_shown, target
from csvgate_ops.cli.options import as_json
from csvgate_ops.deploy.doctor.diagnose import diagnose
from csvgate_ops.deploy.doctor.gather import gather
from csvgate_ops.deploy.doctor.view import as_json as to_json
from csvgate_ops.deploy.doctor.view import lines, summary
from csvgate_ops.deploy.run.gcloud import JsonReader


@click.command("doctor")
@NAME
@as_json
def command(env: str, as_json: bool) -> None:
    """Check a deployed project.

    The project is compared with deploy/topology.yaml and deploy/env/ENV.yaml, through gcloud, and
    the command that fixes each fault is printed. Nothing is changed.

    The exit code is 0 if there is no fault, 1 if there is one, and 2 if the environment file has
    mistakes or the project could not be read.
    """

    with errors_shown(CannotRead):
        place = target(env)
        with place.reading():
            facts = gather(env, place.desired, place.desired.contracts, JsonReader(place.run))
        checks = diagnose(facts)
    project = place.desired.place.project
    if as_json:
        click.echo(to_json(checks, env, project))
    else:
        for line in lines(checks):
            click.echo(line)
        click.echo(summary(checks, project))
    if any(check.faults for check in checks):
        raise click.exceptions.Exit(1)
