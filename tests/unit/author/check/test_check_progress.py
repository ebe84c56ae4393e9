"""The progress display of a check, with an injected clock."""

import pytest

from csvgate_ops.author.check.progress import Progress


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def drawn(capsys: pytest.CaptureFixture[str], *, shown: bool, size: int | None) -> list[str]:
    clock = Clock()
    with Progress(size, shown=shown, clock=clock) as progress:
        for clock.now in (0.1, 0.9, 1.0, 1.1, 1.3):
            progress.on_bytes(2**20)
            progress.on_rows(int(clock.now * 1000), 7)
    return [part for part in capsys.readouterr().err.split("\r\x1b[K") if part]


def test_a_line_after_a_second_and_five_times_in_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert drawn(capsys, shown=True, size=10 * 2**20) == [
        " 30%  900 rows, 7 rejected  1 s",
        " 50%  1,100 rows, 7 rejected  1 s",
    ]


def test_bytes_where_the_size_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    assert drawn(capsys, shown=True, size=None)[0] == "3 MiB  900 rows, 7 rejected  1 s"


def test_nothing_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert drawn(capsys, shown=False, size=10) == []
