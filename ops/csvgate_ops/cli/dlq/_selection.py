"""Build the subcommands that act on a selection of letters from the declarations of the actions."""

from functools import partial

import click

from csvgate_ops.cli.dlq._options import context_options, selection_options
from csvgate_ops.cli.dlq._running import run_in_terminal
from csvgate_ops.cli.options import as_json
from csvgate_ops.operate.dead_letters.actions import SELECTION_ACTIONS
from csvgate_ops.operate.dead_letters.actions.action import SelectionAction
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.runs import RunOptions


def selection_commands() -> dict[str, click.Command]:
    """Return one command for each `command` that an action declares; actions that declare a `flag`
    become options of it."""
    return {
        action.command: _command(
            action, [it for it in SELECTION_ACTIONS if it.flag and it.command == action.command]
        )
        for action in SELECTION_ACTIONS
        if not action.flag
    }


def _command(action: SelectionAction, variants: list[SelectionAction]) -> click.Command:
    def callback(
        *, context: DeadLetterContext, wanted: Filter, yes: bool, rate: float | None, reason: str,
        as_json: bool, **flags: bool,
    ) -> None:  # fmt: skip
        if action.needs_reason and not reason.strip():
            raise click.UsageError("--reason is empty: say why, for the audit log")
        chosen = next((it for it in variants if flags[_parameter(it)]), action)
        options = RunOptions(dry_run=not yes, rate=rate, reason=reason)
        run = partial(chosen.run, context, wanted)
        run_in_terminal(context, wanted, options, run, as_json=as_json)

    needed = {"required": True} if action.needs_reason else {"default": ""}
    options = [
        *(click.option(it.flag, _parameter(it), is_flag=True, help=it.summary) for it in variants),
        click.option("--reason", help="Why, for the audit log.", **needed),
        click.option("--yes", is_flag=True, help="Act. Without it nothing is changed."),
        click.option(
            "--rate",
            type=click.FloatRange(min=0, min_open=True),
            help="The most letters per second.  [default: no limit]",
        ),
        as_json,
    ]
    decorated = context_options(callback)
    for option in reversed(options):
        decorated = option(decorated)
    return click.command(action.command, short_help=action.summary, help=action.help)(
        selection_options(decorated)
    )


def _parameter(action: SelectionAction) -> str:
    return action.flag.removeprefix("--").replace("-", "_")
