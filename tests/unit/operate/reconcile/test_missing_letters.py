"""A failed upload that no dead letter leads out of is found; one that waits for somebody is not."""

from datetime import timedelta

import pytest

from csvgate.ports import Column
from csvgate_ops.operate.dead_letters.actions.discard import discard
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.actions.replay import replay
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.reconcile.missing_letters import Letters
from csvgate_ops.operate.reconcile.run import Report
from fakes.bigquery import Table
from unit.operate.dead_letters.contexts import REALLY, LetterWorld, letter_world
from unit.operate.reconcile.test_reconcile_run import codes
from unit.operate.reconcile.test_reconcile_run import report as report_on
from unit.protocol.orders import orders
from world import World, letters_of

ENRICH = Filter(functions=("enrich_records",))


@pytest.fixture
def there() -> LetterWorld:
    """One failed upload with a letter about the failure and one about its rejected rows."""
    world = World()
    world.warehouse.tables["sales.orders"] = Table((Column("amount", "STRING"),))
    found = letter_world(world)
    world.validate(world.upload("orders/a.csv", orders(5, bad=1)))
    world.drain()
    assert ["rows.rejected", "table.contradicts"] == sorted(set(world.letter_codes()))
    return found


def report(
    there: LetterWorld, *, after: timedelta = timedelta(hours=1), letters: Letters | None = None
) -> Report:
    """The report with the letters that are left in the queues."""
    left = Letters.of(read(there.context).letters, complete=True)
    return report_on(there.world, after=after, letters=letters or left)


def without_letters(there: LetterWorld) -> None:
    """As if the letters had expired."""
    there.world.publisher.topics[letters_of("enrich_records")].clear()


def test_a_failed_upload_whose_letter_waits_is_in_order(there: LetterWorld) -> None:
    assert [] == codes(report(there))


def test_without_its_letter_it_is_found(there: LetterWorld) -> None:
    without_letters(there)
    (finding,) = report(there).findings
    assert ("letter.missing", "orders/a.csv") == (finding.code, finding.where)
    assert "enrich_records gave up with table.contradicts" in finding.message
    assert "nobody replayed or discarded one" in finding.message


def test_a_letter_about_rejected_rows_leads_nowhere(there: LetterWorld) -> None:
    """It is still in its queue in these tests, and discarding it is not an answer either."""
    without_letters(there)
    discard(there.context, Filter(functions=("validate_and_parse",)), REALLY)
    assert ["letter.missing"] == codes(report(there))


def test_a_young_failure_may_not_have_its_letter_yet(there: LetterWorld) -> None:
    without_letters(there)
    assert [] == codes(report(there, after=timedelta(minutes=29)))


def test_a_discarded_letter_was_a_decision(there: LetterWorld) -> None:
    discard(there.context, ENRICH, REALLY)
    assert [] == codes(report(there))
    assert [] == codes(report(there, after=timedelta(days=20)))


def test_a_replayed_letter_that_nothing_followed_is_found_after_a_while(there: LetterWorld) -> None:
    replay(there.context, ENRICH, REALLY)
    assert [] == codes(report(there, after=timedelta(minutes=29)))
    (finding,) = report(there).findings
    assert "letter.missing" == finding.code
    assert "was replayed by tester@here" in finding.message


def test_after_a_replay_that_completed_the_upload_nothing_is_missing(there: LetterWorld) -> None:
    del there.world.warehouse.tables["sales.orders"]
    there.world.restart()
    replay(there.context, ENRICH, REALLY)
    there.deliver()
    assert [] == codes(report(there))


def test_nothing_is_called_missing_when_not_all_letters_were_read(there: LetterWorld) -> None:
    assert [] == codes(report(there, letters=Letters(frozenset(), complete=False)))
    assert ["letter.missing"] == codes(report(there, letters=Letters(frozenset(["ab"]))))


def test_the_audit_log_is_read_only_if_a_letter_is_missing(there: LetterWorld) -> None:
    def audit_reads() -> int:
        there.world.effects.looks.clear()
        report(there)
        return sum("audit" in effect.target for effect in there.world.effects.looks)

    assert 0 == audit_reads()
    without_letters(there)
    assert audit_reads()
