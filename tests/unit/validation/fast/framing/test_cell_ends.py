"""Every cell comes whole: its last character, whatever its length and place in the file.

Lengths are around those of a word (8 bytes), of two (16, which the kernel of distinct cells
remembers as they are), and of the bytes behind a block (128, up to which it reads words). Each text
occurs with two last characters and without the last one, so that a cell whose end is not compared
takes the value of another.
"""

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

pytest.importorskip("pyarrow")

from csvgate.chunks.arrow import decode, encode
from csvgate.contracts.model import Contract
from csvgate.validation.faults import VALUE_CHARACTERS
from csvgate.validation.validate import validate
from unit.types.cell import read
from unit.validation.fast.columns import cleared, cleared_by_type
from unit.validation.files import contract

LENGTHS = (
    1,
    2,
    3,
    4,
    6,
    7,
    8,
    9,
    10,
    14,
    15,
    16,
    17,
    18,
    24,
    25,
    30,
    31,
    32,
    33,
    34,
    64,
    65,
    127,
    128,
    129,
)
"""In bytes of UTF-8."""
ENDS = ("a", "x", "y", "z ", "z", "é", "è", "東", "京", "𝄞", "𝄟", ".", ",", '"', '""', "\n", "\r\n")
"""How texts end: in characters of one to four bytes, in pairs of which several bytes are equal."""
RULES_ONLY = 2**62
PATHS = {"rules": RULES_ONLY, "blocks": 1}


def texts(lengths: Sequence[int] = LENGTHS) -> list[str]:
    """Return texts of each length and end that is not longer."""
    return [
        "a" * (length - len(end.encode())) + end
        for length, end in product(lengths, ENDS)
        if len(end.encode()) <= length
    ]


def written(text: str, *, quoted: bool) -> str:
    needed = any(char in text for char in ',"\r\n')
    return '"' + text.replace('"', '""') + '"' if quoted or needed else text


def loaded(file: str, rules: Contract, **sizes: Any) -> list[dict[str, object]]:
    batches = validate([file.encode()], rules, **sizes)
    chunks = [chunk for batch in batches for chunk in encode(batch, rules)]
    return [row for chunk in chunks for row in decode(chunk.data).to_pylist()]


FIELDS: dict[str, dict[str, Any]] = {
    "any": {},
    # Distinct cells are read by the rules, once each.
    "listed": {"constraints": {"enum": texts()}},
    "unique": {"constraints": {"unique": True}},
    "limited": {"constraints": {"minLength": 1, "maxLength": 129}},
    "missing": {"missingValues": ["b", "aaaaab"]},
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("longest", [8, 16, 32, 128, 1000])
def test_cells_come_whole(longest: int, quoted: bool, name: str, path: str) -> None:
    """In the first, a middle and the last column; in blocks of cells of up to one word, two, four
    and sixteen words, and more."""
    columns = [{"name": column, **FIELDS[name]} for column in ("first", "middle", "last")]
    rules = contract(*columns, dialect={"header": False})
    shown = [text for text in texts() if len(text.replace('"', '""').encode()) <= longest]
    # Kernels give distinct cells a code if they repeat, in the same block above all.
    rows = [(text, text, text) for text in shown for _ in range(1 if name == "unique" else 3)]
    file = "".join(",".join(written(cell, quoted=quoted) for cell in row) + "\n" for row in rows)
    found = loaded(file, rules, vector_bytes=PATHS[path], block_bytes=2000)
    assert rows == [(row["first"], row["middle"], row["last"]) for row in found]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("line_end", ["", "\n", "\r\n", "\r"])
@pytest.mark.parametrize("quoted", [False, True])
def test_the_last_cell_of_a_file_comes_whole(line_end: str, quoted: bool, path: str) -> None:
    rules = contract("a", "b", dialect={"header": False})
    for text in texts((1, 4, 8, 16, 33)):
        file = f"first,row\nlast,{written(text, quoted=quoted)}{line_end}"
        found = loaded(file, rules, vector_bytes=PATHS[path])
        assert [("first", "row"), ("last", text)] == [(row["a"], row["b"]) for row in found]


@pytest.mark.parametrize("path", PATHS)
def test_the_value_of_a_fault_is_the_whole_cell(path: str) -> None:
    rules = contract("a", {"name": "b", "constraints": {"enum": ["other"]}},
                     dialect={"header": False})  # fmt: skip
    lengths = [length for length in LENGTHS if length < VALUE_CHARACTERS]
    one_line = [text for text in texts(lengths) if text.isprintable()]
    file = "".join(f"x,{written(text, quoted=False)}\n" for text in one_line)
    batches = validate([file.encode()], rules, vector_bytes=PATHS[path])
    found = [f.value for batch in batches for row in batch.rejected for f in row.faults]
    assert one_line == found


@pytest.mark.parametrize("length", [length for length in LENGTHS if 1 < length <= 64])
def test_a_pattern_is_matched_up_to_its_end(length: int) -> None:
    field = {"constraints": {"pattern": f"[a-m]{{{length}}}"}}
    right = ("abcdefghijklm" * 5)[:length]
    wrong = [right[:at] + "n" + right[at + 1 :] for at in range(length)]
    wrong += [right[:-1], right + "a", right[:-1] + "é", right[:-1] + " "]
    cells = [text.encode() for text in (right, *wrong, right)]
    clear, values = cleared_by_type(cells, **field)
    assert [True, *[False] * len(wrong), True] == clear
    assert [right, right] == [value for value in values if value is not None]
    assert clear == cleared(cells, **field).cleared


LENGTH_CELLS: Sequence[str] = ["", "a", "ab", "abc", "abcd", "é", "éé", "ééé", "東京", "東京都",
                               "𝄞", "𝄞𝄞", "𝄞𝄞𝄞𝄞", "aé", "aéb", "abéé"]  # fmt: skip


def test_characters_are_counted_and_not_bytes() -> None:
    field = {"constraints": {"minLength": 2, "maxLength": 3}, "missingValues": []}
    fits = [2 <= len(text) <= 3 for text in LENGTH_CELLS]
    assert fits == cleared_by_type([text.encode() for text in LENGTH_CELLS], **field).cleared


SPACED = ("NA", "NA ", " NA", "NA\t", "na", "NAA", "-", "- ", "", " ")


@pytest.mark.parametrize("column", [{}, {"constraints": {"unique": True}}])
def test_a_missing_value_has_no_spaces_around_it(column: dict[str, Any]) -> None:
    field = {"missingValues": ["NA", "-"], **column}
    expected = [None if text in ("NA", "-") else text for text in SPACED]
    assert expected == [read(text, **field) for text in SPACED]
    for found in (cleared, cleared_by_type):
        assert ([True] * len(SPACED), expected) == found([t.encode() for t in SPACED], **field)
