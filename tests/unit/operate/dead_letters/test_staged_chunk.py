"""A letter about a chunk shows its address, and its rows only if they are what was sealed."""

import json
from dataclasses import replace

import pytest

from csvgate.ports import Column
from csvgate.protocol.events import RECORDS_VALIDATED
from csvgate.validation.sensitive_values import MASK
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.actions.show import Detail, fetch, show, show_letter
from csvgate_ops.operate.dead_letters.content.masking import NOTHING, Mask
from csvgate_ops.operate.dead_letters.content.staged_chunk import chunk_of, preview
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from fakes.bigquery import Table
from unit.operate.dead_letters.contexts import LetterWorld, letter_world
from unit.protocol.orders import orders
from world import World


def with_letters(rows: int = 60, *, first: int = 0) -> LetterWorld:
    """A letter about a chunk of an upload, which the table cannot hold: about the chunk whose
    message is delivered first."""
    world = World()
    world.warehouse.tables["sales.orders"] = Table((Column("amount", "STRING"),))
    there = letter_world(world)
    world.validate(world.upload("orders/a.csv", orders(rows)))
    world.drain(lambda found: found[first:] + found[:first])
    return there


def chunk_letter(there: LetterWorld, index: int = 0) -> DeadLetter:
    for letter in read(there.context).letters:
        chunk = chunk_of(letter)
        if chunk is not None and chunk.address.index == index:
            return letter
    raise AssertionError("no letter about this chunk")


def detail_of(there: LetterWorld, letter: DeadLetter) -> Detail:
    return show_letter(there.context, letter)


def staged(there: LetterWorld) -> list[str]:
    return list(there.world.store.buckets["staging"])


def test_a_chunk_shows_its_address_and_its_rows() -> None:
    there = with_letters(first=1)
    letter = chunk_letter(there, 1)
    assert RECORDS_VALIDATED == letter.attributes["ce-type"]
    detail = show(there.context, letter.id, rows=2)
    assert detail.chunk is not None
    found = there.world.ledger.upload(letter.upload).seal(1)
    assert found is not None
    sealed = found.chunks[1]
    address = detail.chunk.address
    assert (letter.upload, 1, 1) == (detail.chunk.upload, detail.chunk.seal, address.index)
    assert (sealed.rows, sealed.sha256) == (address.rows, address.sha256)
    assert f"gs://staging/{letter.upload}/{sealed.sha256}.arrow" == address.dataref
    assert detail.chunk_rows.grid is not None
    assert (2, sealed.rows) == (len(detail.chunk_rows.grid.rows), detail.chunk_rows.grid.total)
    as_json = detail.as_json()["chunk"]
    assert (1, 1, address.dataref) == (as_json["seal"], as_json["index"], as_json["dataref"])


def test_the_marker_of_an_upload_with_one_chunk_shows_its_rows() -> None:
    there = with_letters(3)
    detail = detail_of(there, chunk_letter(there))
    assert detail.chunk_rows.grid is not None
    assert 3 == detail.chunk_rows.grid.total


def test_a_staged_chunk_that_is_gone_is_reported() -> None:
    there = with_letters()
    for name in staged(there):
        there.world.store.delete("staging", name)
    preview = detail_of(there, chunk_letter(there)).chunk_rows
    assert preview.grid is None
    assert preview.remark.endswith(".arrow is gone.")


def test_bytes_that_were_not_sealed_are_not_shown() -> None:
    """Not even if they are the rows of another chunk of the same upload."""
    there = with_letters()
    letter = chunk_letter(there)
    assert detail_of(there, letter).chunk_rows.grid is not None
    seal = there.world.ledger.upload(letter.upload).seal(1)
    assert seal is not None
    mine, other = (f"{letter.upload}/{chunk.sha256}.arrow" for chunk in seal.chunks[:2])
    there.world.store.put("staging", mine, there.world.store.buckets["staging"][other].data)
    preview = detail_of(there, letter).chunk_rows
    assert preview.grid is None
    assert "are not those that the seal lists" in preview.remark


def forged(letter: DeadLetter, **attributes: str) -> DeadLetter:
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    return replace(letter, attributes={**letter.attributes, **named})


def test_an_address_in_the_message_is_never_followed() -> None:
    there = with_letters()
    letter = chunk_letter(there)
    elsewhere = json.loads(letter.data or b"") | {"dataref": "gs://ledger/secret"}
    found = detail_of(there, replace(letter, data=json.dumps(elsewhere).encode()))
    assert found.chunk is not None
    assert "gs://ledger/secret" == found.chunk.address.dataref
    assert found.chunk_rows.grid is not None, "the rows are those of the seal"


@pytest.mark.parametrize(
    ("changed", "remark"),
    [
        ({"sha256": "0" * 64}, "does not list this chunk"),
        ({"index": 99}, "does not list this chunk"),
    ],
)
def test_a_chunk_that_the_seal_does_not_list_is_not_read(
    changed: dict[str, object], remark: str
) -> None:
    there = with_letters()
    letter = chunk_letter(there)
    data = json.dumps(json.loads(letter.data or b"") | changed).encode()
    assert remark in detail_of(there, replace(letter, data=data)).chunk_rows.remark


def test_a_seal_that_does_not_exist_is_reported() -> None:
    there = with_letters()
    letter = forged(chunk_letter(there), ce_seal="7")
    assert "no seal 7" in detail_of(there, letter).chunk_rows.remark


def test_a_letter_that_names_another_upload_than_its_message_shows_no_rows() -> None:
    """Otherwise the rows of one upload would be shown with the mask of another."""
    there = with_letters()
    letter = replace(chunk_letter(there), upload="ab12")
    assert chunk_of(letter) is None
    assert detail_of(there, letter).chunk_rows.grid is None


def test_a_chunk_is_fetched_by_its_id() -> None:
    there = with_letters()
    assert "chunk" == fetch(there.context, chunk_letter(there).id).kind


def test_the_pinned_contract_masks_even_if_the_given_mask_does_not() -> None:
    """The mask is made from the letter, and the ledger may not have answered then."""
    there = with_letters(3)
    chunk = chunk_of(chunk_letter(there))
    assert chunk is not None
    masked = preview(chunk, there.context, Mask(frozenset()), 3).grid
    assert masked is not None
    assert ("email",) == masked.masked
    assert {MASK} == {cells[masked.columns.index("email")] for cells in masked.rows}
    shown = preview(chunk, there.context, NOTHING, 3).grid
    assert shown is not None
    assert () == shown.masked
