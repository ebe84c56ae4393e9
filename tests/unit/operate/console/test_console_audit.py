"""The search of the audit log, and the links between uploads, letters and entries."""

from urllib.parse import urlencode

import pytest

from csvgate_ops.operate.audit import record
from csvgate_ops.operate.console.pages import audit
from csvgate_ops.operate.dead_letters.actions.discard import discard
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.runs import RunOptions
from csvgate_ops.operate.references import letter_reference, upload_reference
from csvgate_ops.operate.upload_list import upload_ids
from fakes.effects import Effect
from unit.operate.console.browsing import Visit, address, letter, letter_world, visit, words
from unit.operate.dead_letters.contexts import LetterWorld
from unit.protocol.orders import orders
from world import letters_of

UPLOAD = "9f2c41d07be35a68"


def discarded(there: LetterWorld) -> tuple[str, str]:
    """Two letters that were discarded by a run each, for different reasons."""
    first = letter(there, csvgate_code="a.code", csvgate_upload=UPLOAD)
    second = letter(there, csvgate_code="b.code", csvgate_upload="11d0")
    for each, reason in ((first, "sent twice"), (second, "the shop has closed")):
        discard(there.context, Filter(ids=(each,)), RunOptions(dry_run=False, reason=reason))
    return first, second


def searched(here: Visit, text: str) -> str:
    return here.page(f"/audit/?{urlencode({'text': text})}")


def test_the_audit_log_is_searched_by_names_ids_and_references() -> None:
    there = letter_world()
    first, _ = discarded(there)
    here = visit(there)
    for text in ("SENT twice", "a.code", UPLOAD, UPLOAD[:8], upload_reference(UPLOAD), first):
        page = searched(here, text)
        assert "sent twice" in page, text
        assert "the shop has closed" not in page, text
        assert "1 entry with" in words(page)
    # A reference names one letter, not all whose ids contain its id.
    named = searched(here, letter_reference(letters_of("enrich_records"), first))
    assert "sent twice" in named
    assert "1 entry with" in words(named)
    part = searched(here, letter_reference(letters_of("enrich_records"), first[:-1]))
    assert "No entries contain" in words(part)
    both = searched(here, "tester")
    assert "2 entries" in words(both)
    nothing = searched(here, "<b>nothing</b>")
    assert "contain “&lt;b&gt;nothing&lt;/b&gt;”" in nothing


def test_a_search_reads_a_bounded_number_of_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    there = letter_world()
    discarded(there)
    here = visit(there)
    monkeypatch.setattr(audit, "_MOST_SEARCHED", 1)
    there.world.effects.looks.clear()
    assert "among the newest 1" in words(searched(here, "sent twice"))
    reads = [it for it in there.world.effects.looks if _reads_an_entry(it)]
    assert 2 == len(reads)


def _reads_an_entry(effect: Effect) -> bool:
    return "audit/" in effect.target and effect.target.endswith(".json")


def test_letters_and_entries_link_to_each_other() -> None:
    there = letter_world()
    waiting = letter(there, csvgate_upload=UPLOAD)
    there.world.validate(there.world.upload("orders/a.csv", orders(3)))
    (upload,) = upload_ids(there.world.ledger)
    run = record(there.world.ledger, "upload.revoke", "ada@desk", "twice", {"upload": upload})
    here = visit(there)
    reference = letter_reference(letters_of("enrich_records"), waiting)
    assert f'href="/audit/?text={reference}"' in here.page(address(waiting))
    assert f'href="/audit/?text={upload}"' in here.page(f"/uploads/{upload}")
    assert f'href="/audit/{run}"' in searched(here, upload)
    assert f'href="/uploads/{upload}"' in here.page(f"/audit/{run}")
