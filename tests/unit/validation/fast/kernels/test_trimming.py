"""Cells without the spaces around them, and cells that stand for another text, on both paths."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow")

import numpy as np

from csvgate.types.common.spaces import SPACES
from csvgate.validation.fast.kernels.trimming import trimmed
from csvgate.validation.validate import validate
from unit.validation.fast.agreement import assert_agreement
from unit.validation.fast.columns import cleared_by_type, slices
from unit.validation.fast.test_paths import RULES_ONLY, outcome
from unit.validation.files import contract, rejected_rows

REPLACE = {"n/v": "", "none": "0", "5": "6", "6": "7", "": "8", "é": "9"}
FIELDS: dict[str, dict[str, Any]] = {
    "text": {},
    "short text": {"bigquery": "STRING(3)", "constraints": {"minLength": 1}},
    "pattern": {"constraints": {"pattern": "[0-9]{1,3}"}},
    "fixed pattern": {"constraints": {"pattern": "[A-Z]{2}"}},
    "integer": {"type": "integer"},
    "integer text": {"type": "integer", "bigquery": "STRING(4)"},
    "number": {"type": "number", "groupChar": " ", "decimalChar": ",", "affixes": ["€"]},
    "date": {"type": "date"},
    "required": {"type": "integer", "constraints": {"required": True}},
    "default": {"type": "integer", "default": "5"},
    "default text": {"default": "5", "missingValues": ["", "1"]},
    "missing": {"missingValues": ["5", "n/v", "", "\u00a0"]},
}
PADDING = st.text(SPACES + "\x1c\u200b", max_size=4) | st.sampled_from([" " * 70, "\u00a0" * 9])
TEXTS = st.one_of(
    st.sampled_from(
        [*REPLACE, "1", "12", "AB", "DE", "2026-11-21", "1 234,5 €", "a b", "日本", "\u2212 7"]
    ),
    st.text(max_size=4),
)
STRANGE = st.sampled_from(
    [b" \0", b"\0 ", b" \xa0", b"\xc2", b"\xc2 ", b"\xa0", b"\xe2\x80", b"\x80\x80",
     b"\xe3\x80\x80\xff", b"\xff\xc2\xa0", b" \xc2\xa0\xc2", b"\xe2\x80\xe2\x80\x83",
     b" " * 1000, b"x" + b" " * 1000 + b"y "]
)  # fmt: skip
CELLS = STRANGE | st.builds(lambda a, b, c: f"{a}{b}{c}".encode(), PADDING, TEXTS, PADDING)


@settings(max_examples=200, deadline=None)
@given(st.lists(CELLS, max_size=20))
@example([b"\xc2\xa0 \xc2\xa0a", b"", b"\xa0", b"  ", b"\xc2\xa0", b"\xe3\x80\x80"])
def test_what_is_left_of_a_cell(cells: list[bytes]) -> None:
    found = trimmed(slices(cells))
    assert (found.starts <= found.ends).all()
    for cell, content in zip(cells, found.contents(np.arange(len(cells))), strict=True):
        try:
            assert cell.decode().strip(SPACES).encode() == content
        except UnicodeDecodeError:
            with pytest.raises(UnicodeDecodeError):
                content.decode()


@pytest.mark.parametrize("replaces", [False, True])
@pytest.mark.parametrize("name", FIELDS)
@settings(max_examples=40, deadline=None)
@given(st.lists(CELLS, max_size=30))
def test_both_paths_read_the_same(name: str, replaces: bool, cells: list[bytes]) -> None:
    replace = {"replace": REPLACE} if replaces else {}
    assert_agreement(cells, trim=True, **FIELDS[name], **replace)
    assert_agreement(cells, **FIELDS[name], **replace)


def test_padded_and_replaced_cells_are_read_in_bulk() -> None:
    cells = [b" 12 ", b"\t7", b"\xc2\xa08\xe3\x80\x80", b"n/v ", b"", b" ", b"none", b"x"]
    clear, values = cleared_by_type(cells, type="integer", trim=True, replace=REPLACE | {"": ""})
    assert [True] * 7 + [False] == clear
    assert [12, 7, 8, None, None, None, 0] == values[:7]


def test_cells_of_many_replaced_texts_are_left_to_the_rules() -> None:
    replace = {str(number): str(number + 1) for number in range(100)}
    cells = [text.encode() for text in replace]
    clear, _ = cleared_by_type(cells, type="integer", replace=replace)
    assert 16 == sum(clear)
    assert_agreement(cells, type="integer", replace=replace)


def test_a_number_that_stands_for_a_faulty_text_is_not_cleared() -> None:
    clear, values = cleared_by_type(
        [b"5", b"6", b"7"], type="integer", replace={"5": "x", "6": "8"}
    )
    assert ([False, True, True], [8, 7]) == (clear, values[1:])


@pytest.mark.parametrize("vector_bytes", [1, RULES_ONLY])
def test_faults_and_the_reject_file_have_the_cell_as_it_was(vector_bytes: int) -> None:
    field = {"name": "n", "type": "integer", "trim": True, "replace": {"J": "1"}}
    rows = [b" 1 ,a", b"  x ,b", b" J,c", b'" ""k"" ",d']
    found = validate([b"n,b\n" + b"\n".join(rows)], contract(field, "b"), vector_bytes=vector_bytes)
    rejected = rejected_rows(found)
    assert rows[1::2] == [row.raw for row in rejected]
    assert ["  x ", ' "k" '] == [fault.value for row in rejected for fault in row.faults]


@pytest.mark.parametrize("delimiter", ["\t", " ", ";"])
def test_a_space_that_is_the_delimiter_is_not_part_of_a_cell(delimiter: str) -> None:
    rules = contract(
        {"name": "a", "trim": True},
        {"name": "b", "type": "integer", "trim": True},
        dialect={"delimiter": delimiter},
    )
    rows = ["a;b", ";1", '"\t x ";2', ' "" ;" 3 "', ";", '"" ;\xa04', "y;\t"]
    file = "\n".join(row.replace(";", delimiter) for row in rows).encode()
    expected = outcome([file], rules, vector_bytes=RULES_ONLY)
    for block_bytes in (16, 10_000):
        assert expected == outcome([file], rules, vector_bytes=1, block_bytes=block_bytes)
