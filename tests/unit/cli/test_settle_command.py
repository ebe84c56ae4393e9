"""Usage and output of `csvgate settle`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from csvgate.protocol.stream_ages import StreamAges
from csvgate_ops.cli import main as cli
from csvgate_ops.session import Session
from unit.operate.loads import NAME, decided
from world import World


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "UPLOAD"),
        (("ab",), "--as"),
        (("ab", "--as", "loaded"), "committed"),
        (("ab", "--as", "committed"), "--reason"),
        (("ab", "--as", "committed", "--reason", " "), "say how you know"),
        (("ab", "--as", "committed", "--reason", "x", "--attempt", "0"), "--attempt"),
    ],
)
def test_a_wrong_call_exits_2_and_says_why(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    done = CliRunner(env={"CSVGATE_DATA_DIR": str(tmp_path)}).invoke(
        cli.csvgate, ["settle", *arguments]
    )
    assert (2, "") == (done.exit_code, done.stdout)
    assert said in done.stderr


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """The cloud that the command finds: an upload whose commit never reached BigQuery."""
    there, _ = decided()
    monkeypatch.setattr(
        "csvgate_ops.cli.operate.settle.open_session", lambda *_: Session({"project": "p"})
    )
    monkeypatch.setattr(Session, "ledger", lambda _: there.world.ledger)
    monkeypatch.setattr(Session, "stream_ages", lambda _: StreamAges())
    return there.world


def run(*arguments: str) -> Result:
    reason = ("--reason", "Ada looked at the table")
    return CliRunner().invoke(cli.csvgate, ["settle", *arguments, *reason])


def test_it_says_what_to_do_next(world: World) -> None:
    done = run(NAME, "--as", "committed")
    assert 0 == done.exit_code, done.output
    assert "settled attempt 1 of upload" in done.stdout
    assert "Now run: csvgate dlq replay --upload" in done.stdout
    again = run(NAME, "--as", "committed")
    assert (1, "") == (again.exit_code, again.stdout)
    assert "was settled as committed" in again.stderr
    assert world.ledger.upload(json_id(done)).attempt(1).settled() is not None


def json_id(done: Result) -> str:
    return done.stdout.partition(" upload ")[2].partition(" ")[0]


def test_as_json(world: World) -> None:
    done = run(NAME, "--as", "committed", "--json")
    found = json.loads(done.stdout)
    assert ("committed", 1, ["bigquery.unavailable"]) == (
        found["verdict"],
        found["attempt"],
        found["letters"],
    )


def test_a_refusal_exits_1(world: World) -> None:
    done = run(NAME, "--as", "committed", "--attempt", "9")
    assert (1, "") == (done.exit_code, done.stdout)
    assert "attempt 9" in done.stderr


def test_an_unknown_upload_exits_1(world: World) -> None:
    done = run("orders/other.csv", "--as", "committed")
    assert 1 == done.exit_code
    assert "no upload matches" in done.stderr
