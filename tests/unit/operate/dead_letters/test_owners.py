"""Who has to act on a code and a letter, which action the runbook names, and what is named."""

import click
import pytest
from click.testing import CliRunner

from csvgate.ports import Message
from csvgate.protocol.identity import Upload
from csvgate.validation.codes import CODES
from csvgate_ops.cli.dlq._options import filter_options
from csvgate_ops.operate.dead_letters.actions.discard import DISCARD
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.actions.rejected_rows import VALIDATE_REJECTED_ROWS
from csvgate_ops.operate.dead_letters.actions.replay import REPLAY
from csvgate_ops.operate.dead_letters.dead_letter import PLATFORM_CODE, DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.groups import groups
from csvgate_ops.operate.dead_letters.next_action import main_action, main_of, offered_for
from csvgate_ops.operate.dead_letters.owners import by_owner, operators_first, owner_of_letter
from csvgate_ops.operate.runbook import CATALOGUE, Owner, owner_of
from csvgate_ops.operate.runbook.catalogue import FILES, SECTIONS
from csvgate_ops.operate.runbook.model import NextStep
from csvgate_ops.operate.upload_list import upload_ids
from unit.operate.console.browsing import ENRICH, letter, letter_world, marker
from unit.operate.dead_letters.contexts import LetterWorld
from unit.protocol.orders import orders
from world import letters_of

VALIDATE = "validate_and_parse"


@pytest.mark.parametrize(
    ("code", "owner"),
    [
        ("rows.rejected", "uploader"),
        ("limit.rejected", "uploader"),
        ("file.encoding", "uploader"),
        ("header.missing_column", "uploader"),
        ("correction.line", "uploader"),
        ("upload.identical", "nobody"),
        ("upload.superseded", "nobody"),
        ("event.malformed", "operator"),
        ("chunk.malformed", "operator"),
        ("unknown", "operator"),
        ("platform.max_attempts", "operator"),
        ("table.contradicts", "operator"),
        ("append.row_too_large", "operator"),
        ("breaker.open", "operator"),
        ("nothing.such", "operator"),
        ("", "operator"),
    ],
)
def test_owners_of_codes(code: str, owner: Owner) -> None:
    assert owner == owner_of(code)


def test_an_uploader_owns_only_faults_of_files_and_rows() -> None:
    """Everything that a function gave up on is the operator's."""
    theirs = {code for code, entry in CATALOGUE.items() if entry.owner == "uploader"}
    assert {entry.code for entry in SECTIONS[FILES]} | {"rows.rejected", "limit.rejected"} == theirs
    steps = {CATALOGUE[code].next_step for code in theirs}
    assert {NextStep.CORRECT, NextStep.REVALIDATE} == steps
    # As the code of a dead letter, derive.failed says that a whole chunk cannot be loaded.
    assert {"derive.failed"} == {code for code in CODES if owner_of(code) == "operator"}


def rejection(there: LetterWorld, code: str = "rows.rejected", upload: str = "ab12") -> str:
    return letter(
        there,
        VALIDATE,
        csvgate_code=code,
        csvgate_plan="0123",
        csvgate_dataset="orders",
        csvgate_upload=upload,
    )


def letters(there: LetterWorld) -> tuple[DeadLetter, ...]:
    return read(there.context).letters


def test_a_letter_that_only_claims_to_be_a_rejection_is_the_operators() -> None:
    """Nobody received an email about it."""
    there = letter_world()
    rejection(there)
    letter(there, VALIDATE, csvgate_code="rows.rejected")
    letter(there, ENRICH, marker(), csvgate_code="file.empty", csvgate_plan="1")
    rejection(there, "table.contradicts")
    found = letters(there)
    assert {"operator": 3, "uploader": 1, "nobody": 0} == by_owner(found)
    assert "operator" == owner_of_letter(operators_first(found)[0])
    assert "rows.rejected" == operators_first(found)[-1].code


def test_failures_come_before_the_letters_of_uploaders() -> None:
    there = letter_world()
    letter(there, ENRICH, marker(), csvgate_code="table.contradicts")
    for number in range(30):
        rejection(there, upload=f"{number:04x}")
    found = letters(there)
    expected = [("operator", "table.contradicts", 1), ("uploader", "rows.rejected", 30)]
    assert expected == [(g.owner, g.key, g.count) for g in groups(found)]
    by_dataset = [(g.owner, g.key, g.count) for g in groups(found, "dataset")]
    assert [("operator", "orders", 1), ("uploader", "orders", 30)] == by_dataset
    assert "table.contradicts" == operators_first(found)[0].code
    mine = Filter(owners=("operator",)).of(found, there.context)
    assert ["table.contradicts"] == [one.code for one in mine]
    assert {"owners": ["operator"]} == Filter(owners=("operator",)).as_json()


@pytest.mark.parametrize(
    ("code", "main", "offered"),
    [
        ("table.contradicts", "replay", ["replay", "edit", "discard"]),
        ("object.gone", "discard", ["discard", "replay", "edit"]),
        ("event.malformed", "discard", ["discard", "edit"]),
        ("unknown", "discard", ["discard", "edit"]),
        ("nothing.such", "replay", ["replay", "edit", "discard"]),
    ],
)
def test_the_main_action_is_the_one_that_the_runbook_names(
    code: str, main: str, offered: list[str]
) -> None:
    there = letter_world()
    letter(there, ENRICH, marker(), csvgate_code=code)
    (found,) = letters(there)
    named = main_action(found)
    assert named is not None
    assert main == named.name
    assert offered == [action.name for action in offered_for(found)]


def test_the_main_action_of_a_selection() -> None:
    there = letter_world()
    rejection(there)
    (rejected,) = letters(there)
    assert [DISCARD, VALIDATE_REJECTED_ROWS] == [
        action for action in offered_for(rejected) if action.name != "edit"
    ]
    letter(there, ENRICH, marker(), csvgate_code="table.contradicts")
    assert REPLAY is main_of(letters(there)), "the operator's letter counts, not the uploader's"
    letter(there, ENRICH, marker(), csvgate_code="event.malformed")
    assert main_of(letters(there)) is None
    assert main_of([]) is None


def test_letters_name_their_object() -> None:
    there = letter_world()
    name, generation = "orders/café ’26.csv", 7
    upload = Upload("uploads", name, generation)
    facts: dict[str, object] = {"bucket": upload.bucket, "name": name, "generation": generation}
    letter(there, ENRICH, marker(upload=facts | {"id": upload.id}))
    letter(there, ENRICH, marker(upload=facts | {"id": "ab12" * 5}))
    letter(there, ENRICH, marker(upload=facts | {"generation": "seven", "id": upload.id}))
    found = {one.id: one.object_name for one in letters(there)}
    assert {"1000": name, "1001": "", "1002": ""} == found


def test_the_letter_of_a_chunk_has_its_objects_name_from_the_ledger() -> None:
    there = letter_world()
    there.world.validate(there.world.upload("orders/a.csv", orders(5)))
    (known,) = upload_ids(there.world.ledger)
    letter(there, ENRICH, b"{}", ce_uploadid=known, csvgate_dataset="orders")
    letter(there, ENRICH, b"{}", ce_uploadid="ffff", csvgate_dataset="orders")
    found = {one.id: one.object_name for one in letters(there)}
    assert {"1000": "orders/a.csv", "1001": ""} == found
    for text, expected in (("ORDERS/A", ["1000"]), ("orders/b", [])):
        selected = Filter(text=text).of(letters(there), there.context)
        assert expected == [one.id for one in selected]


def test_a_text_is_found_in_what_lists_show_of_a_letter_that_pubsub_forwarded() -> None:
    """It has no attribute of csvgate: its upload follows from its data."""
    there = letter_world()
    attributes = {"ce-uploadid": "ab12cd", "CloudPubSubDeadLetterSourceSubscription": "s"}
    there.world.publisher.publish(
        letters_of(ENRICH), Message(marker(dataset="orders"), attributes)
    ).wait()
    (found,) = letters(there)
    assert (PLATFORM_CODE, ENRICH) == (found.code, found.function)
    for text in (found.id, PLATFORM_CODE, found.upload[:6], found.dataset.upper(), ENRICH):
        assert [found] == Filter(text=text).of([found], there.context), text
    assert [] == Filter(text="returns").of([found], there.context)


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("--text", "csvgate:letters/t/42"), Filter(ids=("42",))),
        (("--text", " csvgate:uploads/ab12 "), Filter(uploads=("ab12",))),
        (("--text", "orders/a"), Filter(text="orders/a")),
        (("--text", "csvgate:letters/t/42", "--code", "x"), Filter(ids=("42",), codes=("x",))),
    ],
)
def test_a_reference_in_place_of_a_text_selects_what_it_names(
    arguments: tuple[str, ...], wanted: Filter
) -> None:
    @click.command()
    @filter_options
    def command(wanted: Filter) -> None:
        found.append(wanted)

    found = list[Filter]()
    assert 0 == CliRunner().invoke(command, arguments).exit_code
    assert [wanted] == found
    # Several letters could not be meant: neither both nor only one of them.
    named = "--id" if wanted.ids else "--upload"
    if not wanted.text:
        assert 2 == CliRunner().invoke(command, (*arguments, named, "7")).exit_code


def test_the_audit_log_does_not_keep_the_text_of_a_search() -> None:
    assert {"text": "a text of 12 characters"} == Filter(text="ada@home.org").as_json()
