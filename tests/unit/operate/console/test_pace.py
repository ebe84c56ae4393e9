"""The rate and the remaining time of a job."""

from datetime import UTC, datetime, timedelta

import pytest

from csvgate_ops.operate.console.pace import Pace

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
UNKNOWN = "the rate is not known yet"
NONE = "no letter was processed in the last minute"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("marks", "now", "left", "expected"),
    [
        ([], 100, 10, UNKNOWN),
        ([(0, 0)], 1, 10, UNKNOWN),
        ([(0, 0), (1, 200)], 1.5, 10, UNKNOWN),
        ([(0, 0)], 59, 10, UNKNOWN),
        ([(0, 0)], 60, 10, NONE),
        ([(0, 0), (4, 800)], 4, 8000, "200 letters/s, about 40 s left"),
        ([(0, 0), (4, 800)], 8, 8000, "100 letters/s, about 80 s left"),
        ([(0, 0), (4, 800)], 64, 8000, NONE),
        ([(0, 0), (4, 2)], 4, 100, "0.5 letters/s, about 3 min left"),
        ([(0, 0), (50, 1)], 50, 100, "1.2 letters/min, about 83 min left"),
        ([(0, 0), (50, 1)], 50, 500, "1.2 letters/min, about 6.9 h left"),
        ([(0, 0), (50, 1)], 50, 90_000, "1.2 letters/min, more than a day left at this rate"),
        ([(0, 0), (4, 800)], 4, 0, "200 letters/s, about 1 s left"),
    ],
)
def test_the_pace_in_words(
    marks: list[tuple[float, int]], now: float, left: int, expected: str
) -> None:
    pace = Pace()
    for seconds, processed in marks:
        pace.note(at(seconds), processed)
    assert expected == pace.words(left, at(now))


def test_the_rate_is_that_of_the_last_minute() -> None:
    pace = Pace()
    for tenth in range(3000):
        seconds = tenth / 10
        pace.note(at(seconds), int(seconds * 100 if seconds < 200 else 20_000 + seconds - 200))
    rate = pace.rate(at(300))
    assert rate is not None
    assert 0.9 < rate < 1.1
    assert len(pace._marks) <= 63
