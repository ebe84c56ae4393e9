"""When a breaker trips, as one table of cases."""

from datetime import UTC, datetime, timedelta

import pytest

from csvgate.ports import Message
from csvgate.runtime.breaker import (
    CountedLetter,
    Limits,
    Trip,
    decide,
    message_key,
    subject_of,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LIMITS = Limits(window=timedelta(minutes=10), letters=4, share=0.8)


def letter(second: int, subject: str = "", handled: int = 0, code: str = "a") -> CountedLetter:
    """A dead letter, sent `second` seconds after the window begins."""
    at = NOW - timedelta(minutes=10) + timedelta(seconds=second)
    return CountedLetter(at, subject or f"m{second}", handled, code)


def letters(count: int, *, start: int = 1, handled: int = 0) -> list[CountedLetter]:
    return [letter(start + n, handled=handled) for n in range(count)]


@pytest.mark.parametrize(
    ("found", "trips"),
    [
        pytest.param([], False, id="nothing"),
        pytest.param(letters(3), False, id="too few"),
        pytest.param(letters(4), True, id="just enough, nothing handled"),
        pytest.param([letter(1, handled=1), *letters(3, start=2)], True, id="just the share"),
        pytest.param([letter(1, handled=2), *letters(3, start=2)], False, id="below the share"),
        pytest.param(letters(400, handled=1), False, id="half of many"),
        pytest.param(
            [letter(1, handled=10_000), *letters(4, start=2)], True, id="good work long before"
        ),
        pytest.param(
            [*letters(4), letter(9, handled=10_000)], False, id="fixed before the latest letter"
        ),
        pytest.param([letter(n, "same") for n in range(1, 99)], False, id="one upload, often"),
        pytest.param(
            [*letters(3), *(letter(n, "m1") for n in range(10, 99))], False, id="redelivered"
        ),
        pytest.param([letter(0), *letters(3)], False, id="one is as old as the window"),
        pytest.param([*letters(4)][::-1], True, id="in any order"),
    ],
)
def test_what_trips(found: list[CountedLetter], trips: bool) -> None:
    assert trips == (decide(LIMITS, found, NOW) is not None)


def test_a_trip_says_what_tripped_it() -> None:
    found = [
        letter(1, code="old", handled=7),
        letter(2, code="a"),
        letter(3, code="b", handled=1),
        letter(4, code="b"),
        letter(5, code="b"),
    ]
    expected = Trip(since=found[1].at, letters=4, handled=1, codes={"b": 3, "a": 1})
    assert expected == decide(LIMITS, found, NOW)


def test_a_message_is_known_again() -> None:
    event = {"ce-id": "1", "ce-source": "s"}
    key = message_key(Message(b"x", event))
    assert key == message_key(Message(b"x", event | {"csvgate-replays": "1"}))
    assert key != message_key(Message(b"x", event | {"ce-id": "2"}))
    assert key != message_key(Message(b"x", event | {"ce-source": "other"}))
    assert message_key(Message(b"x", {})) == message_key(Message(b"x", {"a": "b"}))
    assert message_key(Message(b"x", {})) != message_key(Message(b"y", {}))


def test_a_letter_counts_as_its_upload_or_else_as_its_message() -> None:
    first, second = Message(b"x", {}), Message(b"y", {})
    about = {"upload": "ab12", "chunk": "3"}
    assert subject_of(about, first) == subject_of({**about, "chunk": "4"}, second) == "ab12"
    assert message_key(first) == subject_of({}, first) != subject_of({}, second)
