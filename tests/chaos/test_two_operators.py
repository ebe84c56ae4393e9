"""Two operators with a console each act on overlapping selections while the broker is stopped and
killed. Every letter is replayed or discarded once, and each console shows the other's run.

    make chaos LETTERS=5000
"""

import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from chaos.consoles import PATIENT_SECONDS, Console, console, words
from chaos.half_cloud import WATCH, HalfCloud, half_cloud
from csvgate.protocol.dead_letters import PREFIX
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import AUDIT_BEGUN, AUDIT_ENDED, LETTER_MARK
from csvgate_ops.operate.dead_letters.content.parse import REPLAY_OF
from local_cloud import eventually, variables

pytestmark = pytest.mark.cloud
LETTERS = int(os.environ.get("CSVGATE_CHAOS_LETTERS") or 240)
"""`make chaos` takes 5,000; `make test` takes these."""
SLOWLY = "2"
"""Letters per second, at first: the replay has to last until everybody has seen it."""
STOPPED = 1.5
FUNCTION = "enrich_records"
CODES = ADAS, _ = ("bigquery.unavailable", "table.missing")
DATASETS = GRACES, _ = ("orders", "returns")
REASON = "the orders of this day are uploaded again"


def kind(number: int) -> tuple[str, str]:
    """Return the code and the dataset of a letter: there are four pairs."""
    return CODES[number % 2], DATASETS[number // 2 % 2]


def message(number: int) -> tuple[bytes, dict[str, str]]:
    code, dataset = kind(number)
    body = {"upload": {"id": f"{number % 9:016x}"}, "dataset": dataset, "number": number}
    given = {"code": code, "message": "BigQuery does not answer", "function": FUNCTION}
    return json.dumps(body).encode(), {f"{PREFIX}{name}": text for name, text in given.items()}


@pytest.mark.timeout(2 * PATIENT_SECONDS)
def test_every_letter_is_replayed_or_discarded_once(
    tmp_path: Path, note: Callable[[object], None]
) -> None:
    with half_cloud(tmp_path / "cloud") as cloud, variables(cloud.environment):
        topic, _ = cloud.dead_letters(FUNCTION)
        ids = cloud.publish(topic, map(message, range(LETTERS)))
        ledger = cloud.ledger()
        # One after the other, because a console that reads holds the letters for a moment.
        with console("ada", cloud.data_dir) as ada:
            ada.read(LETTERS)
            with console("grace", cloud.data_dir) as grace:
                grace.read(LETTERS)
                begin_both(ledger, ada, grace)
                cloud.stop_broker(STOPPED)
                cloud.kill_broker()
                ada.stop()
                wanted = {i for n, i in enumerate(ids) if kind(n) != (CODES[1], DATASETS[1])}
                finish(cloud, ledger, ada, grace, wanted)
        note(check(cloud, ledger, ids, wanted))


def begin_both(ledger: Ledger, ada: Console, grace: Console) -> None:
    """Ada replays by code, Grace discards by dataset, and each sees what the other does."""
    ada.begin(ada.confirmation("replay", code=ADAS), rate=SLOWLY)
    eventually(
        lambda: len(list(ledger.audit.find(LETTER_MARK))) > 2, "some replays", PATIENT_SECONDS
    )
    shown = grace.confirmation("discard", dataset=GRACES)
    assert sees(words(shown), "ada", "replay", LETTERS // 4)
    grace.begin(shown, reason=REASON)
    eventually(
        lambda: len(list(ledger.audit.find(AUDIT_BEGUN))) == 2, "grace's run", PATIENT_SECONDS
    )
    assert sees(words(ada.confirmation("replay", code=ADAS)), "grace", "discard", LETTERS // 4)
    for one in (ada, grace):
        audit = one.page("/audit/")
        assert 2 == audit.count("not ended"), audit
        assert "ada@" in audit
        assert "grace@" in audit


def sees(page: str, name: str, action: str, most: int) -> bool:
    began = rf"{name}@\S+ began “{action}” on ([\d,]+) of these letters .* has not ended"
    found = re.search(began, page)
    return found is not None and 0 < int(found[1].replace(",", "")) <= most


def finish(
    cloud: HalfCloud, ledger: Ledger, ada: Console, grace: Console, wanted: set[str]
) -> None:
    """Whoever has ended begins again with what is left of the own list, until all is done. The
    broker is killed once more when half of it is."""
    deadline, is_killed = time.monotonic() + PATIENT_SECONDS, False
    while left := wanted - {parts["letter"] for parts in ledger.audit.find(LETTER_MARK)}:
        assert time.monotonic() < deadline, f"{len(left)} letters are left"
        if not is_killed and len(left) < len(wanted) / 2:
            cloud.kill_broker()
            is_killed = True
        if not ada.is_at_work and (page := ada.confirmation("replay", code=ADAS)):
            ada.begin(page)
        if not grace.is_at_work and (page := grace.confirmation("discard", dataset=GRACES)):
            grace.begin(page, reason=REASON)
        time.sleep(0.3)
    eventually(lambda: not (ada.is_at_work or grace.is_at_work), "the end", PATIENT_SECONDS)


def check(cloud: HalfCloud, ledger: Ledger, ids: list[str], wanted: set[str]) -> str:
    """Count every letter: in the marks, in the reports, in its queue and where replays go."""
    marks = [ledger.audit.get(LETTER_MARK, **parts) for parts in ledger.audit.find(LETTER_MARK)]
    by_letter = Counter(mark.letter for mark in marks if mark)
    assert wanted == by_letter.keys(), "lost, or not selected by anybody"
    doubled = [mark for mark in marks if mark and by_letter[mark.letter] > 1]
    assert [] == doubled
    replayed = {mark.letter for mark in marks if mark and mark.verb == "replayed"}
    discarded = {mark.letter for mark in marks if mark and mark.verb == "discarded"}
    assert len(wanted) == len(replayed) + len(discarded)
    sent = Counter(each.message.attributes[REPLAY_OF] for each in cloud.drained(WATCH))
    assert replayed == sent.keys(), "what was replayed was sent, and nothing else"
    waiting = {each.message.message_id for each in cloud.drained(cloud.dead_letters(FUNCTION)[1])}
    assert set(ids) - wanted == waiting
    done, again = Counter[str](), 0
    runs = list(ledger.audit.find(AUDIT_ENDED))
    for parts in runs:
        ended = ledger.audit.get(AUDIT_ENDED, **parts)
        assert ended is not None
        done.update(each.letter for each in ended.outcomes if each.result == "done")
        again += sum(each.result == "done before" for each in ended.outcomes)
    assert wanted == done.keys()
    twice = sum(count - 1 for count in sent.values())
    return (
        f"{len(ids):,} letters: {len(replayed):,} replayed by ada, {len(discarded):,} discarded by "
        f"grace, {len(waiting):,} wait; {len(runs)} runs, {again} letters found done, {twice} "
        "messages sent again with the same identifiers"
    )
