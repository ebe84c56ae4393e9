"""Sensitive values stay hidden when damage moves them into other columns."""

from collections.abc import Callable

import pytest

from csvgate.validation.faults import Fault
from csvgate.validation.sensitive_values import MOST_READINGS, SensitiveValues
from unit.masking.people import (
    FIELDS,
    HEADER,
    LABELS,
    PERSON,
    SECRETS,
    VALID,
    everything_said,
    people,
)
from unit.rejects.reasons import example_values, reasons_of
from unit.validation.files import Field, contract

FAST_BYTES = 400 * 1024
"""More than the rule path takes."""


def on_rule_path(row: str) -> bytes:
    return (HEADER + row).encode()


def on_fast_path(row: str) -> bytes:
    return (HEADER + VALID * (FAST_BYTES // len(VALID)) + row).encode()


def shifted(by: int) -> str:
    """The cells of a valid row, moved to the right; the last ones take the place of the first."""
    cells = list(PERSON.values())
    return ",".join(cells[-by:] + cells[:-by]) + "\n"


ROWS = {
    "shifted by one": shifted(1),
    "shifted by two": shifted(2),
    "an extra delimiter": "K-17," + "," + ",".join(list(PERSON.values())[1:-1]) + "\n",
    "two rows in one line": VALID.rstrip("\n") + "," + VALID,
    "glued by quotes": f'K-1,a@b.example,+49301111111,{"X" * 2},1990-01-01,male,"1\n{VALID}",x\n',
    "glued by quotes to the last": f'K-1,,,,,,1,"x\n{VALID}"\n',
    **{
        f"{name} in {column}": ",".join(
            value if label == column else "K-1" if label == "no" else "" for label in LABELS
        )
        + "\n"
        for name, value in PERSON.items()
        if value in SECRETS
        for column in ("visits", "seen", "no")
        if not (name == "born" and column == "seen")
    },
    "a quoted email": ",,,,,,'ann.smith@example.com',\n",
    "an email in a text": ",,,,,,Ann <ann.smith@example.com>,\n",
    "a long cell": f",,,,,,{'x' * 60}ann.smith@example.com,\n",
    "a damaged iban": ",,,,,,DE8937040044053201300,\n",
    "upper case": ",,,,,,DIVERS,\n",
    "a date in a text": ",,,,,,born1975-03-28,\n",
}


@pytest.mark.parametrize("path", [on_rule_path, on_fast_path])
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_no_sensitive_value_is_repeated(row: str, path: Callable[[str], bytes]) -> None:
    found = reasons_of(path(row), people())
    assert found
    said = "".join(reason.model_dump_json() for reason in found)
    values = example_values(found)
    for secret in SECRETS:
        # The message of an enumeration lists what the contract allows.
        assert not [value for value in values if secret.casefold() in value.casefold()]
        assert secret == "divers" or secret not in said


@pytest.mark.parametrize("row", ["shifted by one", "two rows in one line", "iban in visits"])
def test_neither_events_nor_letters_nor_emails_nor_the_ledger_repeat_it(row: str) -> None:
    said = everything_said((HEADER + VALID + ROWS[row]).encode(), people())
    assert "•••" in said or row == "two rows in one line"
    for secret in SECRETS[:-1]:
        assert secret not in said


def test_without_sensitive_fields_the_values_are_shown() -> None:
    open_fields = [{k: v for k, v in field.items() if k != "sensitive"} for field in FIELDS]
    values = example_values(reasons_of((HEADER + shifted(1)).encode(), people(*open_fields)))
    assert {"2026-11-20", "K-17", *SECRETS} <= {*values}
    assert "•••" not in values


@pytest.mark.parametrize("value", ["two", "1.5", "Tuesday", "12x", "K17", "-", "20.11."])
def test_a_value_that_no_sensitive_field_can_hold_is_shown(value: str) -> None:
    (reason,) = reasons_of(f"{HEADER}K-1,,,,,,{value},\n".encode(), people())
    assert [value] == example_values([reason])


@pytest.mark.parametrize(
    "value",
    [
        "DE8937040044053201300",  # a digit is lost
        "1975-0328",
        "ann.smith@example",
        "see divers",
        "xDIVERSx",
        f"{'x' * 72}ann.smith@example.com",  # cut before the @
        "x" * 80,
        "ann.smith＠example.com",  # the @ of another script
        "ｄｉｖｅｒｓ",
        "di\u200bvers",
        "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 70,  # long when normalised
        "28/3/75",
        "28. March 75",
        "Mar 28 75",
        "5.3.75",
    ],
)
def test_a_value_that_a_sensitive_field_could_hold_is_hidden(value: str) -> None:
    (reason,) = reasons_of(f"{HEADER}K-1,,,,,,{value},\n".encode(), people())
    assert ["•••"] == example_values([reason])


@pytest.mark.parametrize(
    ("field", "hidden", "shown"),
    [
        ({"constraints": {"pattern": "[A-Z]{4}-[A-Z]{4}"}}, "id abcd-efgh.", "ABC-DEFGH"),
        ({"type": "integer"}, "5000x", "500x"),
        ({"type": "boolean", "trueValues": ["married"], "falseValues": ["-"]}, "Married", "marred"),
        ({"type": "boolean", "replace": {"married": "true"}}, "Married", "marred"),
        ({"type": "integer", "affixes": ["kg"]}, "85kg", "85g"),
        ({"type": "number", "percentAsFraction": True}, "8.5%", "8.5"),
        ({"type": "integer", "negative": ["parentheses"]}, "(85)", "(85"),
        ({"type": "integer", "wholeDecimals": True}, "85.0", "85.1"),
        ({"type": "list", "itemType": "date", "delimiter": "|"}, "1975-03-28|", "|"),
        (
            {"type": "list", "constraints": {"enum": ['["ab", "cd"]']}, "delimiter": "/"},
            "x AB/CD",
            "ab/ef",
        ),
        ({"trim": True, "constraints": {"enum": ["XY"]}}, " XY", "XZ"),
        ({"format": "uuid"}, "123e4567e89b12d3a456426614174000", "uuid"),
        ({"type": "date", "format": "%d.%m.%y"}, "on 28.3.75", "28.3."),
        ({"type": "date", "format": ["%d.%m.%y", "%m-%d"]}, "on 03-28", "28.3."),
        ({"type": "date", "format": "%d. %B", "language": "de"}, "am 28. März", "28. March"),
        ({"type": "datetime", "format": "%H:%M", "timezone": "UTC"}, "at 9:05", "at 9.05"),
    ],
)
def test_each_kind_of_sensitive_field(field: Field, hidden: str, shown: str) -> None:
    rules = people({"name": "a", **field, "sensitive": True}, {"name": "b", "type": "time"})
    found = reasons_of(f"a,b\n,{hidden}\n,{shown}\n".encode(), rules)
    assert ["•••", shown] == example_values(found)


def test_text_of_a_sensitive_field_without_rules_can_be_anywhere() -> None:
    """Nothing is known about such a field, so any text of four characters may belong to it."""
    rules = people(
        {"name": "name", "sensitive": True},
        {"name": "visits", "type": "integer"},
    )
    found = reasons_of(b"name,visits\n1,Ann Smith\n2,two\n", rules)
    assert ["•••", "two"] == example_values(found)


@pytest.mark.parametrize("name", ["李明", "김철수", "Zoë"])
def test_a_whole_name_may_have_two_characters(name: str) -> None:
    rules = people({"name": "name", "sensitive": True}, {"name": "visits", "type": "integer"})
    assert ["•••"] == example_values(reasons_of(f"name,visits\n1,{name}\n".encode(), rules))


def test_all_values_of_a_row_with_several_faults_are_hidden() -> None:
    found = reasons_of(f"{HEADER}17,,,,,,two,\n".encode(), people())
    assert ["•••", "•••"] == example_values(found)


def test_an_empty_cell_is_not_hidden() -> None:
    """A mask would contradict the message: "•••" is required, but has no value."""
    values = SensitiveValues(people())
    for alone in (True, False):
        assert values.shown(Fault(2, "email", "constraint.required", "", "m"), alone=alone) == ""


def test_the_work_for_examples_is_bounded() -> None:
    """However many columns and codes have examples, at most so many texts are compared."""
    values = SensitiveValues(people())
    for n in range(2000):
        text = f"{n:04d}".translate(str.maketrans("0123456789", "abcdefghij")) * 19
        values.shown(Fault(1, "visits", "type.integer", text, "m"), alone=True)
    assert values.readings <= MOST_READINGS


def test_each_format_of_a_list_counts_as_a_comparison() -> None:
    born = {"name": "born", "type": "date", "sensitive": True}
    counts = []
    for formats in ("%d.%m.%Y", ["%d.%m.%Y", "%b %d, %Y", "excel"]):
        values = SensitiveValues(contract({**born, "format": formats}, "notes"))
        values.shown(Fault(1, "notes", "row", "nothing", "m"), alone=True)
        counts.append(values.readings)
    assert [counts[0], 3 * counts[0]] == counts


@pytest.mark.parametrize(
    ("text", "expected", "readings"),
    [
        ("nothing", "nothing", 0),
        ("ann at example.com", "ann at example.com", 0),
        ("ann@", "•••", 0),
        ("ann\uff20example.com", "•••", 0),
    ],
)
def test_addresses_are_found_by_their_at(text: str, expected: str, readings: int) -> None:
    email = {"name": "email", "format": "email", "sensitive": True}
    values = SensitiveValues(contract(email, "notes"))
    assert expected == values.shown(Fault(1, "notes", "row", text, "m"), alone=True)
    assert readings == values.readings


def test_a_text_that_is_replaced_by_an_address_is_hidden() -> None:
    replaced = {"unknown": "lena.voss@example.com"}
    email = {"name": "email", "format": "email", "sensitive": True, "replace": replaced}
    values = SensitiveValues(contract(email, "notes"))
    assert values.shown(Fault(1, "notes", "row", "unknown", "m"), alone=True) == "•••"


@pytest.mark.parametrize(
    "text",
    [
        VALID,
        VALID.replace(",", ";"),
        VALID.replace("K-17", "no"),  # one label by chance
        VALID.replace("K-17", "email,no"),
        VALID.replace("\n", "\n" + VALID),
    ],
)
def test_a_row_that_stands_as_the_header_is_not_repeated(text: str) -> None:
    said = everything_said(text.encode(), people())
    assert "header." in said
    for secret in SECRETS[:-1]:  # the pinned contract lists the last one
        assert secret not in said
