"""Usage of `csvgate dlq`."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from csvgate_ops.cli import main as cli
from csvgate_ops.cli.dlq._options import TimeType
from csvgate_ops.cli.dlq._reading import read_letters
from csvgate_ops.cli.dlq._running import run_in_terminal
from csvgate_ops.cli.operate.dlq import command as dlq
from csvgate_ops.operate.dead_letters.actions import SELECTION_ACTIONS
from csvgate_ops.operate.dead_letters.actions.discard import DISCARD
from csvgate_ops.operate.dead_letters.actions.replay import REPLAY
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.queue.port import Pulled
from csvgate_ops.operate.dead_letters.runs import RunOptions
from unit.cli.test_cli import run
from unit.operate.console.browsing import letter, letter_world, marker
from unit.operate.dead_letters.test_owners import rejection

assert isinstance(dlq, click.Group)
NAMES = dlq.list_commands(click.Context(dlq))


def test_the_subcommands() -> None:
    modules = {"edit", "export", "groups", "list", "show"}
    assert sorted(modules | {action.command for action in SELECTION_ACTIONS}) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_subcommand_explains_itself(name: str) -> None:
    done = CliRunner().invoke(cli.csvgate, ["dlq", name, "--help"])
    assert 0 == done.exit_code
    assert f"dlq {name} [OPTIONS]" in done.output
    assert "--project" in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nonsense",), "No such command"),
        (("replay",), "no letters are selected"),
        (("replay", "--all", "--code", "x"), "cannot be combined"),
        (("replay", "--all", "--rate", "0"), "--rate"),
        (("discard", "--all"), "--reason"),
        (("discard", "--reason", "x"), "no letters are selected"),
        (("list", "--since", "yesterday"), "is not a time"),
        (("list", "--since", "9" * 20 + "d"), "too long ago"),
        (("groups", "--by", "colour"), "colour"),
        (("show",), "ID"),
        (("edit", "1", "--attribute", "x"), "NAME=VALUE"),
        (("list", "--topology", __file__), "requires --project"),
    ],
)
def test_a_wrong_call_exits_2_and_says_why(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    where = () if arguments == ("nonsense",) else ("--data-dir", str(tmp_path))
    done = run("dlq", *arguments, *where)
    assert (2, "") == (done.returncode, done.stdout)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_cloud_it_says_so(tmp_path: Path) -> None:
    done = run("dlq", "list", "--data-dir", str(tmp_path))
    assert (1, "") == (done.returncode, done.stdout)
    assert "csvgate up" in done.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-11-21T10:00+02:00", datetime(2026, 11, 21, 8, tzinfo=UTC)),
    ],
)
def test_times(text: str, expected: datetime) -> None:
    assert expected == TimeType().convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "ago"),
    [("30m", timedelta(minutes=30)), ("2h", timedelta(hours=2)), ("7d", timedelta(days=7))],
)
def test_ages(text: str, ago: timedelta) -> None:
    before = datetime.now(UTC)
    found = TimeType().convert(text, None, None)
    assert before <= found + ago <= datetime.now(UTC)


def test_an_invalid_time() -> None:
    with pytest.raises(click.BadParameter):
        TimeType().convert("", None, None)


def test_a_dry_run_says_for_which_letters_the_runbook_names_another_action(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As the console's confirmation does."""
    there = letter_world()
    for code in ("table.contradicts", "table.contradicts", "event.malformed"):
        letter(there, data=marker(), csvgate_code=code)
    rejection(there)
    for action, said in (
        (REPLAY, "For 1 letter, the runbook names another action: discard."),
        (DISCARD, "For 2 letters, the runbook names another action: replay."),
    ):
        act = partial(action.run, there.context, Filter())
        run_in_terminal(there.context, Filter(), RunOptions(reason="x"), act, as_json=False)
        assert said in capsys.readouterr().out.splitlines()


def test_a_reading_that_finds_nothing_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """An open console that is reading holds every letter, and gives them back."""
    there = letter_world()
    waiting = letter(there)
    pull, asked = there.queues.pull, set[str]()

    def held_at_first(subscription: str, most: int, seconds: float) -> Sequence[Pulled]:
        if subscription not in asked:
            asked.add(subscription)
            return ()
        return pull(subscription, most, seconds)

    monkeypatch.setattr(there.queues, "pull", held_at_first)
    found = read_letters(there.context, quiet=True)
    assert [waiting] == [each.id for each in found.letters]
