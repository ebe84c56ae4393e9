"""Sensitive columns are hidden until a reveal is recorded in the audit log."""

import json
from dataclasses import replace

from csvgate.contracts.match import Contracts
from csvgate.ports import Column
from csvgate.protocol.ledger.entries import Note
from csvgate_ops.operate.upload_list import upload_ids
from fakes.bigquery import Table
from unit.operate.console.browsing import Visit, address, letter, letter_world, visit, words
from unit.protocol.orders import orders

EMAIL = "customer@example.com"


def test_rows_of_a_chunk_are_shown_without_sensitive_values() -> None:
    there = letter_world()
    there.world.warehouse.tables["sales.orders"] = Table((Column("amount", "STRING"),))
    there.world.validate(there.world.upload("orders/a.csv", orders(20)))
    there.world.drain()
    here = visit(there)
    link = next(
        part.split('"')[0]
        for part in here.page("/letters/?code=table.contradicts").split('href="')
        if part.startswith("/letters/enrich")
    )
    hidden = here.page(link)
    assert "ORD-" in hidden
    assert "@example.com" not in hidden
    assert "Sensitive, so hidden: email" in words(hidden)
    assert [] == runs(here)
    shown = here.post(f"{link}/reveal")
    assert "@example.com" in shown.text
    assert "audit log" in shown.text
    assert ["reveal"] == runs(here)
    assert "reveal" in here.page("/audit/")
    assert "@example.com" not in here.page(link)


def runs(here: Visit) -> list[str]:
    """Actions in the audit log."""
    store = here.backend.world.store.buckets["audit"]
    return [
        json.loads(store[name].data)["action"]
        for name in sorted(store)
        if name.endswith(("/begun.json", "/recorded.json"))
    ]


def test_editing_hidden_values_is_recorded() -> None:
    there = letter_world()
    found = letter(there, data=json.dumps({"dataset": "orders", "email": EMAIL}).encode())
    here = visit(there)
    assert EMAIL not in here.page(address(found))
    asked = here.page(f"{address(found)}/edit")
    assert EMAIL not in asked
    assert "the audit log records that you saw them" in asked
    assert [] == runs(here)
    assert EMAIL in here.post(f"{address(found)}/edit").text
    assert ["reveal"] == runs(here)


def test_the_timeline_of_an_upload_masks_the_same_values() -> None:
    there = letter_world()
    there.world.validate(there.world.upload("orders/a.csv", orders(5)))
    (uploaded,) = upload_ids(there.world.ledger)
    words_of_a_row = f"could not convert '{EMAIL}'"
    note = Note(at=there.world.now, code="unexpected", message=words_of_a_row, function="f")
    there.world.ledger.upload(uploaded).note_repeat("odd", note)
    page = visit(there).page(f"/uploads/{uploaded}")
    assert "could not convert" in page
    assert EMAIL not in page


def test_service_messages_that_may_quote_a_row_are_masked_everywhere() -> None:
    there = letter_world()
    found = letter(
        there, csvgate_code="rows.refused", csvgate_message=f"bad value '{EMAIL}' in row 7"
    )
    here = visit(there)
    for path in ("/", "/letters/", "/letters/groups", address(found)):
        page = here.page(path)
        assert EMAIL not in page, path
        assert "in row 7" in page, path


def test_a_search_does_not_confirm_what_is_hidden() -> None:
    there = letter_world()
    data = json.dumps({"dataset": "orders", "email": EMAIL, "note": "seen"}).encode()
    letter(there, data=data, csvgate_code="a.hidden")
    words_of_a_row = f"bad value '{EMAIL}' in row 7"
    letter(there, csvgate_code="rows.refused", csvgate_message=words_of_a_row)
    here = visit(there)
    for text in (EMAIL, EMAIL.upper(), "customer"):
        assert "No letters match" in here.page(f"/letters/?text={text}")
    assert "a.hidden" in here.page("/letters/?text=SEEN")
    assert "rows.refused" in here.page("/letters/?text=in%20row%207")


def test_a_search_masks_by_the_contract_with_which_the_upload_was_read() -> None:
    """Before it was deployed, another version of the contract may have named other columns."""
    there = letter_world()
    there.world.validate(there.world.upload("orders/a.csv", orders(5)))
    (uploaded,) = upload_ids(there.world.ledger)
    data = json.dumps({"email": EMAIL}).encode()
    bare = replace(there.context, contracts=Contracts([]))
    letter(there, data=data, csvgate_dataset="orders", csvgate_upload=uploaded)
    here = visit(replace(there, context=bare))
    assert "No letters match" in here.page(f"/letters/?text={EMAIL}")


def test_the_difference_of_an_edit_shows_no_hidden_value_that_is_not_on_record() -> None:
    there = letter_world()
    found = letter(there, data=json.dumps({"dataset": "orders", "email": EMAIL}).encode())
    here = visit(there)
    path = f"{address(found)}/edit"
    shown = here.post(f"{path}/difference", data='{"dataset": "orders"}', attributes="{}")
    assert EMAIL in shown.text
    assert ["reveal"] == runs(here)
    here.post(f"{path}/difference", data="{}", attributes="{}")
    assert ["reveal"] == runs(here), "once for an operator and a letter"
