"""The end of every run: an operator replays the dead letters until every upload has ended.

A letter's replay has an effect at once, or from the hour on that the letter names. Letters that
report rejected rows are left alone: they are not needed for any upload to end.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from csvgate.ports import Message
from csvgate.protocol.ledger.attempts import current_attempt
from csvgate.protocol.messages.attributes import UPLOAD, attribute
from simulate.promise import is_over, open_letters, require_end_or_letter
from simulate.world.crash import require
from simulate.world.people import People

ROUNDS = 8
PAUSE = timedelta(minutes=2)
"""Between two rounds: longer than the claim of a load and the lease of an email."""
_HOUR = re.compile(r"from (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC on")


def replay_all(people: People, drain: Callable[[], None]) -> None:
    """Replay until nothing is left to replay. `drain` delivers everything. Raises Violation."""
    for _ in range(ROUNDS):
        require_end_or_letter(people)
        chosen = _chosen(people)
        orders = people.cloud.orders
        waiting = [n for n in range(len(orders.given)) if n not in orders.over]
        if not chosen and not waiting:
            return
        for function, place in chosen:
            _prepare(people, people.cloud.letters(function)[place])
        people.cloud.now += PAUSE
        for function, place in chosen:
            people.mailroom.replay(function, place)
        for number in waiting:
            people.mailroom.act(number)
        drain()
    require_end_or_letter(people)


def _chosen(people: People) -> list[tuple[str, int]]:
    about = [
        key
        for sent in people.sent
        if not is_over(people, sent)
        for key in open_letters(people, sent)
    ]
    emails = [
        (function, place)
        for function, place, _ in people.mailroom.letters()
        if function == "notify_stakeholders" and (function, place) not in people.mailroom.replayed
    ]
    return list(dict.fromkeys(about + emails))


def _prepare(people: People, letter: Message) -> None:
    """Do what the letter asks for: wait until the hour that it names, or settle the upload."""
    message = letter.attributes.get("csvgate-message", "")
    if found := _HOUR.search(message):
        named = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
        people.cloud.now = max(people.cloud.now, named + timedelta(seconds=1))
    if letter.attributes.get("csvgate-code") == "commit.partial":
        upload = attribute(letter.attributes, UPLOAD)
        entries = people.cloud.unwatched_ledger().upload(upload)
        changed = any(row[0] in (upload, entries.corrects()) for row in people.removed)
        require(changed, f"some rows of {upload} are said to be missing, but nobody deleted any")
        attempt = current_attempt(entries).number
        people.settle(upload, attempt, "committed")
