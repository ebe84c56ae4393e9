"""Usage and output of `csvgate status` as a list."""

import json
import re
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from csvgate_ops.cli import main as cli
from csvgate_ops.session import Session
from unit.delivery.simple import contracts, table
from unit.operate.upload_index.many_uploads import NOW, CountedStore, ledger_of
from world import World


@pytest.fixture(scope="module")
def some() -> tuple[object, CountedStore]:
    """198 uploads in a day, until the day that is "now" in the index."""
    return ledger_of(198, timedelta(minutes=7))


@pytest.fixture
def store(some: tuple[object, CountedStore], monkeypatch: pytest.MonkeyPatch) -> CountedStore:
    ledger, store = some
    monkeypatch.setattr(
        "csvgate_ops.cli.operate.status.open_session", lambda *_: Session({"project": "p"})
    )
    monkeypatch.setattr(Session, "ledger", lambda _: ledger)
    store.asked()
    return store


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(cli.csvgate, ["status", "--until", f"{NOW:%Y-%m-%d}", *arguments])
    assert 0 == done.exit_code, done.output
    return done


def test_the_newest_are_listed_and_all_are_counted(store: CountedStore) -> None:
    said = run("--most", "3").stdout
    assert 3 == store.asked()[1]
    assert 3 == said.count(".csv")
    total = (
        "The newest 3 of 198 uploads: 190 completed, 2 rejected, 2 failed, 2 under way, 2 ignored."
    )
    assert total in said


@pytest.mark.parametrize(
    ("state", "number"), [("ignored", 2), ("under-way", 2), ("failed", 2), ("revoked", 0)]
)
def test_states_are_chosen_without_further_reads(
    state: str, number: int, store: CountedStore
) -> None:
    found = json.loads(run("--state", state, "--json").stdout)
    assert [state.replace("-", " ")] * number == [line["state"] for line in found]
    assert number == store.asked()[1]


def test_what_is_asked_for_together_must_all_hold(store: CountedStore) -> None:
    said = run("--state", "failed", "--state", "rejected", "--dataset", "orders", "--json").stdout
    assert {("orders", "failed"), ("orders", "rejected")} >= {
        (line["dataset"], line["state"]) for line in json.loads(said)
    }
    assert 4 == store.asked()[1]
    day = run("--since", "2026-11-29", "--text", "RETURNS", "--json").stdout
    names = [line["upload"]["name"] for line in json.loads(day)]
    assert names
    assert all(name.startswith("returns/2026-11-29") for name in names)


def test_a_filter_that_nothing_passes_says_so(store: CountedStore) -> None:
    assert "No uploads match. 0 uploads.\n" == run("--text", "invoices").stdout
    assert 198 == store.asked()[1]


@pytest.mark.parametrize("arguments", [["--state", "loading"], ["--since", "yesterday"]])
def test_a_wrong_call_exits_2(arguments: list[str]) -> None:
    assert 2 == CliRunner().invoke(cli.csvgate, ["status", *arguments]).exit_code


def test_ignored_objects_are_listed_with_name_and_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(contracts=contracts())
    for name in ("notes/zoë 2026.txt", "plain/ada.csv", "notes/mei.txt"):
        world.validate(world.upload(name, table(1)))
    monkeypatch.setattr(
        "csvgate_ops.cli.operate.status.open_session", lambda *_: Session({"project": "p"})
    )
    monkeypatch.setattr(Session, "ledger", lambda _: world.ledger)
    said = run("--state", "ignored").stdout
    assert ["notes/mei.txt", "notes/zoë 2026.txt"] == re.findall(r"notes/\S+(?: 2026)?\.?\w*", said)
    assert ["no_contract"] * 2 == re.findall(r"^ +(\w+) *$", said, re.MULTILINE)
    assert said.endswith("2 uploads: 2 ignored.\n")
