"""Usage and output of `csvgate revoke` and `csvgate restore`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from csvgate.runtime.errors import Transient
from csvgate_ops.cli import main as cli
from csvgate_ops.cli.operate._undoing import TRIES, patiently
from csvgate_ops.session import Session
from unit.operate.undo.undoing import GOOD, ORIGINAL, services, with_two_corrections
from unit.protocol.invariants import loaded
from world import World


@pytest.mark.parametrize("name", ["revoke", "restore"])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [((), "UPLOAD"), (("ab",), "--reason"), (("ab", "--reason", " "), "say why")],
)
def test_a_wrong_call_exits_2_and_says_why(
    name: str, arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    done = CliRunner(env={"CSVGATE_DATA_DIR": str(tmp_path)}).invoke(
        cli.csvgate, [name, *arguments]
    )
    assert (2, "") == (done.exit_code, done.stdout)
    assert said in done.stderr


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """The cloud that the commands find: an upload with two corrections."""
    there, _, _ = with_two_corrections()
    for name in ("revoke", "restore"):
        module = f"csvgate_ops.cli.operate.{name}"
        monkeypatch.setattr(f"{module}.open_session", lambda *_: Session({"project": "p"}))
        monkeypatch.setattr(f"{module}.services_of", lambda *_: services(there))
    monkeypatch.setattr("csvgate_ops.cli.operate.revoke.bytes_scanned", lambda *_: 2_500_000)
    monkeypatch.setattr("csvgate_ops.cli.operate.restore.WAIT_SECONDS", 0)
    monkeypatch.setattr("csvgate_ops.cli.operate.restore._POLL_SECONDS", 0)
    monkeypatch.setattr(Session, "ledger", lambda _: there.ledger)
    return there


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(cli.csvgate, [*arguments, "--reason", "the wrong month"])
    assert 0 == done.exit_code, done.output
    return done


def test_a_dry_run_shows_everything_and_changes_nothing(world: World) -> None:
    shown = run("revoke", ORIGINAL).stdout
    assert f"{GOOD + 3} rows of sales.orders would be removed:" in shown
    assert 2 == shown.count(" of correction ")
    assert "DELETE FROM `p`.`sales`.`orders`" in shown
    assert "BigQuery would read 2.5 MB." in shown
    assert "This was a dry run: nothing was changed. Add --yes to act." in shown
    found = json.loads(run("revoke", ORIGINAL, "--json").stdout)
    assert (GOOD + 3, 2_500_000, True) == (found["rows"], found["bytes"], found["dry_run"])
    assert GOOD + 3 == len(loaded(world))


def test_rows_are_removed_and_loaded_again(world: World) -> None:
    shown = run("revoke", ORIGINAL, "--yes").stdout
    assert f"revoked: {GOOD + 3} rows of sales.orders removed" in shown
    assert "csvgate restore" in shown
    assert [] == loaded(world)
    status = CliRunner().invoke(cli.csvgate, ["revoke", ORIGINAL, "--reason", "x", "--yes"])
    assert 1 == status.exit_code
    assert "was revoked at" in status.stderr
    assert "This was a dry run" in run("restore", ORIGINAL).stdout
    assert [] == loaded(world)
    shown = run("restore", ORIGINAL, "--yes").stdout
    assert "is loaded again from its staged chunks, in attempt 2" in shown
    assert "2 corrections of it can follow once it has completed" in shown
    world.drain()
    assert 2 == run("restore", ORIGINAL, "--yes").stdout.count("is loaded again")
    world.drain()
    assert GOOD + 3 == len(loaded(world))


def test_a_failure_that_may_pass_is_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    left = [Transient("effect.running", "job 1 is not done yet")] * (TRIES - 1)

    def act() -> str:
        if left:
            raise left.pop()
        return "done"

    assert "done" == patiently(act, lambda _: None)
    assert TRIES - 1 == capsys.readouterr().err.count("trying again")
