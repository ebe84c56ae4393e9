"""Who did what to which letter, when and why: objects in the ledger bucket, created once.

The name of a letter's own object follows from the letter alone, so that whoever meets a letter
that was replayed, and not yet removed when the run ended, can tell. The time is part of it because
an emulator that forgets its messages gives the same ids again.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import quote

from csvgate.ports import Clock
from csvgate.protocol.ledger.entries import (
    AuditAction,
    AuditEnd,
    AuditFollowed,
    LetterMark,
    ListedOutcome,
)
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import AUDIT_BEGUN, AUDIT_ENDED, AUDIT_FOLLOWED, LETTER_MARK
from csvgate_ops.operate.audit import run_parts
from csvgate_ops.operate.dead_letters.acting import Action, Outcome
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter

Verb = Literal["replayed", "edited", "discarded"]
_MOST_LISTED: Final = 10_000
"""Outcomes that `ended.json` spells out; each letter has its own object anyway."""


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

    def begin(self, action: Action, wanted: Mapping[str, Any]) -> None:
        begun = AuditAction(
            action=action,
            actor=self.actor,
            at=self.clock(),
            reason=self.reason,
            details=dict(wanted),
        )
        self.ledger.create(AUDIT_BEGUN, begun, **run_parts(self.run))

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
        ended = AuditEnd(
            at=self.clock(),
            stopped=stopped,
            done=count("done", "done before"),
            skipped=count("skipped"),
            failed=count("failed"),
            outcomes=listed,
        )
        self.ledger.create(AUDIT_ENDED, ended, **run_parts(self.run))

    def follow(self, runs: Iterable[str]) -> None:
        """Nobody need wait for what these held: this run has."""
        for run in runs:
            followed = AuditFollowed(by=self.run, at=self.clock())
            self.ledger.create(AUDIT_FOLLOWED, followed, **run_parts(run))

    def mark(self, letter: DeadLetter, verb: Verb, outcome: str) -> None:
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
        self.ledger.create(LETTER_MARK, mark, **_parts(letter), verb=verb)

    def earlier(self, letter: DeadLetter, *verbs: Verb) -> LetterMark | None:
        """What an earlier run has on record: one listing for all letters of a topic and day."""
        day = LETTER_MARK.prefix(topic=letter.topic, day=_day(letter))
        with self._lock:
            if day not in self._known:
                self._known[day] = frozenset(self.ledger.names(day))
            known = self._known[day]
        for verb in verbs:
            if LETTER_MARK.name(**_parts(letter), verb=verb) in known:
                return self.ledger.get(LETTER_MARK, **_parts(letter), verb=verb)
        return None


def marks(ledger: Ledger, letter: DeadLetter) -> list[LetterMark]:
    """All that is on record about a letter."""
    found = [
        ledger.get(LETTER_MARK, **parts) for parts in ledger.find(LETTER_MARK, **_parts(letter))
    ]
    return [mark for mark in found if mark]


def unfinished(ledger: Ledger, now: datetime) -> list[tuple[str, AuditAction]]:
    """Name and begin of the runs of the last day that have not ended: at work somewhere, or
    interrupted while no later run has waited for the letters they held."""
    names: set[str] = set()
    for day in (now - timedelta(days=1), now):
        names.update(ledger.names(AUDIT_BEGUN.prefix(day=f"{day:%Y-%m-%d}")))
    found = []
    for name in sorted(names):
        parts = AUDIT_BEGUN.parse(name)
        if parts is None or names & {path.name(**parts) for path in (AUDIT_ENDED, AUDIT_FOLLOWED)}:
            continue
        begun = ledger.get(AUDIT_BEGUN, **parts)
        if begun is not None and now - begun.at < timedelta(days=1):
            found.append((f"{parts['day']}/{parts['run']}", begun))
    return found


def _parts(letter: DeadLetter) -> dict[str, str]:
    return {
        "topic": letter.topic,
        "day": _day(letter),
        "time": f"{letter.published_at:%H%M%S.%f}",
        "letter": quote(letter.id, safe=""),
    }


def _day(letter: DeadLetter) -> str:
    return f"{letter.published_at:%Y-%m-%d}"
