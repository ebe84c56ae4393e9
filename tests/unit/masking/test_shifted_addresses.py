"""An email address that an extra delimiter moves beyond its column is in no message."""

from pathlib import Path
from typing import Any

import pytest

from unit.author.check.check_examples import check, write_contract
from unit.masking.people import everything_said, people
from unit.rejects.reasons import example_values, reasons_of
from unit.validation.files import Field

FILE = b"order_id,customer_id,email,country\nORD-00000001,C0000001,,ann@example.com\n"
ADDRESS = "ann@example.com"
EMAILS: list[Field] = [
    {"format": "email"},
    {"format": "email", "constraints": {"required": True}},
    {"constraints": {"pattern": "[^@]+@[^@]+"}},
    {"constraints": {"pattern": r".+@example\.com", "required": True}},
    {"constraints": {"maxLength": 60}},
    {},
]
COUNTRIES: list[Field] = [
    {"constraints": {"enum": ["DE", "AT", "CH"]}},
    {"constraints": {"pattern": "[A-Z]{2}"}},
    {"constraints": {"maxLength": 2}},
    {"bigquery": "STRING(2)"},
    {"type": "integer"},
    {"type": "boolean"},
]


def fields(email: Field, country: Field) -> list[Field]:
    return [
        {"name": "order_id", "constraints": {"pattern": "ORD-[0-9]{8}"}},
        {"name": "customer_id", "constraints": {"pattern": "C[0-9]{7}"}},
        {"name": "email", **email, "sensitive": True},
        {"name": "country", **country},
    ]


@pytest.mark.parametrize("email", EMAILS)
@pytest.mark.parametrize("country", COUNTRIES)
def test_no_example_shows_it(email: Field, country: Field) -> None:
    rules = people(*fields(email, country))
    found = reasons_of(FILE, rules)
    assert {"•••"} == {value for value in example_values(found) if value}
    assert ADDRESS not in "".join(reason.model_dump_json() for reason in found)


@pytest.mark.parametrize("email", EMAILS[:2])
def test_neither_events_nor_letters_nor_emails_nor_the_ledger_repeat_it(email: Field) -> None:
    assert ADDRESS not in everything_said(FILE, people(*fields(email, COUNTRIES[0])))


@pytest.mark.parametrize("email", EMAILS)
def test_the_check_on_the_own_machine_hides_it(email: Field, tmp_path: Path) -> None:
    path = write_contract(tmp_path, "orders", schema={"fields": fields(email, COUNTRIES[0])})
    file = tmp_path / "a.csv"
    file.write_bytes(FILE)
    for style in ("table", "json"):
        done = check(file, "--contract", path, "--format", style)
        assert 1 == done.exit_code
        assert ADDRESS not in done.output
        assert "•••" in done.stdout or "\\u2022" in done.stdout


@pytest.mark.parametrize(
    ("dialect", "row"),
    [
        ({"trailingDelimiter": True}, b"ORD-00000001,C0000001,,ann@example.com,\n"),
        ({"shortRows": "pad"}, b"ORD-00000001,ann@example.com\n"),
        ({"formulaText": True}, b'ORD-00000001,C0000001,,="ann@example.com"\n'),
        ({"quoteChar": None}, b'ORD-00000001,C0000001,,"ann@example.com"\n'),
        ({"quotedMissing": False}, b'ORD-00000001,C0000001,"","ann@example.com"\n'),
        ({"escapeChar": "\\"}, b"ORD-00000001,C0000001,\\N,ann\\@example.com\n"),
        ({"delimiter": "||"}, b"ORD-00000001||C0000001||||ann@example.com\n"),
    ],
)
def test_the_dialect_does_not_matter(dialect: dict[str, Any], row: bytes) -> None:
    rules = people(*fields(EMAILS[0], COUNTRIES[0]))
    rules = rules.model_copy(update={"dialect": type(rules.dialect).model_validate(dialect)})
    header = FILE.split(b"\n")[0].replace(b",", rules.dialect.delimiter.encode()) + b"\n"
    found = reasons_of(header + row, rules)
    assert found
    assert ADDRESS not in "".join(reason.model_dump_json() for reason in found)
