"""Sensitive values are shown nowhere, unless a reveal is recorded in the audit log."""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from csvgate.contracts.match import Contracts
from csvgate.ports import Column, Message
from csvgate.protocol.ledger.entries import AuditAction
from csvgate.protocol.ledger.paths import AUDIT_RECORDED
from csvgate.runtime.errors import Permanent
from csvgate.validation.sensitive_values import MASK
from csvgate_ops.operate.dead_letters.actions.edit import Edit, difference
from csvgate_ops.operate.dead_letters.actions.export import export
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.actions.show import Detail, fetch, show
from csvgate_ops.operate.dead_letters.content.masking import NOTHING, Mask, message_of
from csvgate_ops.operate.dead_letters.content.reject_file import grid_of
from csvgate_ops.operate.dead_letters.content.staged_chunk import chunk_of, preview
from csvgate_ops.operate.dead_letters.filters import Filter
from fakes.bigquery import Table
from fakes.effects import Effect
from unit.operate.dead_letters.contexts import LetterWorld, letter_world
from unit.protocol.orders import HEADER, labelled_orders, orders, row
from unit.validation.files import contract
from world import World, letters_of

SECRET = "a3@example.com"


def chunk_letter() -> LetterWorld:
    """A letter about a chunk whose rows have email addresses."""
    world = World()
    world.warehouse.tables["sales.orders"] = Table((Column("amount", "STRING"),))
    there = letter_world(world)
    world.validate(world.upload("orders/a.csv", orders(5)))
    world.drain()
    return there


def chunk_id(there: LetterWorld) -> str:
    return next(it.id for it in read(there.context).letters if it.kind == "chunk")


def everything(detail: Detail) -> str:
    return json.dumps(detail.as_json())


def revealed(there: LetterWorld) -> list[AuditAction]:
    ledger = there.world.ledger
    actions = [
        ledger.audit.get(AUDIT_RECORDED, **parts) for parts in ledger.audit.find(AUDIT_RECORDED)
    ]
    return [found for found in actions if found]


def test_a_chunk_is_a_table_with_its_sensitive_columns_masked() -> None:
    there = chunk_letter()
    detail = show(there.context, chunk_id(there))
    grid = detail.chunk_rows.grid
    assert grid is not None
    assert (5, ("email",)) == (grid.total, grid.masked)
    email, customer = grid.columns.index("email"), grid.columns.index("customer_id")
    assert {(MASK, "C0000001")} == {(cells[email], cells[customer]) for cells in grid.rows}
    assert SECRET not in everything(detail)
    assert [] == revealed(there)


def test_revealing_is_recorded_in_the_audit_log() -> None:
    there = chunk_letter()
    letter = chunk_id(there)
    assert SECRET in everything(show(there.context, letter, reveal=True))
    (record,) = revealed(there)
    assert ("tester@here", {"ids": [letter]}) == (record.actor, record.details)


def test_nothing_is_revealed_when_it_cannot_be_recorded() -> None:
    there = chunk_letter()
    letter = chunk_id(there)

    def refuse(effect: Effect) -> None:
        raise Permanent("storage.forbidden", "the ledger cannot be written")

    there.world.effects.before = refuse
    with pytest.raises(Permanent):
        show(there.context, letter, reveal=True)


def test_a_column_is_masked_by_the_plans_contract_when_the_current_one_was_removed() -> None:
    there = chunk_letter()
    letter = fetch(there.context, chunk_id(there))
    bare = replace(there.context, contracts=Contracts([]))
    assert SECRET not in everything(show(bare, letter.id))


def test_without_any_contract_every_column_is_masked() -> None:
    there = chunk_letter()
    chunk = chunk_of(fetch(there.context, chunk_id(there)))
    assert chunk is not None
    grid = preview(chunk, there.context, Mask(None), 20).grid
    assert grid is not None
    assert {MASK} == {cell for cells in grid.rows for cell in cells[1:] if cell}
    assert ["2", "3", "4", "5", "6"] == [cells[0] for cells in grid.rows]


def test_reject_rows_are_masked_and_rows_that_do_not_match_the_header_are_hidden() -> None:
    world = World()
    there = letter_world(world)
    broken = row(77).replace(b",DE,", b",DE,one,too,many,")
    world.validate(world.upload("orders/a.csv", orders(20, bad=1) + broken))
    world.drain()
    detail = show(there.context, read(there.context).letters[0].id)
    grid = detail.reject_rows
    assert grid is not None
    assert ("email",) == grid.masked
    assert 2 == len(grid.rows)
    assert "example.com" not in json.dumps(grid.rows)
    assert "C0000001" == grid.rows[0][grid.columns.index("customer_id")]
    assert MASK == grid.rows[1][2]


@pytest.mark.parametrize(
    ("labels", "spelt"),
    [
        ({"email": "E-Mail"}, "E-Mail"),
        ({"email": "E-Mail"}, " e-mail\u00a0"),
        ({"email": "E-Mail"}, "\uff25-mail"),
        ({}, "\uff25mail"),
    ],
)
def test_reject_rows_are_masked_whatever_the_header_calls_them(
    labels: dict[str, str], spelt: str
) -> None:
    contracts = labelled_orders(labels)
    world = World(contracts=contracts)
    there = letter_world(world, contracts)
    data = orders(20, bad=1).replace(b",email,", f",{spelt},".encode())
    world.validate(world.upload("orders/a.csv", data))
    world.drain()
    grid = show(there.context, read(there.context).letters[0].id).reject_rows
    assert grid is not None
    assert ((spelt,), 1) == (grid.masked, len(grid.rows))
    assert MASK == grid.rows[0][grid.columns.index(spelt)]
    assert "example.com" not in json.dumps(grid.rows)


def test_the_beginning_of_a_reject_file_shows_only_complete_rows() -> None:
    data = b"_csvgate_line,_csvgate_errors,a\n2,x,1\n3,y,2\n4,z,cut"
    grid = grid_of(data, None, Mask(frozenset()), 10, complete=False)
    assert grid is not None
    assert ((("2", "x", "1"),), None) == (grid.rows, grid.total)


def test_rows_of_a_reject_file_are_read_in_the_dialect_of_the_contract() -> None:
    """NULL is shown as the file has it, and a row that is cut off inside a cell is left out."""
    data = b'_csvgate_line|_csvgate_errors|a\n2|x|\\N\n3|y|one\\\ntwo\n4|z|"cut\nhere\n'
    rules = contract("a", dialect={"delimiter": "|", "escapeChar": "\\"})
    grid = grid_of(data, rules, Mask(frozenset()), 10, complete=False)
    assert grid is not None
    assert (("2", "x", "\\N"), ("3", "y", "one\ntwo")) == grid.rows


EMAIL = {"name": "email", "label": ["Contact Email", "E-Mail"], "sensitive": True, "optional": True}


@pytest.mark.parametrize(
    ("properties", "header", "column"),
    [
        ({"dialect": {"headerRows": [1, 2]}}, b"a,Contact\n,,,Email\n", "Contact Email"),
        ({}, b"a,e-mail\n", "e-mail"),
        ({"schema": {"extraColumns": "ignore"}}, b"a,Mail address\n", "Mail address"),
    ],
)
def test_a_sensitive_column_is_masked_whatever_the_header_looks_like(
    properties: dict[str, Any], header: bytes, column: str
) -> None:
    """Its label may be in several rows, or one that the contract does not know."""
    rules = contract({"name": "a", "label": "A"}, EMAIL, **properties)
    data = b"_csvgate_line,_csvgate_errors," + header + b"2,wrong,x," + SECRET.encode() + b"\n"
    mask = Mask(frozenset()).and_of(rules)
    grid = grid_of(data, rules, mask, 10, complete=True)
    assert grid is not None
    assert ((("2", "wrong", "x", MASK),), 1) == (grid.rows, grid.total)
    assert ("_csvgate_line", "_csvgate_errors", "a", column) == grid.columns
    assert (column,) == grid.masked
    shown = grid_of(data, rules, NOTHING, 10, complete=True)
    assert shown is not None
    assert SECRET == shown.rows[0][3]


def test_the_rescue_column_may_have_sensitive_cells() -> None:
    mask = Mask(frozenset())
    rescuing = contract(EMAIL, schema={"extraColumns": "rescue", "rescueColumn": "Rest"})
    assert mask.and_of(rescuing).hides("rest")
    plain = contract("a", schema={"extraColumns": "rescue"})
    assert not mask.and_of(plain).hides("rescued")


def test_an_export_is_masked_and_a_revealed_one_has_the_bytes(tmp_path: Path) -> None:
    there = chunk_letter()
    masked, whole = tmp_path / "masked.jsonl", tmp_path / "whole.jsonl"
    count = export(there.context, Filter(functions=("enrich_records",)), masked)
    assert count == len(masked.read_text().splitlines()) > 0
    assert SECRET not in masked.read_text()
    assert "orders/a.csv" in masked.read_text()
    export(there.context, Filter(functions=("enrich_records",)), whole, reveal=True)
    sent = {bytes(message.data) for message in there.world.letters("enrich_records")}
    lines = [json.loads(line) for line in whole.read_text().splitlines()]
    assert sent == {base64.b64decode(line["data"]) for line in lines}
    assert 1 == len(revealed(there))
    assert 0 == there.queues.held()
    with pytest.raises(FileExistsError):
        export(there.context, Filter(), masked)


def test_examples_and_keys_of_json_are_masked() -> None:
    mask = Mask(frozenset(["email"]))
    example = {"line": 2, "column": "email", "code": "c", "value": SECRET, "message": "m"}
    found = mask.json({"reasons": [{"examples": [example]}], "Email": SECRET, "name": "x"})
    assert SECRET not in json.dumps(found)
    assert "x" == found["name"]


def test_json_without_a_known_dataset_is_masked_by_all_contracts() -> None:
    there = letter_world()
    there.world.publisher.topics[letters_of("notify_stakeholders")].append(
        Message(json.dumps({"email": SECRET, "note": "seen"}).encode(), {})
    )
    (letter,) = read(there.context).letters
    assert "" == letter.dataset
    shown = show(there.context, letter.id).content.text
    assert {"email": MASK, "note": "seen"} == json.loads(shown)


def test_service_messages_that_quote_a_row_are_masked_in_lists() -> None:
    there = letter_world()
    there.world.publisher.topics[letters_of("enrich_records")].append(
        Message(
            b"",
            {
                "csvgate-code": "rows.refused",
                "csvgate-message": f"BigQuery refused 1 rows: bad value '{SECRET}' or {SECRET}",
                "csvgate-dataset": "orders",
            },
        )
    )
    (letter,) = read(there.context).letters
    assert SECRET not in message_of(letter, there.context)
    assert "BigQuery refused 1 rows" in message_of(letter, there.context)
    assert SECRET not in everything(show(there.context, letter.id))


def test_a_difference_is_masked() -> None:
    there = letter_world()
    there.world.publisher.topics[letters_of("enrich_records")].append(
        Message(
            json.dumps({"email": SECRET, "a": 1}).encode(), {"content-type": "application/json"}
        )
    )
    letter = fetch(there.context, read(there.context).letters[0].id)
    edit = Edit(json.dumps({"email": SECRET, "a": 2}).encode(), {"x": "y"})
    lines = difference(letter, edit, Mask(frozenset(["email"])))
    assert SECRET not in "".join(lines)
    assert {"+x: y", '+  "a": 2', '-  "a": 1'} <= set(lines)


def test_emails_do_not_contain_sensitive_values() -> None:
    world = World()
    data = (
        HEADER
        + b"".join(row(n) for n in range(20))
        + row(99).replace(b"a99@example.com", b"sec ret@x")
    )
    world.validate(world.upload("orders/a.csv", data))
    world.drain()
    (email,) = world.mailer.sent
    assert "format.email" in email.text
    assert "sec ret" not in email.text + email.html
