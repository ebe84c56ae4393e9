"""Print the script that lets GitHub deploy an environment."""

import re
from typing import Any

import click

from csvgate_ops.cli.deploy._deploying import NAME, errors_shown, located
from csvgate_ops.deploy.deployer.script import bootstrap

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")


def _repository(_ctx: click.Context, _param: click.Parameter, value: str) -> Any:
    if not _REPOSITORY.fullmatch(value):
        raise click.BadParameter("write it as OWNER/NAME, such as my-org/csvgate")
    return value


@click.command("bootstrap")
@NAME
@click.option(
    "--repository",
    required=True,
    metavar="OWNER/NAME",
    callback=_repository,
    help="The repository on GitHub whose jobs may deploy.",
)
def command(env: str, repository: str) -> None:
    """Print a shell script that lets GitHub deploy.

    It creates three service accounts (one plans, one deploys, one compares uploads with tables),
    their roles, and an identity provider that accepts the tokens of this repository's jobs. Nothing
    is run; docs/ci.md explains the parts.
    """

    with errors_shown():
        found = located(env)
        click.echo(bootstrap(env, repository, found.desired(), found.buckets), nl=False)
