"""Statistics, and how numbers are written."""

import pytest
from bench.reporting.markdown import mebibytes, micro, milliseconds, rate, table, times
from bench.reporting.report_validation import percent_down
from bench.reporting.stats import Figures, figures, paired_ratio


def test_figures() -> None:
    assert Figures(median=2.0, least=1.0, most=4.0) == figures([4.0, 1.0, 2.0])
    assert figures([1.0, 1.25]).spread == pytest.approx(0.25)


def test_a_ratio_is_of_rounds_not_of_medians() -> None:
    # The second round was slow for both.
    assert paired_ratio([1.0, 10.0, 1.0], [2.0, 20.0, 2.0]) == pytest.approx(2.0)


def test_table() -> None:
    assert "| a | b |\n|---|--:|\n| x/y | 1 |\n" == table(("a", "b"), [("x|y", "1")])
    assert "| a | b |\n|---|---|\n| x | y |\n" == table(("a", "b"), [("x", "y")], words=True)


def test_spelling() -> None:
    assert ["0.93", "12.6", "123"] == [micro(value) for value in (0.934, 12.56, 123.4)]
    assert ["1.08 M", "0.14 M", "22.3 k"] == [rate(value) for value in (0.93, 7.0, 44.9)]
    assert ["7.15×", "51.0×", "120×"] == [times(value) for value in (7.15, 51.0, 120.0)]
    assert ["1.5 ms", "583 ms"] == [milliseconds(value) for value in (0.0015, 0.583)]
    assert mebibytes(512 * 2**20) == "512 MiB"


def test_one_missed_row_is_never_a_hundred_percent() -> None:
    assert percent_down(99_999, 100_000) == "99.9%"
