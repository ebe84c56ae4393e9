"""The operator's letters and the uploaders': the verdict, the badge, main actions, references."""

import re

import pytest

from csvgate_ops.operate.breakers import BreakerState
from csvgate_ops.operate.console.verdict import verdict
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.references import letter_reference, upload_reference
from csvgate_ops.operate.upload_list import upload_ids
from unit.operate.console.browsing import (
    ENRICH,
    NOTIFY,
    Visit,
    address,
    codes,
    letter,
    letter_world,
    marker,
    visit,
    words,
)
from unit.operate.dead_letters.test_owners import VALIDATE, rejection
from unit.protocol.orders import orders
from world import letters_of

OPEN = BreakerState(function=ENRICH, state="open", revision="r1", tripped_by="50 of 50 messages")


@pytest.fixture(scope="module")
def here() -> Visit:
    """One failure below 200 letters of uploaders; for tests that change nothing."""
    there = letter_world()
    letter(there, ENRICH, marker(), csvgate_code="table.contradicts", csvgate_message="no column")
    for number in range(200):
        rejection(there, upload=f"{number:04x}")
    return visit(there)


def test_the_failure_is_above_the_letters_of_uploaders(here: Visit) -> None:
    assert "table.contradicts" == codes(here.page("/letters/"))[0]
    assert "table.contradicts" == codes(here.page("/letters/?order=code"))[0]
    assert ["table.contradicts"] == codes(here.page("/letters/?owner=operator"))
    assert {"rows.rejected"} == set(codes(here.page("/letters/?owner=uploader")))
    assert "200 letters of uploaders" in words(here.page("/letters/?owner=uploader"))
    assert "all 201 yours 1 the uploaders’ 200" in words(here.page("/letters/"))
    groups = words(here.page("/letters/groups"))
    assert groups.index("table.contradicts") < groups.index("rows.rejected the uploaders’")


def test_the_badge_counts_the_operators_letters(here: Visit) -> None:
    (badge,) = re.findall(r'<span class="badge"[^>]*>([\d,]+)<', here.page("/audit/"))
    assert "1" == badge


def test_the_verdict_leads_to_the_action_of_the_runbook(here: Visit) -> None:
    page = here.page("/")
    assert "1 thing needs you: 1 letter of enrich_records with table.contradicts." in words(page)
    assert "200 letters are the uploaders’" in words(page)
    (button,) = re.findall(r'<button name="action" value="(\w+)" class="main">([^<]*)<', page)
    assert ("replay", "Replay 1 letter…") == button
    fields = {"scope": "matching", "owner": "operator", "code": "table.contradicts"}
    assert all(f'name="{name}" value="{value}"' in page for name, value in fields.items())
    confirmation = words(
        here.confirm(
            action="replay", scope="matching", owner="operator", code="table.contradicts"
        ).text
    )
    assert "Replay 1 letter?" in confirmation
    assert "You selected every letter of yours, with code table.contradicts" in confirmation


def test_a_verdict_names_everything_the_most_urgent_first() -> None:
    there = letter_world()
    assert "Nothing needs you." == verdict((), ()).words
    assert "Nothing that was read needs you." == verdict((), (), is_complete=False).words
    rejection(there)
    assert "Nothing needs you." == verdict(read(there.context).letters, ()).words
    for code in ("table.contradicts", "table.contradicts", "event.malformed"):
        letter(there, ENRICH, marker(), csvgate_code=code)
    letters = read(there.context).letters
    found = verdict(letters, [OPEN])
    assert "3 things need you. The first one: the breaker of enrich_records is open." == found.words
    expected = [
        "the breaker of enrich_records is open",
        "2 letters of enrich_records with table.contradicts",
        "1 letter of enrich_records with event.malformed",
    ]
    assert expected == [thing.words for thing in found.things]
    actions = [thing.action.name if thing.action else None for thing in found.things]
    assert [None, "replay", "discard"] == actions
    assert 1 == found.others
    partly = verdict(
        [one for one in letters if one.code == "event.malformed"], (), is_complete=False
    )
    assert partly.words.startswith("At least 1 thing needs you: ")


def test_a_verdict_begins_with_letters_of_uploads_and_names_every_function() -> None:
    there = letter_world()
    for function in (ENRICH, NOTIFY, NOTIFY):
        letter(there, function, b"{}", csvgate_code="event.malformed")
    letter(there, VALIDATE, b"{}", csvgate_code="reference.missing", csvgate_upload="ab12")
    assert [
        "1 letter of validate_and_parse with reference.missing",
        "3 letters of enrich_records and notify_stakeholders with event.malformed",
    ] == [thing.words for thing in verdict(read(there.context).letters, ()).things]


def test_unread_letters_are_not_called_nothing() -> None:
    there = letter_world()
    there.queues._topics.clear()
    page = words(visit(there).page("/"))
    assert "Whether something needs you is not known" in page
    assert "Nothing needs you" not in page


def rejected() -> Visit:
    there = letter_world()
    there.world.validate(there.world.upload("orders/a.csv", orders(20, bad=2)))
    there.world.drain()
    return visit(there)


def test_the_console_says_that_the_contract_is_unchanged() -> None:
    """As the dry run of the command does."""
    here = rejected()
    (known,) = here.site.known_letters()
    page = here.page(f"/letters/{known.topic}/{known.id}")
    assert "it would reject them again: the contract is still the one that" in words(page)
    assert 'value="validate rejected rows again"' not in page
    assert '<button name="action" value="discard" class="main">' in page
    action = "validate rejected rows again"
    confirmation = words(here.confirm(scope="matching", action=action).text)
    assert "For 1 letter, the contract is still the one that rejected them" in confirmation


def test_the_console_warns_before_the_discard_of_what_an_upload_waits_for() -> None:
    there = letter_world()
    there.world.validate(there.world.upload("orders/a.csv", orders(5)))
    (known,) = upload_ids(there.world.ledger)
    for _ in range(2):
        letter(there, ENRICH, b"{}", ce_uploadid=known)
    letter(there, ENRICH, b"{}", ce_uploadid="ffff")
    page = words(visit(there).confirm(scope="matching", action="discard").text)
    assert "1 upload of these letters has not ended" in page


def test_a_confirmation_says_for_which_letters_the_runbook_names_another_action() -> None:
    there = letter_world()
    for code in ("table.contradicts", "table.contradicts", "object.gone", "event.malformed"):
        letter(there, ENRICH, marker(), csvgate_code=code)
    here = visit(there)
    discard = words(here.confirm(scope="matching", action="discard").text)
    assert "For 2 letters, the runbook names another action: replay." in discard
    replay = words(here.confirm(scope="matching", action="replay").text)
    # Also for a malformed message: its replay is not offered for it alone, but is done here.
    assert "For 2 letters, the runbook names another action: discard." in replay
    named = here.confirm(scope="matching", action="replay", code="table.contradicts").text
    assert "another action" not in named


def test_an_upload_that_failed_before_it_was_recorded_leads_to_its_letter() -> None:
    there = letter_world()
    there.world.store.delete("references", "customers.csv")
    there.world.validate(there.world.upload("orders/early.csv", orders(2)))
    here = visit(there)
    (known,) = here.site.known_letters()
    assert ("reference.missing", "orders/early.csv") == (known.code, known.object_name)
    answer = here.get(f"/uploads/{known.upload}")
    assert f"/letters/?upload={known.upload}" == answer.request.full_path
    assert "orders/early.csv" in words(answer.text)
    assert 404 == here.get("/uploads/abcd").status_code
    assert "1 more failed before it was recorded" in words(here.page("/"))
    listed = "1 upload failed before it was recorded"
    for query in ("", "?state=failed"):
        assert listed in words(here.page(f"/uploads/{query}"))
    assert listed not in words(here.page("/uploads/?state=ignored"))


def test_references_lead_to_the_pages() -> None:
    here = rejected()
    (known,) = here.site.known_letters()
    reference = letter_reference(known.topic, known.id)
    one = here.page(f"/letters/{known.topic}/{known.id}")
    assert reference in words(one)
    assert "orders/a.csv" in words(one)
    assert words(one) == words(here.get(f"/letters/?text={reference}").text)
    upload = upload_reference(known.upload)
    page = here.page(f"/uploads/{known.upload}")
    assert upload in words(page)
    assert words(page) == words(here.get(f"/letters/?text={upload}").text)
    assert "1 upload" in here.page(f"/uploads/?text={upload}")
    missing = letter_reference(letters_of(ENRICH), "77")
    answer = here.get(f"/letters/?text={missing}")
    assert 404 == answer.status_code
    assert address("77") == answer.request.path
