"""Who did what to which letter, when and why: objects in the ledger bucket, created once.

    audit/<yyyy-mm-dd>/<run>/begun.json        who, what, why, which letters were meant
    audit/<yyyy-mm-dd>/<run>/ended.json        what became of each; missing after an interruption
    audit/<yyyy-mm-dd>/<run>/followed.json     a later run waited for the letters that this one held
    audit/<yyyy-mm-dd>/<run>/revealed.json     instead: who saw sensitive columns of which letters
    audit/letters/<topic>/<yyyy-mm-dd>/<hhmmss.ffffff>-<id>.<verb>.json
                                               one letter, by the time of its publishing

The name of a letter's own object follows from the letter alone, so that whoever meets a letter
that was replayed, and not yet removed when the run ended, can tell. The time is part of it because
an emulator that forgets its messages gives the same ids again.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote
from uuid import uuid4

from csvgate.ports import Clock
from csvgate.protocol.ledger import Ledger
from csvgate.protocol.ledger_entries import Entry
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.runs import Outcome

_MOST_LISTED: Final = 10_000
"""Outcomes that `ended.json` spells out; each letter has its own object anyway."""


class Begun(Entry):
    action: str
    actor: str
    at: datetime
    reason: str
    wanted: dict[str, object]


class ListedOutcome(Entry):
    letter: str
    function: str
    code: str
    upload: str
    result: str
    detail: str


class Ended(Entry):
    at: datetime
    stopped: bool
    done: int
    skipped: int
    failed: int
    outcomes: tuple[ListedOutcome, ...]


class Followed(Entry):
    by: str
    at: datetime


class LetterMark(Entry):
    verb: str
    run: str
    actor: str
    at: datetime
    reason: str
    letter: str
    function: str
    code: str
    upload: str
    outcome: str
    """Where it went: topic and message id, or how it was changed."""


def new_run(clock: Clock) -> str:
    """A name that sorts by time and that no other run has."""
    return f"{clock():%Y-%m-%d}/{clock():%H%M%S}-{uuid4().hex[:8]}"


@dataclass(slots=True)
class AuditTrail:
    """The entries of one run, and what earlier runs left about the letters it meets."""

    ledger: Ledger
    actor: str
    clock: Clock
    run: str
    reason: str = ""
    _known: dict[str, frozenset[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, action: str, wanted: dict[str, object]) -> None:
        self._open("begun", action, wanted)

    def reveal(self, wanted: dict[str, object]) -> None:
        self._open("revealed", "reveal", wanted)

    def _open(self, name: str, action: str, wanted: dict[str, object]) -> None:
        begun = Begun(
            action=action, actor=self.actor, at=self.clock(), reason=self.reason, wanted=wanted
        )
        self.ledger.create(f"audit/{self.run}/{name}.json", begun)

    def end(self, outcomes: list[Outcome], *, stopped: bool) -> None:
        def count(*results: str) -> int:
            return sum(outcome.result in results for outcome in outcomes)

        listed = tuple(
            ListedOutcome(
                letter=o.letter,
                function=o.function,
                code=o.code,
                upload=o.upload,
                result=o.result,
                detail=o.detail,
            )
            for o in outcomes[:_MOST_LISTED]
        )
        ended = Ended(
            at=self.clock(),
            stopped=stopped,
            done=count("done", "done before"),
            skipped=count("skipped"),
            failed=count("failed"),
            outcomes=listed,
        )
        self.ledger.create(f"audit/{self.run}/ended.json", ended)

    def follow(self, runs: Iterable[str]) -> None:
        """Nobody need wait for what these held: this run has."""
        for run in runs:
            followed = Followed(by=self.run, at=self.clock())
            self.ledger.create(f"audit/{run}/followed.json", followed)

    def mark(self, letter: DeadLetter, verb: str, outcome: str) -> None:
        """Returns once it is on record. Somebody who was first has it on record already."""
        mark = LetterMark(
            verb=verb,
            run=self.run,
            actor=self.actor,
            at=self.clock(),
            reason=self.reason,
            letter=letter.id,
            function=letter.function,
            code=letter.code,
            upload=letter.upload,
            outcome=outcome,
        )
        self.ledger.create(_name(letter, verb), mark)

    def earlier(self, letter: DeadLetter, *verbs: str) -> LetterMark | None:
        """What an earlier run has on record: one listing for all letters of a topic and day."""
        folder = _folder(letter)
        with self._lock:
            if folder not in self._known:
                self._known[folder] = frozenset(self.ledger.names(folder))
            known = self._known[folder]
        for verb in verbs:
            if _name(letter, verb) in known:
                return self.ledger.get(LetterMark, _name(letter, verb))
        return None


def marks(ledger: Ledger, letter: DeadLetter) -> list[LetterMark]:
    """All that is on record about a letter."""
    names = ledger.names(f"{_stem(letter)}.")
    return [mark for name in names if (mark := ledger.get(LetterMark, name))]


def unfinished(ledger: Ledger, now: datetime) -> list[tuple[str, Begun]]:
    """Runs of the last day that have not ended: at work somewhere, or interrupted, and nobody has
    waited for the letters they held."""
    names: set[str] = set()
    for day in (now - timedelta(days=1), now):
        names.update(ledger.names(f"audit/{day:%Y-%m-%d}/"))
    found = []
    for name in sorted(names):
        over = {name.replace("/begun.", after) for after in ("/ended.", "/followed.")}
        if name.endswith("/begun.json") and not over & names:
            begun = ledger.get(Begun, name)
            if begun is not None and now - begun.at < timedelta(days=1):
                found.append((name.removeprefix("audit/").removesuffix("/begun.json"), begun))
    return found


def _folder(letter: DeadLetter) -> str:
    return f"audit/letters/{letter.topic}/{letter.published_at:%Y-%m-%d}/"


def _name(letter: DeadLetter, verb: str) -> str:
    return f"{_stem(letter)}.{verb}.json"


def _stem(letter: DeadLetter) -> str:
    return f"{_folder(letter)}{letter.published_at:%H%M%S.%f}-{quote(letter.id, safe='')}"
