"""An action on dead letters is complete: listed, named, documented, and offered by the command."""

import importlib
import pkgutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from csvgate_ops.cli.main import csvgate
from csvgate_ops.operate.dead_letters import actions
from csvgate_ops.operate.dead_letters.actions import ACTIONS, SELECTION_ACTIONS
from csvgate_ops.operate.dead_letters.actions.action import Action, SelectionAction

DOCS = Path(__file__).resolve().parents[4] / "docs"
SELECTION = pytest.mark.parametrize("action", SELECTION_ACTIONS, ids=lambda a: a.name)


def declared() -> list[Action]:
    modules = pkgutil.iter_modules(actions.__path__, f"{actions.__name__}.")
    values = [vars(importlib.import_module(module.name)).values() for module in modules]
    found = [value for each in values for value in each if isinstance(value, Action)]
    return list({id(action): action for action in found}.values())


def test_every_declaration_is_listed_once() -> None:
    assert {action.name for action in declared()} == {action.name for action in ACTIONS}
    assert len(declared()) == len(ACTIONS)


def test_names_and_commands_are_unique() -> None:
    assert len({action.name for action in ACTIONS}) == len(ACTIONS)
    commands = {(action.command, action.flag) for action in SELECTION_ACTIONS}
    assert len(commands) == len(SELECTION_ACTIONS)


def test_a_flag_belongs_to_a_command_of_its_own() -> None:
    commands = {action.command for action in SELECTION_ACTIONS if not action.flag}
    assert commands == {action.command for action in SELECTION_ACTIONS}


@SELECTION
def test_the_command_offers_it(action: SelectionAction) -> None:
    done = CliRunner().invoke(csvgate, ["dlq", action.command, "--help"])
    assert 0 == done.exit_code
    assert action.flag in done.output
    text = " ".join(done.output.split())
    assert " ".join((action.summary if action.flag else action.help).split()) in text


@SELECTION
def test_the_command_is_documented(action: SelectionAction) -> None:
    command = f"{action.command} {action.flag}".strip()
    assert f"| `{command}" in (DOCS / "dead-letters.md").read_text()


@pytest.mark.parametrize("action", ACTIONS, ids=lambda a: a.name)
def test_the_button_is_documented(action: Action) -> None:
    assert f"| **{action.label}** |" in (DOCS / "console.md").read_text()
