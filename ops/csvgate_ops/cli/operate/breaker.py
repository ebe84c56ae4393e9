"""Show the breakers of all functions, and lift one."""

import json
from pathlib import Path
from typing import Any

import click

from csvgate_ops.cli.options import as_json, connected


@click.group("breaker", invoke_without_command=True)
@connected
@as_json
@click.pass_context
def command(
    ctx: click.Context, data_dir: Path, project: str | None, topology: Path | None, as_json: bool
) -> None:
    """Which functions have stopped dead-lettering, and why; `lift` starts them again.

    A function that dead-letters nearly everything opens its breaker: its messages wait in the
    subscription and are tried again with growing pauses, until a new revision is deployed or the
    breaker is lifted. They do not wait for ever: after the last delivery attempt Pub/Sub moves
    them to the dead-letter topic, from where they can be replayed.
    """
    if ctx.invoked_subcommand is not None:
        return
    from csvgate_ops.cli.operate._breaker_view import limits, listing
    from csvgate_ops.cli.operate._status_view import console
    from csvgate_ops.cli.session import open_session
    from csvgate_ops.operate.breakers import states

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
        click.echo("\nA revision that no longer serves holds nothing; it is listed until lifted.")


@command.command("lift")
@click.argument("function")
@click.option("--reason", required=True, help="Why it may go on; kept with your name.")
@connected
@as_json
@click.pass_context
def lift(ctx: click.Context, /, function: str, reason: str, **_: Any) -> None:
    """Let FUNCTION dead-letter again, as validate_and_parse.

    What waits is delivered again when its pause ends, 10 minutes at most. Counting begins anew.
    """
    from csvgate_ops.cli.session import open_session
    from csvgate_ops.operate.audit import operator
    from csvgate_ops.operate.breakers import lift

    session = open_session(*(_chosen(ctx, name) for name in ("data_dir", "project", "topology")))
    functions = session.topology().functions
    if function not in functions:
        raise click.BadParameter(f"{function!r}; there are {', '.join(functions)}")
    if not reason.strip():
        raise click.BadParameter("say why it may go on", param_hint="--reason")
    lifted = list(lift(session.ledger(), function, operator(), reason.strip()))
    as_json = _chosen(ctx, "as_json")
    if as_json:
        click.echo(json.dumps([state.model_dump(mode="json") for state in lifted], indent=2))
    for state in () if as_json else lifted:
        click.echo(f"lifted: {function}, revision {state.revision}")
    if not lifted:
        raise click.ClickException(f"the breaker of {function} is not open")


def _chosen(ctx: click.Context, name: str) -> Any:
    """An option of the subcommand, or the one that was given before its name."""
    given = ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    assert ctx.parent is not None  # noqa: S101 - it is a subcommand
    return (ctx if given else ctx.parent).params[name]
