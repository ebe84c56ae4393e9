"""A column and a single cell agree about every pattern and text."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import re2
from hypothesis import example, given
from hypothesis import strategies as st

from csvgate.contracts.pattern import anchored, matcher
from csvgate.validation.fast.kernels.strings.cell_test import is_ascii_only, matching
from unit.validation.fast.columns import cleared, cleared_by_type, slices

PATTERNS = [
    r"ORD-[0-9]{8}",
    r"[A-Za-z]+",
    r"\w+@\w+(?:\.\w+)+",
    r"[^a]",
    r".*",
    r"(?s).*",
    r"(?i)k.?",
    r"é+|\x{1F389}",
    r"\p{L}*\p{Nd}?",
    r"\P{L}",
    r"(?:a|b|)*",
    r"a|k",
    r"(?m)^a$",
    r"a\b.",
    r"\x00?a",
    r"(?:.*a.{12}b)*",
    r"",
]
TEXTS = st.one_of(
    st.text(alphabet="abkK\u212aé🎉٣7\n\r\0 \u2028\ud7ff\ue000\U0010ffff", max_size=6),
    st.sampled_from(["", "\n", "a\n", "\0", "ORD-12345678", "ORD-12345678\n", "a" * 5_000]),
).map(str.encode)
CELLS = st.one_of(
    TEXTS,
    st.binary(max_size=4),
    st.sampled_from([b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"a\xc3", b"\xf4\x90\x80\x80"]),
)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(st.lists(TEXTS, min_size=1, max_size=9))
def test_columns_of_texts(pattern: str, cells: list[bytes]) -> None:
    found = matching(pattern, text_only=False).fits(slices(cells))
    matches = matcher(pattern)
    assert found.tolist() == [matches(cell.decode()) for cell in cells]


@pytest.mark.parametrize("pattern", PATTERNS)
@given(st.lists(CELLS, min_size=1, max_size=9))
@example([b"\xed\xa0\x80", b"\xc0\x80", b"a\xff", b"\xf4\x90\x80\x80"])
def test_columns_of_bytes(pattern: str, cells: list[bytes]) -> None:
    """A cell that is not text is cleared by no pattern, whatever RE2 finds in its bytes."""
    matches = matcher(pattern)
    field = {"type": "string", "constraints": {"pattern": pattern}}
    one_by_one = [matches(cell.decode(errors="surrogateescape")) for cell in cells]
    expected = [
        found or cell == b""  # an empty cell is a missing value
        for found, cell in zip(one_by_one, cells, strict=True)
    ]
    for column in (cleared(cells, **field), cleared_by_type(cells, **field)):
        for clear, found, cell in zip(column.cleared, expected, cells, strict=True):
            assert found or not clear
            assert clear or not found or b"\0" in cell


EVERY_CHARACTER = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]


@pytest.mark.parametrize(
    "pattern",
    [
        *(rf"\p{{{name}}}" for name in ("L", "Lu", "M", "N", "Nd", "P", "S", "Z", "Greek", "Han")),
        r"(?i)\p{Lu}",
        r"(?i)\p{Ll}",
        r"\w|\s",
        r"(?i)[a-z]",
        r"(?i)[\x{80}-\x{24FF}]",
    ],
)
def test_both_copies_of_re2_know_the_same_characters(pattern: str) -> None:
    """pyarrow has a copy with tables of its own, which a later version may update."""
    in_columns = pc.match_substring_regex(pa.array(EVERY_CHARACTER), anchored(pattern))
    flags, _, rest = pattern.rpartition(")") if pattern.startswith("(?i)") else ("", "", pattern)
    prefix = f"{flags})" if flags else ""
    one_by_one = np.zeros(0x110000, np.bool_)
    for found in re2.finditer(f"{prefix}(?:{rest})+", "".join(EVERY_CHARACTER).encode()):
        one_by_one[[ord(character) for character in found.group().decode()]] = True
    expected = one_by_one[[ord(character) for character in EVERY_CHARACTER]]
    assert in_columns.to_numpy(zero_copy_only=False).tolist() == expected.tolist()


@pytest.mark.parametrize("pattern", ["(?i)k", "(?i:s)", "(?s).", "é", "[^a]", r"\x00", "."])
def test_patterns_that_match_more_than_ascii_are_not_taken_for_others(pattern: str) -> None:
    assert not is_ascii_only(pattern)
    assert is_ascii_only(r"(?:[A-Z]{2}|(a|\w)?)-\d+")
