"""A letter that was forwarded while the breaker was open says so, and what opened it."""

from datetime import datetime, timedelta

import pytest

from csvgate.ports import Message
from csvgate.protocol.ledger.entries import Lifted, Tripped
from csvgate.runtime.breaker_ledger import BreakerLedger, Opening, openings
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.actions.show import show
from csvgate_ops.operate.dead_letters.content.masking import message_of
from csvgate_ops.operate.dead_letters.content.open_breakers import AFTER_LIFT, opening_at
from fakes.effects import Effect
from fakes.queues import START
from unit.operate.dead_letters.contexts import LetterWorld, letter_world
from world import letters_of

ENRICH, NOTIFY = "enrich_records", "notify_stakeholders"
FORWARDED = {
    "CloudPubSubDeadLetterSourceSubscription": "enrich-sub",
    "CloudPubSubDeadLetterSourceDeliveryCount": "10",
}
AT = START - timedelta(hours=1)
"""When the letters under test were dead-lettered."""
CAUSE = "48 table.contradicts, 2 unexpected"


def trip(
    there: LetterWorld,
    at: datetime,
    lifted: datetime | None = None,
    *,
    function: str = ENRICH,
    revision: str = "r1",
    number: int = 1,
) -> None:
    entries = BreakerLedger(there.context.ledger, function, revision)
    codes = {"table.contradicts": 48, "unexpected": 2}
    assert entries.trip(number, Tripped(at=at, since=at, letters=50, handled=2, codes=codes))
    if lifted:
        assert entries.lift(number, Lifted(at=lifted, actor="ada", reason="fixed"))


def put(there: LetterWorld, attributes: dict[str, str], function: str = ENRICH) -> None:
    dated = {"csvgate-dead-lettered-at": AT.isoformat(), **attributes}
    there.world.publisher.topics[letters_of(function)].append(Message(b"{}", dated))


def message(there: LetterWorld) -> str:
    (letter,) = read(there.context).letters
    assert letter.message == show(there.context, letter.id).message
    return message_of(letter, there.context)


def test_a_forwarded_letter_says_that_the_breaker_was_open_why_and_how_to_proceed() -> None:
    there = letter_world()
    trip(there, AT - timedelta(minutes=30))
    put(there, FORWARDED)
    found = message(there)
    assert found.startswith(
        "Pub/Sub gave up after 10 deliveries from enrich-sub: the breaker of enrich_records "
        "(revision r1) was open: 50 of 52 uploads were dead-lettered"
    )
    assert CAUSE in found
    assert (
        "deploy a new revision or run `csvgate breaker lift enrich_records`, then replay" in found
    )


def test_a_letter_sent_at_the_last_attempt_keeps_its_reason() -> None:
    there = letter_world()
    trip(there, AT - timedelta(minutes=30))
    reason = {"csvgate-code": "table.schema", "csvgate-message": "the true reason"}
    put(there, {**reason, "csvgate-breaker": "open", "csvgate-function": ENRICH})
    found = message(there)
    assert found.startswith("the true reason (last attempt, while the breaker of enrich_records")
    assert CAUSE in found
    (letter,) = read(there.context).letters
    assert "table.schema" == letter.code


@pytest.mark.parametrize(
    ("tripped", "lifted", "function"),
    [
        pytest.param(timedelta(minutes=1), None, ENRICH, id="opened later"),
        pytest.param(timedelta(hours=-2), -timedelta(hours=1), ENRICH, id="lifted long before"),
        pytest.param(timedelta(minutes=-5), None, NOTIFY, id="another function"),
    ],
)
def test_other_forwarded_letters_are_as_before(
    tripped: timedelta, lifted: timedelta | None, function: str
) -> None:
    there = letter_world()
    trip(there, AT + tripped, AT + lifted if lifted else None, function=function)
    put(there, FORWARDED)
    assert "breaker" not in message(there)
    assert "enrich_records did not answer" in message(there)


def test_other_letters_are_as_before() -> None:
    there = letter_world()
    trip(there, AT - timedelta(minutes=30))
    put(there, {"csvgate-code": "table.schema", "csvgate-message": "why"})
    assert "why" == message(there)


def test_a_ledger_that_cannot_be_read_hides_no_letter() -> None:
    there = letter_world()
    trip(there, AT - timedelta(minutes=30))
    put(there, FORWARDED)

    def gone(effect: Effect) -> None:
        raise Transient("storage.unavailable", effect.kind)

    there.world.effects.looking = gone
    (letter,) = read(there.context).letters
    assert "enrich_records did not answer" in letter.message


def test_functions_of_strangers_are_not_looked_up() -> None:
    there = letter_world()
    put(there, {**FORWARDED, "csvgate-function": "../../x", "csvgate-breaker": "open"})
    looked: list[str] = []
    there.world.effects.looking = lambda effect: looked.append(effect.target)
    assert read(there.context).letters
    assert [] == [target for target in looked if "breakers" in target]


def test_the_latest_opening_at_the_time_explains_it() -> None:
    there = letter_world()
    first, second = AT - timedelta(hours=5), AT - timedelta(hours=1)
    trip(there, first, first + timedelta(hours=1))
    trip(there, second, number=2)
    trip(there, second + timedelta(minutes=1), revision="r2")
    found = openings(there.context.ledger, ENRICH)
    assert [("r1", first), ("r1", second), ("r2", second + timedelta(minutes=1))] == [
        (opening.revision, opening.tripped.at) for opening in found
    ]

    def at(when: datetime, revision: str = "") -> tuple[str, datetime] | None:
        opening: Opening | None = opening_at(found, when, revision)
        return (opening.revision, opening.tripped.at) if opening else None

    assert at(first - timedelta(seconds=1)) is None
    assert at(first) == ("r1", first)
    assert at(first + timedelta(hours=1) + AFTER_LIFT) == ("r1", first)
    assert at(first + timedelta(hours=1, seconds=1) + AFTER_LIFT) is None
    assert at(AT) == ("r2", second + timedelta(minutes=1))
    assert at(AT, "r1") == ("r1", second)
