"""References name letters and uploads without the address of a console."""

import pytest

from csvgate_ops.operate.references import (
    letter_id_of,
    letter_of,
    letter_reference,
    upload_of,
    upload_reference,
)


@pytest.mark.parametrize(
    ("topic", "letter_id"),
    [("enrich-records-dead-letter", "9421"), ("t", "a/b c"), ("t%2f", "é?#")],
)
def test_a_reference_names_the_letter(topic: str, letter_id: str) -> None:
    reference = letter_reference(topic, letter_id)
    assert (topic, letter_id) == letter_of(f" {reference}\n")
    assert letter_id == letter_id_of(reference)
    assert reference.isascii()


@pytest.mark.parametrize(
    "text",
    ["9421", "", "csvgate:letters/", "csvgate:letters/t", "csvgate:letters/t/", "letters/t/1"],
)
def test_other_texts_are_not_references(text: str) -> None:
    assert letter_of(text) is None
    assert text == letter_id_of(text)
    assert text == upload_of(text)


def test_a_reference_names_the_upload() -> None:
    assert "csvgate:uploads/3f2a" == upload_reference("3f2a")
    assert "3f2a" == upload_of(" csvgate:uploads/3f2a ")
    assert "orders/monday.csv" == upload_of("orders/monday.csv")
