"""A cell has one reading at most, whatever texts around numbers a contract may list."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from csvgate.contracts.checks.cells.numbers import check_numbers
from csvgate.contracts.model import SchemaField
from csvgate.types.common.affixes import may_precede
from unit.types.cell import read

CHARACTERS = "eERm$%.,- 25("
AFFIXES = st.lists(st.text(CHARACTERS, min_size=1, max_size=3), min_size=1, max_size=3)
NUMBER = re.compile(r"(?:(?:[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)"
                    r"(?:[eE][-+]?[0-9]+)?")  # fmt: skip


def readings(text: str, field: SchemaField) -> Iterator[Decimal]:
    """Yield the value of each way to divide the text into signs, texts and a number."""
    for start, end in product(range(len(text)), range(1, len(text) + 1)):
        if NUMBER.fullmatch(text, start, end):
            number = Decimal(text[start:end].replace(",", ""))
            left = signs_in(text[:start], [a for a in field.affixes if may_precede(a)])
            right = {
                sign[::-1] for sign in signs_in(text[end:][::-1], [a[::-1] for a in field.affixes])
            }
            for before, after in product(left, right):
                if text[start] == "." and start and text[start - 1].isalpha():
                    continue  # the point ends an abbreviation
                if len(before + after) > 1 or (after and "trailing" not in field.negative):
                    continue
                yield -number if before + after == "-" else number


def signs_in(text: str, affixes: list[str]) -> set[str]:
    """Return the signs for each way to read what stands before a number."""
    found = {text} if text in ("", "-", "+") else set[str]()
    for affix, outer, inner in product(affixes, ["", "-", "+"], ["", "-", "+"]):
        shape = (
            re.escape(outer) + (" *" if outer else "") + re.escape(affix) + " *" + re.escape(inner)
        )
        if re.fullmatch(shape, text):
            found.add(outer + inner)
    return found


@pytest.mark.parametrize("negative", [["leading"], ["leading", "trailing"]])
@settings(max_examples=100, deadline=None)
@given(AFFIXES, st.data())
@example(["Rs", "Rs."], None)
def test_a_cell_has_one_reading(negative: list[str], affixes: list[str], data: Any) -> None:
    written = {"type": "number", "groupChar": ",", "affixes": affixes, "negative": negative}
    field = SchemaField.model_validate({"name": "a", **written})
    assume(not list(check_numbers(field)))
    parts = st.sampled_from([*affixes, "5", "25", ".5", ",500", "e2", "-", "+", " ", "."])
    texts = ["Rs.5", "Rs5", "Rs .5"] if data is None else data.draw(st.lists(
        st.lists(parts, min_size=1, max_size=6).map("".join), min_size=8, max_size=8
    ))  # fmt: skip
    for text in texts:
        values = set(readings(text, field))
        assert len(values) <= 1, text
        value = read(text, bigquery="BIGNUMERIC", missingValues=[], **written)
        if value == ["bigquery.range"]:
            assert values
            continue
        assert (text, value if values else ["type.number"]) == (text, value)
        assert not values or values == {value}
