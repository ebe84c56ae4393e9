"""Lines of cells, with and without a terminal."""

import pytest

from csvgate_ops.author.check.grid import Grid
from csvgate_ops.text import cut_to_width, display_width, printable

TITLES = ("line", "value", "message")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("wie es ist: 東京", "wie es ist: 東京"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[31m\x9b\x7f\0", "\\x1b[31m\\x9b\\x7f\\x00"),
        ("\u202eevil\u00a0", "\\u202eevil\\xa0"),
        ("\udc80", "\\udc80"),
    ],
)
def test_plain(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_width_is_that_of_a_terminal() -> None:
    assert [display_width(t) for t in ("abc", "東京", "e\u0301")] == [3, 4, 1]
    assert cut_to_width("東京都千代田区", 7) == "東京都…"
    assert cut_to_width("as it is", 8) == "as it is"


def test_lines_have_no_end_without_a_terminal() -> None:
    grid = Grid(TITLES, (2, 4), None)
    assert grid.head() == "line  value  message\n"
    assert list(grid.wrapped(("7", "東京", "word " * 30))) == [f"   7  東京   {'word ' * 30}\n"]


def test_a_terminal_wraps_the_last_cell() -> None:
    grid = Grid(TITLES, (2, 4), 60)
    words = ("word " * 15).strip()
    wrapped = list(grid.wrapped(("7", "x", words)))
    assert [line[:14] for line in wrapped] == ["   7  x      w", "             w"]
    assert max(map(len, wrapped)) <= 61
    assert len(grid.line(("7", "x", words))) == 61


def test_a_narrow_terminal_puts_it_below() -> None:
    grid = Grid(TITLES, (2, 30), 60)
    wrapped = list(grid.wrapped(("7", "x", "so many words that they do not fit beside the value")))
    assert wrapped == [
        f"   7  {'x':<30}\n",
        "      so many words that they do not fit beside the value\n",
    ]
