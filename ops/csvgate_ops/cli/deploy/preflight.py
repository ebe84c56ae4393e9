"""Check before the first deploy that a project will accept it."""

import os

import click

from csvgate_ops.cli.deploy._deploying import NAME, CannotRead, errors_shown, located
from csvgate_ops.cli.options import as_json
from csvgate_ops.deploy.doctor.view import as_json as to_json
from csvgate_ops.deploy.doctor.view import lines, summary
from csvgate_ops.deploy.preflight.access.granted import granted_to_caller
from csvgate_ops.deploy.preflight.context import Request
from csvgate_ops.deploy.preflight.examine import examine
from csvgate_ops.deploy.preflight.sendgrid import VARIABLE
from csvgate_ops.deploy.run.gcloud import JsonReader


@click.command("preflight")
@NAME
@click.option(
    "--read-secret",
    is_flag=True,
    help=f"Read SendGrid's key from Secret Manager, unless {VARIABLE} is set.",
)
@as_json
def command(env: str, read_secret: bool, as_json: bool) -> None:
    """Check a project before its first deploy.

    The command finds what would stop a deploy to the project of deploy/env/ENV.yaml: login,
    billing, missing permissions, organization policies, quotas, names of buckets that are taken,
    the network, and SendGrid's sender. Each fault is printed with its fix. Nothing is changed.

    SendGrid is asked if the variable SENDGRID_API_KEY is set, or with --read-secret.

    The exit code is 0 if there is no fault, 1 if there is one, and 2 if the environment file has
    mistakes or the project could not be read.
    """
    with errors_shown(CannotRead):
        found = located(env)
        run = found.runner()
        reader, project = JsonReader(run), found.place.project
        outcome = examine(
            Request(
                environment=env,
                settings=found.environment,
                topology=found.settled,
                desired=found.desired(),
                reader=reader,
                granted=granted_to_caller(run, reader, project),
                mail_key=os.environ.get(VARIABLE, ""),
                reads_secret=read_secret,
            )
        )
    if as_json:
        click.echo(to_json(outcome.checks, env, project))
    else:
        for line in lines(outcome.checks):
            click.echo(line)
        click.echo(summary(outcome.checks, project))
    if not outcome.is_readable:
        raise click.exceptions.Exit(2)
    if any(check.faults for check in outcome.checks):
        raise click.exceptions.Exit(1)
