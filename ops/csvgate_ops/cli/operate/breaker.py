"""Show which functions hold their messages back, and let them continue."""

import json
from pathlib import Path
from typing import Any

import click

from csvgate_ops.cli.operate._breaker_view import limits, listing
from csvgate_ops.cli.operate._status_view import console
from csvgate_ops.cli.options import as_json, connected
from csvgate_ops.operate.audit import operator
from csvgate_ops.operate.breakers import lift as lift_breakers
from csvgate_ops.operate.breakers import states
from csvgate_ops.session import open_session


@click.group("breaker", invoke_without_command=True)
@connected
@as_json
@click.pass_context
def command(
    ctx: click.Context, data_dir: Path, project: str | None, topology: Path | None, as_json: bool
) -> None:
    """Show the breaker of every function; `csvgate breaker lift` closes an open one.

    When a function dead-letters nearly every message, its breaker opens: messages stay in the
    subscription and are retried with growing backoff until you deploy a new revision or lift the
    breaker. They do not wait forever: after its last delivery attempt, Pub/Sub moves a message to
    the dead-letter topic, from where it can be replayed.
    """
    if ctx.invoked_subcommand is not None:
        return
    session = open_session(data_dir, project, topology)
    plan = session.topology()
    found = states(session.ledger(), plan.functions)
    if as_json:
        click.echo(json.dumps([state.model_dump(mode="json") for state in found], indent=2))
        return
    console().print(listing(found))
    is_open = {state.function for state in found if state.state == "open"}
    for function in plan.functions:
        if function in is_open:
            click.echo(f"\n{function}: {limits(plan, function, local=session.local)}")
    if is_open:
        click.echo(
            "\nThe breaker of a revision that is no longer in service holds up nothing; it stays "
            "in this list until it is lifted."
        )


@command.command("lift")
@click.argument("function")
@click.option("--reason", required=True, help="Why it may continue; recorded with your name.")
@connected
@as_json
@click.pass_context
def lift(ctx: click.Context, /, function: str, reason: str, **_: Any) -> None:
    """Close the open breaker of FUNCTION, for example validate_and_parse.

    Waiting messages are delivered again after their current backoff, 10 minutes at most. The
    count of dead letters starts again at zero.
    """
    session = open_session(*(_chosen(ctx, name) for name in ("data_dir", "project", "topology")))
    functions = session.topology().functions
    if function not in functions:
        raise click.BadParameter(f"unknown function {function!r}; use {', '.join(functions)}")
    if not reason.strip():
        raise click.BadParameter("give a reason why it may continue", param_hint="--reason")
    lifted = list(lift_breakers(session.ledger(), function, operator(), reason.strip()))
    as_json = _chosen(ctx, "as_json")
    if as_json:
        click.echo(json.dumps([state.model_dump(mode="json") for state in lifted], indent=2))
    for state in () if as_json else lifted:
        click.echo(f"lifted the breaker of {function}, revision {state.revision}")
    if not lifted:
        raise click.ClickException(f"the breaker of {function} is not open")


def _chosen(ctx: click.Context, name: str) -> Any:
    """Return an option of the subcommand, or the one given before the subcommand's name."""
    given = ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    assert ctx.parent is not None  # noqa: S101 - it is a subcommand
    return (ctx if given else ctx.parent).params[name]
