"""Usage and output of `csvgate backfill`."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from csvgate_ops.cli import main as cli
from csvgate_ops.session import Session
from unit.delivery.simple import table
from unit.operate.backfill.test_backfill import TOPOLOGY, Archive

COMMAND = "csvgate_ops.cli.operate.backfill"


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Archive:
    """The cloud that the command finds."""
    there = Archive()
    monkeypatch.setattr(f"{COMMAND}.open_session", lambda *_: Session({"project": "p"}))
    monkeypatch.setattr(f"{COMMAND}.letter_context", lambda *_: there.there.context)
    monkeypatch.setattr(f"{COMMAND}.GcsCopier", lambda _: there.copier)
    monkeypatch.setattr(Session, "topology", lambda _: TOPOLOGY)
    monkeypatch.setattr(Session, "storage", lambda _: None)
    return there


def run(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(cli.csvgate, ["backfill", *arguments], input=answer)


@pytest.mark.parametrize(("arguments", "said"), [((), "PREFIX"), (("x", "--rate", "0"), "--rate")])
def test_a_wrong_call_exits_2_and_says_why(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    done = CliRunner(env={"CSVGATE_DATA_DIR": str(tmp_path)}).invoke(
        cli.csvgate, ["backfill", *arguments]
    )
    assert (2, "") == (done.exit_code, done.stdout)
    assert said in done.stderr


def test_nothing_is_sent_without_an_agreement(archive: Archive) -> None:
    archive.put("plain/a.csv")
    done = run("plain/", "--bucket", "archive", answer="n\n")
    assert 1 == done.exit_code
    assert "gs://archive/plain/: 1 object to load" in done.stdout
    assert "cost: about $" in done.stdout
    assert "Send them?" in done.stderr
    assert {} == archive.store.buckets["uploads"]


def test_what_has_not_ended_in_time_is_listed(archive: Archive) -> None:
    archive.put("plain/a.csv")
    archive.put("plain/b.txt")
    done = run("plain/", "--bucket", "archive", "--wait", "0", "--rate", "50", answer="y\n")
    assert 1 == done.exit_code
    assert "left out: plain/b.txt: no contract matches its name" in done.stdout
    assert "not loaded: plain/a.csv: under way" in done.stdout
    assert "1 object sent; uploads: 1 under way" in done.stdout
    assert "sent 1 of 1" in done.stderr
    archive.deliver()
    again = run("plain/", "--bucket", "archive", "--yes")
    assert (0, True) == (again.exit_code, "0 objects to load" in again.stdout)
    assert "0 objects sent; uploads: 1 completed" in again.stdout
    assert 3 == archive.rows()


def test_the_result_as_json(archive: Archive) -> None:
    info = archive.put("plain/a.csv", bucket="uploads")
    archive.store.put("uploads", "plain/b.txt", table(1))
    done = run("plain/", "--yes", "--json", "--wait", "0", "--rate", "50")
    found: dict[str, Any] = json.loads(done.stdout)
    assert (1, 1, 0) == (done.exit_code, found["sent"], found["known"])
    assert "no_contract" == found["left_out"][0]["reason"]
    (upload,) = found["outcomes"]
    assert f"gs://uploads/plain/a.csv#{info.generation}" == upload["object"]
    assert "under_way" == upload["state"]


def test_what_the_ledger_may_have_forgotten_is_sent_on_request(archive: Archive) -> None:
    """The topology keeps entries of the ledger for 400 days."""
    archive.put("plain/a.csv", bucket="uploads")
    archive.world.now += timedelta(days=400)
    assert "left out: 1 object (forgotten)" in run("plain/", "--wait", "0").stdout
    done = run("plain/", "--wait", "0", "--rate", "50", "--forgotten", "--yes")
    assert "1 object sent" in done.stdout
