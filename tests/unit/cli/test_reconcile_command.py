"""What `csvgate reconcile` prints about lost events and unknown objects, and what it publishes."""

import json
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from csvgate_ops.cli import main as cli
from csvgate_ops.cli.operate import reconcile as command
from csvgate_ops.operate.reconcile.facts import Deadline
from csvgate_ops.operate.reconcile.run import Reconciliation
from csvgate_ops.session import Session
from unit.operate.dead_letters.contexts import TRANSPORT, LetterWorld, letter_world
from unit.operate.reconcile.test_reconcile_run import TABLE, read
from unit.protocol.orders import orders


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> LetterWorld:
    """The cloud that the command finds: one lost event, and one object that no contract matches."""
    found = letter_world()
    found.world.upload("orders/lost.csv", orders(4))
    found.world.upload("unknown/a.csv", b"x")

    def of_session(
        _session: object, _now: datetime, *, since: timedelta | None, **options: object
    ) -> Reconciliation:
        now = found.world.now + timedelta(hours=2)
        return Reconciliation(
            ledger=found.world.ledger,
            read_table=read(found.world),
            tables=frozenset([TABLE]),
            deadline=Deadline(now, timedelta(hours=1)),
            since=None if since is None else now - since,
            rejects_kept=None,
            contracts=found.world.contracts,
            uploads_bucket="uploads",
            ledger_kept=None,
            read_letters=options["read_letters"],  # type: ignore[arg-type]
        )

    monkeypatch.setattr(command, "open_session", lambda *_: Session({}))
    monkeypatch.setattr(command, "of_session", of_session)
    monkeypatch.setattr(command, "letter_context", lambda *_: found.context)
    return found


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.csvgate, ["reconcile", *arguments])


def test_it_names_the_remedy_and_publishes_nothing(there: LetterWorld) -> None:
    done = run()
    assert 1 == done.exit_code
    assert "event.lost" in done.stdout
    assert "`csvgate reconcile --replay-lost` publishes the lost events again." in done.stdout
    assert "unknown/a.csv" not in done.stdout
    assert "1 finding: 0 uploads, 1 table, 0 reject files, 2 uploaded objects" in done.stdout
    assert [] == there.world.publisher.topics[TRANSPORT]


def test_it_publishes_lost_events_when_asked(there: LetterWorld) -> None:
    done = run("--replay-lost")
    assert 1 == done.exit_code
    assert "1 notification published again" in done.stdout
    there.deliver()
    done = run()
    assert (0, True) == (done.exit_code, "no discrepancies" in done.stdout)
    assert 4 == len(there.world.warehouse.rows(TABLE))


def test_unmatched_objects_are_listed_when_asked(there: LetterWorld) -> None:
    assert "no contract matches gs://uploads/unknown/a.csv#" in run("--unmatched").stdout
    found = json.loads(run("--json").stdout)
    assert 1 == len(found["unmatched"])
    assert ["event.lost"] == [finding["code"] for finding in found["findings"]]


def test_letters_are_read_unless_the_option_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
    there: LetterWorld,
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the queues are read")

    monkeypatch.setattr(command, "read", refuse)
    assert isinstance(run().exception, AssertionError)
    assert 1 == run("--no-letters").exit_code


def test_the_period_is_counted_back_from_now(there: LetterWorld) -> None:
    assert 0 == run("--since", "1h").exit_code
    assert 1 == run("--since", "3h").exit_code
