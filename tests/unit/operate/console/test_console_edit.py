"""Editing a letter changes only what the operator changed, and shows it before it is sent."""

import json

import pytest

from csvgate_ops.operate.console.edits import (
    FormFields,
    InvalidEdit,
    form_fields,
    parse_edit,
    sent_attributes,
)
from csvgate_ops.operate.dead_letters.actions.edit import Edit, difference, problem
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.content.masking import NOTHING
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from unit.operate.console.browsing import (
    Visit,
    address,
    letter,
    letter_world,
    marker,
    textarea,
    visit,
    words,
)
from world import VALIDATED


def one_letter(data: bytes = b'{"a": 1}', **attributes: str) -> DeadLetter:
    there = letter_world()
    letter(there, data=data, **attributes)
    return read(there.context).letters[0]


def as_a_browser_sends(text: str | None) -> str | None:
    return text.replace("\r\n", "\n").replace("\n", "\r\n") if text is not None else None


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"b":[1.50,null]}',
        '{"name": "Zoë \u202e \\u0000 \x7f"}'.encode(),
        b"text\nof\nlines\n",
        b"text\r\nof\r\nlines",
        b"\n\nfirst lines empty",
        b"",
    ],
)
def test_a_form_that_was_not_changed_changes_nothing(data: bytes) -> None:
    given = one_letter(data, odd="line\r\nend\u202e", ce_id="1")
    shown = form_fields(given)
    typed = FormFields(str(as_a_browser_sends(shown.attributes)), as_a_browser_sends(shown.data))
    assert Edit() == parse_edit(given, typed)


def test_json_is_shown_without_control_characters() -> None:
    given = one_letter('{"a": "\u202e\x7f\U000e0001é"}'.encode())
    shown = form_fields(given).data
    assert shown is not None
    assert '"\\u202e\\u007f\\udb40\\udc01é"' in shown
    assert json.loads(given.data or b"") == json.loads(shown)


def test_an_edit_contains_only_what_was_changed() -> None:
    given = one_letter(b"one\r\ntwo", keep="k", change="old", drop="d")
    attributes = json.dumps({"keep": "k", "change": "new", "add": "a"})
    edit = parse_edit(given, FormFields(attributes, "one\r\nthree"))
    assert Edit(b"one\r\nthree", {"change": "new", "add": "a"}, ("drop",)) == edit
    assert {"keep": "k", "change": "old", "drop": "d"} == sent_attributes(given.attributes)


@pytest.mark.parametrize(
    ("attributes", "data", "expected"),
    [
        ("{", "{}", "not JSON"),
        ("[1]", "{}", "not a JSON object"),
        ('{"a": 1}', "{}", "Attribute a"),
        ('{"": "x"}', "{}", "does not allow this name"),
        ('{"googx": "x"}', "{}", "does not allow this name"),
        ('{"csvgate-code": "x"}', "{}", "never sent"),
        (json.dumps({"a": "x" * 1025}), "{}", "longer than 1,024 bytes"),
        ("{}", '{"a": ', "The event is JSON, and the new data is not"),
        ("{}", '"' + "x" * 10_000_001 + '"', "Pub/Sub allows 10,000,000"),
        ("[" * 100_000, "{}", "not JSON"),
    ],
)
def test_invalid_edits_are_reported(attributes: str, data: str, expected: str) -> None:
    with pytest.raises(InvalidEdit, match=expected):
        parse_edit(one_letter(), FormFields(attributes, data))


def test_data_that_is_not_text_is_unchanged() -> None:
    given = one_letter(b"\xff\xfe")
    assert form_fields(given).data is None
    assert parse_edit(given, FormFields("{}", "smuggled")).data is None


@pytest.fixture
def here() -> Visit:
    there = letter_world()
    letter(there, data=marker(n=1), ce_id="the id")
    return visit(there)


def test_edit_see_the_difference_send(here: Visit) -> None:
    form = here.page(f"{address('1000')}/edit")
    data = textarea(form, "data").replace('"orders"', '"returns"')
    shown = here.post(
        f"{address('1000')}/edit/difference", data=data, attributes=textarea(form, "attributes")
    )
    page = words(shown.text)
    assert '- "dataset": "orders"' in page
    assert '+ "dataset": "returns"' in page
    assert [] == here.backend.world.publisher.topics[VALIDATED]
    draft = shown.text.split('name="draft" value="')[1].split('"')[0]
    back = here.post(f"{address('1000')}/edit/send", draft=draft, back="1")
    assert data.strip() == textarea(back.text, "data").strip()
    job = here.post(f"{address('1000')}/edit/send", draft=draft, reason="wrong dataset")
    here.ended(job)
    (message,) = here.backend.world.publisher.topics[VALIDATED]
    assert "returns" == json.loads(message.data)["dataset"]
    assert "the id" == message.attributes["ce-id"]
    assert 0 == here.backend.left()
    assert 409 == here.post(f"{address('1000')}/edit/send", draft=draft).status_code
    assert "wrong dataset" in here.page("/audit/")


def test_an_invalid_edit_shows_the_form_again_with_the_input(here: Visit) -> None:
    answer = here.post(f"{address('1000')}/edit/difference", data="{broken", attributes="{}")
    assert 400 == answer.status_code
    assert "The event is JSON, and the new data is not" in words(answer.text)
    assert "{broken" == textarea(answer.text, "data")


def test_an_edit_without_changes_is_reported(here: Visit) -> None:
    form = here.page(f"{address('1000')}/edit")
    answer = here.post(
        f"{address('1000')}/edit/difference",
        data=textarea(form, "data"),
        attributes=textarea(form, "attributes"),
    )
    assert "Nothing was changed." in answer.text


STORAGE = "validate_and_parse"


@pytest.mark.parametrize(
    ("data", "attributes", "is_refused"),
    [
        (b'{"a": 1}', {}, True),
        (b"a;b;c", {}, False),
        (b"{cut off", {"content_type": "application/json"}, True),
        (b"{cut off", {"content_type": "application/cloudevents+json; charset=utf-8"}, True),
        (b"{cut off", {"content_type": "text/plain"}, False),
        (b'{"a": NaN}', {}, True),
    ],
)
def test_the_data_of_a_json_event_must_be_json(
    data: bytes, attributes: dict[str, str], is_refused: bool
) -> None:
    """Also if it was not JSON before: then that may be why the letter failed."""
    given = one_letter(data, **attributes)
    shown = form_fields(given).attributes
    if is_refused:
        with pytest.raises(InvalidEdit, match=r"Expecting .* in line 2, column"):
            parse_edit(given, FormFields(shown, "{\nbroken"))
    else:
        assert b"{\nbroken" == parse_edit(given, FormFields(shown, "{\nbroken")).data
    assert b'{"b": 2}' == parse_edit(given, FormFields(shown, '{"b": 2}')).data
    unchanged = FormFields('{"x": "y"}', form_fields(given).data)
    assert parse_edit(given, unchanged).data is None


def test_a_storage_event_is_json_without_a_content_type() -> None:
    there = letter_world()
    letter(there, STORAGE, b"{", eventType="OBJECT_FINALIZE")
    given = read(there.context).letters[0]
    with pytest.raises(InvalidEdit, match="not: Expecting"):
        parse_edit(given, FormFields(form_fields(given).attributes, "[1"))
    assert "the event is JSON" in problem(there.context, given, Edit(b"\xff"))


def test_an_edit_does_not_change_other_numbers() -> None:
    given = one_letter(b'{"price":1.50,"big":123456789012345678901234567890.5,"n":1}')
    shown = str(form_fields(given).data)
    edit = parse_edit(given, FormFields("{}", shown.replace('"n": 1', '"n": 2')))
    assert b"1.50" in (edit.data or b"")
    assert b"123456789012345678901234567890.5" in (edit.data or b"")
    assert ['-  "n": 1', '+  "n": 2'] == [
        line for line in difference(given, edit, NOTHING)[2:] if line[0] in "+-"
    ]
    cheaper = parse_edit(given, FormFields("{}", shown.replace("1.50", "1.5")))
    assert difference(given, cheaper, NOTHING)


def test_format_on_request_keeps_the_input(here: Visit) -> None:
    path = f"{address('1000')}/edit/difference"
    answer = here.post(path, data='{"a":[1.50,2]}', attributes='{"typed": "x"}', format="1")
    assert 200 == answer.status_code
    assert '{\n  "a": [\n    1.50,\n    2\n  ]\n}\n' == textarea(answer.text, "data")
    assert '{"typed": "x"}' == textarea(answer.text, "attributes")
    wrong = here.post(path, data='{"a": ', attributes="{}", format="1")
    assert 400 == wrong.status_code
    assert "cannot be formatted, because it is not JSON: Expecting value in line 1" in words(
        wrong.text
    )
    assert '{"a": ' == textarea(wrong.text, "data")
    assert [] == here.backend.world.publisher.topics[VALIDATED]
