"""Usage of `csvgate dlq`."""

import pkgutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from csvgate_ops.cli import dlq as _dlq
from csvgate_ops.cli import main as cli
from csvgate_ops.cli.dlq._options import Moment
from unit.cli.test_cli import run

NAMES = sorted(
    m.name.removesuffix("_")
    for m in pkgutil.iter_modules(_dlq.__path__)
    if not m.name.startswith("_")
)


def test_the_subcommands() -> None:
    assert ["discard", "edit", "export", "groups", "list", "replay", "show"] == NAMES


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
        (("replay",), "say which letters"),
        (("replay", "--all", "--code", "x"), "contradict"),
        (("replay", "--all", "--rate", "0"), "--rate"),
        (("discard", "--all"), "--reason"),
        (("discard", "--reason", "x"), "say which letters"),
        (("list", "--since", "yesterday"), "is no time"),
        (("list", "--since", "9" * 20 + "d"), "too long ago"),
        (("groups", "--by", "colour"), "colour"),
        (("show",), "ID"),
        (("edit", "1", "--attribute", "x"), "NAME=VALUE"),
        (("list", "--topology", __file__), "goes with --project"),
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
def test_moments(text: str, expected: datetime) -> None:
    assert expected == Moment().convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "ago"),
    [("30m", timedelta(minutes=30)), ("2h", timedelta(hours=2)), ("7d", timedelta(days=7))],
)
def test_moments_ago(text: str, ago: timedelta) -> None:
    before = datetime.now(UTC)
    found = Moment().convert(text, None, None)
    assert before <= found + ago <= datetime.now(UTC)


def test_a_moment_that_is_none() -> None:
    with pytest.raises(click.BadParameter):
        Moment().convert("", None, None)
