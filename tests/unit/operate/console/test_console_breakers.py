"""Lifting a breaker from the console, and names that nobody has verified."""

import pytest

from csvgate.protocol.ledger.entries import AuditAction, Tripped
from csvgate.protocol.ledger.paths import AUDIT_RECORDED
from csvgate.runtime.breaker_ledger import BreakerLedger
from csvgate_ops.operate.audit import named, record
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.audit import AuditLog
from unit.operate.console.browsing import Visit, address, letter, letter_world, visit, words
from unit.operate.dead_letters.contexts import LetterWorld

LIFT = "/breakers/enrich_records/lift"


def tripped(there: LetterWorld, revision: str = "r1") -> BreakerLedger:
    entries = BreakerLedger(there.world.ledger, "enrich_records", revision)
    now = there.world.now
    entries.trip(1, Tripped(at=now, since=now, letters=50, handled=1, codes={"stream.gone": 50}))
    return entries


@pytest.fixture
def there() -> LetterWorld:
    return letter_world()


def recorded(here: Visit) -> list[AuditAction]:
    audit = here.backend.context.ledger.audit
    found = [audit.get(AUDIT_RECORDED, **parts) for parts in audit.find(AUDIT_RECORDED)]
    return [entry for entry in found if entry]


def test_the_overview_leads_to_the_confirmation(there: LetterWorld) -> None:
    tripped(there)
    here = visit(there)
    assert f'href="{LIFT}"' in here.page("/")
    page = here.page(LIFT)
    for expected in ("Lift the breaker of enrich_records?", "stream.gone", "(revision r1)"):
        assert expected in words(page)
    assert [] == recorded(here), "a page lifts nothing"


def test_it_is_lifted_with_a_reason_and_recorded(there: LetterWorld) -> None:
    every = [tripped(there), tripped(there, "r2")]
    here = visit(there)
    answer = here.post(LIFT, reason="  the table is back ")
    assert "/" == answer.request.path
    assert "The breaker of" not in answer.text
    assert not any(entries.standing().is_open for entries in every)
    assert [("breaker.lift", "tester@here", "", "the table is back")] * 2 == [
        (each.action, each.actor, each.verified_by, each.reason) for each in recorded(here)
    ]
    lifted = every[0].lifted(1)
    assert lifted is not None
    assert ("tester@here", "the table is back") == (lifted.actor, lifted.reason)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 1001])
def test_without_a_good_reason_nothing_is_lifted(there: LetterWorld, reason: str) -> None:
    entries = tripped(there)
    here = visit(there)
    answer = here.post(LIFT, reason=reason)
    assert 400 == answer.status_code
    assert "The reason is" in answer.text
    assert entries.standing().is_open
    assert [] == recorded(here)


def test_a_breaker_that_is_not_open_any_more_is_left_alone(there: LetterWorld) -> None:
    tripped(there)
    here = visit(there)
    here.post(LIFT, reason="the table is back")
    for answer in (here.get(LIFT), here.post(LIFT, reason="again")):
        assert 409 == answer.status_code
        assert "is not open" in answer.text
    assert 1 == len(recorded(here))


@pytest.mark.parametrize("function", ["validate", "..%2Fuploads", "enrich_records%00"])
def test_only_functions_have_breakers(there: LetterWorld, function: str) -> None:
    tripped(there)
    here = visit(there)
    assert 404 == here.get(f"/breakers/{function}/lift").status_code
    assert 404 == here.post(f"/breakers/{function}/lift", reason="x").status_code


@pytest.mark.parametrize(
    ("verified_by", "shown", "by"),
    [
        ("", "ada@laptop (claimed)", "nobody: the name is claimed"),
        ("iap", "ada@laptop", "Identity-Aware Proxy"),
        ("id-token", "ada@laptop", "an ID token"),
    ],
)
def test_the_audit_log_says_who_is_verified(
    there: LetterWorld, verified_by: str, shown: str, by: str
) -> None:
    context = there.context
    run = record(
        *(context.ledger, "reveal", "ada@laptop", "test", {}, context.clock),
        verified_by=verified_by,
    )
    here = visit(there)
    assert shown == named("ada@laptop", verified_by)
    assert shown in words(here.page("/audit/"))
    assert verified_by == "" or "(claimed)" not in words(here.page("/audit/"))
    assert f"Verified by {by}" in words(here.page(f"/audit/{run}"))


@pytest.mark.parametrize("verified_by", ["", "iap"])
def test_the_history_of_a_letter_says_who_is_verified(there: LetterWorld, verified_by: str) -> None:
    letter_id = letter(there)
    (found,) = read(there.context).letters
    clock = there.context.clock
    log = AuditLog(there.context.ledger, "ada@laptop", clock, "2026-11-21/r1", "", verified_by)
    log.record(found, "replayed", "to validated-records")
    shown = words(visit(there).page(address(letter_id)))
    assert ("by ada@laptop (claimed)" in shown) == (verified_by == "")
    assert "replayed by ada@laptop" in shown
