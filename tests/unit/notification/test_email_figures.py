"""Percentages and the widths of the bar."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csvgate.protocol.events import Counts
from csvgate.text import counted, percent
from notification.email.figures import bar


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (0, 10, "0%"),
        (10, 10, "100%"),
        (1, 3, "33.3%"),
        (97, 5000, "1.9%"),
        (4903, 5000, "98.1%"),
        (1, 1000, "0.1%"),
        (999, 1000, "99.9%"),
        (1, 1001, "<0.1%"),
        (1000, 1001, ">99.9%"),
        (1, 10**12, "<0.1%"),
    ],
)
def test_percent(part: int, whole: int, expected: str) -> None:
    assert percent(part, whole) == expected


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "0 rows"), (1, "1 row"), (12345, "12,345 rows")]
)
def test_rows(count: int, expected: str) -> None:
    assert counted(count, "row") == expected


@settings(deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_the_bar_shows_each_part_that_is_there(valid: int, rejected: int) -> None:
    drawn = bar(Counts(read=valid + rejected, valid=valid, rejected=rejected))
    if drawn is None:
        assert valid + rejected == 0
        return
    assert drawn.valid_width + drawn.rejected_width == 100
    assert len(drawn.valid_blocks) + len(drawn.rejected_blocks) == 40
    for part, width, blocks in (
        (valid, drawn.valid_width, drawn.valid_blocks),
        (rejected, drawn.rejected_width, drawn.rejected_blocks),
    ):
        assert (part > 0) == (width >= 3) == (len(blocks) >= 1)
