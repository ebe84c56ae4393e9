"""Record in the audit log what runs do to dead letters, and read it back.

The name of a letter's entry depends only on the letter. So a later run recognises a letter that was
replayed but not acknowledged before its run was interrupted. The time is part of the name because
an emulator that loses its messages assigns the same ids again.

Two runs can hold the same letter, because Pub/Sub sometimes delivers a leased message again. So a
run claims each letter before it does anything. A claim is created once, with a number: of two runs
only one begins. A later run of the same action takes over at once, because repeating it has no
further effect; an edit is different each time. Any other run takes over when the claim is older
than `CLAIM_LASTS`, because a letter must not be both discarded and replayed. That also holds after
the run with the claim has ended: a publish that failed may have taken effect, and then a repetition
of the same action is right.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
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
from csvgate.protocol.ledger.paths import (
    AUDIT_BEGUN,
    AUDIT_ENDED,
    AUDIT_FOLLOWED,
    LETTER_CLAIM,
    LETTER_MARK,
)
from csvgate_ops.operate.audit import run_parts
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.runs import Outcome

CLAIM_LASTS: Final = timedelta(seconds=60)
"""A run needs a few seconds for a letter; after this time it was interrupted."""
_MOST_LISTED: Final = 10_000
"""The most outcomes listed at the end of a run; each letter has an entry of its own anyway."""


@dataclass(slots=True)
class AuditLog:
    """Writes the entries of one run, and reads what earlier runs did to the same letters."""

    ledger: Ledger
    actor: str
    clock: Clock
    run: str
    reason: str = ""
    verified_by: str = ""
    """How the actor's name was proven; empty if it is only claimed."""
    _known: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """The verbs of earlier runs, by topic and day, and by letter."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, action: str, wanted: Mapping[str, Any]) -> None:
        begun = AuditAction(
            action=action,
            actor=self.actor,
            verified_by=self.verified_by,
            at=self.clock(),
            reason=self.reason,
            details=dict(wanted),
        )
        self.ledger.audit.create(AUDIT_BEGUN, begun, **run_parts(self.run))

    def end(self, outcomes: list[Outcome], *, stopped: bool) -> None:
        def count(*results: str) -> int:
            return sum(outcome.result in results for outcome in outcomes)

        listed = tuple(listed_outcome(outcome) for outcome in outcomes[:_MOST_LISTED])
        ended = AuditEnd(
            at=self.clock(),
            stopped=stopped,
            done=count("done", "done before"),
            skipped=count("skipped"),
            failed=count("failed"),
            outcomes=listed,
        )
        self.ledger.audit.create(AUDIT_ENDED, ended, **run_parts(self.run))

    def follow(self, runs: Iterable[str]) -> None:
        """Record that this run waited for the letters that the given runs held. No other run has
        to."""
        for run in runs:
            followed = AuditFollowed(by=self.run, at=self.clock())
            self.ledger.audit.create(AUDIT_FOLLOWED, followed, **run_parts(run))

    def record(self, letter: DeadLetter, verb: str, outcome: str) -> None:
        """Record what was done to a letter. If another run was faster, its entry stays."""
        mark = self._mark(letter, verb, outcome)
        self.ledger.audit.create(LETTER_MARK, mark, **_parts(letter), verb=verb)

    def earlier(self, letter: DeadLetter) -> LetterMark | None:
        """Return what an earlier run did to the letter, whatever it was. It takes one listing for
        all letters of a topic and day."""
        prefix = LETTER_MARK.prefix(topic=letter.topic, day=_day(letter))
        with self._lock:
            if prefix not in self._known:
                self._known[prefix] = self._verbs(prefix)
            verbs = self._known[prefix].get(_folder(letter), ())
        for verb in verbs:
            return self.ledger.audit.get(LETTER_MARK, **_parts(letter), verb=verb)
        return None

    def _verbs(self, prefix: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self.ledger.audit.names(prefix):
            if parts := LETTER_MARK.parse(name):
                found.setdefault(name.rpartition("/")[0], []).append(parts["verb"])
        return found

    def claim(
        self, letter: DeadLetter, verb: str, *, is_repeatable: bool = True
    ) -> LetterMark | None:
        """Claim the letter for this run, which takes one creation. Return None if it has it now.
        Otherwise return what another run has done to it or, with an empty outcome, the claim of a
        run that is at work on it. A run with the same action may do it again if that
        `is_repeatable`. Raises Transient and Permanent."""
        audit, number = self.ledger.audit, 1
        claim = self._mark(letter, verb, "")
        while not audit.create(LETTER_CLAIM, claim, **_parts(letter), number=number):
            if done := letter_history(self.ledger, letter):
                return done[0]
            numbers = [p["number"] for p in audit.find(LETTER_CLAIM, **_parts(letter))]
            number = max(numbers, default=number)
            last = audit.get(LETTER_CLAIM, **_parts(letter), number=number)
            is_same = last is not None and last.verb == verb and is_repeatable
            if last and not is_same and claim.at - last.at < CLAIM_LASTS:
                return last
            number += 1
        if number > 1 and (done := letter_history(self.ledger, letter)):
            # The other run was slow, and has recorded it in the meantime.
            return done[0]
        return None

    def _mark(self, letter: DeadLetter, verb: str, outcome: str) -> LetterMark:
        return LetterMark(
            verb=verb,
            run=self.run,
            actor=self.actor,
            verified_by=self.verified_by,
            at=self.clock(),
            reason=self.reason,
            letter=letter.id,
            function=letter.function,
            code=letter.code,
            upload=letter.upload,
            outcome=outcome,
        )


def listed_outcome(outcome: Outcome) -> ListedOutcome:
    """Return the outcome as entries list it."""
    return ListedOutcome(
        letter=outcome.letter,
        function=outcome.function,
        code=outcome.code,
        upload=outcome.upload,
        result=outcome.result,
        detail=outcome.detail,
    )


def letter_history(ledger: Ledger, letter: DeadLetter) -> list[LetterMark]:
    """Return all entries about a letter."""
    audit = ledger.audit
    found = [audit.get(LETTER_MARK, **parts) for parts in audit.find(LETTER_MARK, **_parts(letter))]
    return [entry for entry in found if entry]


def unfinished(ledger: Ledger, now: datetime) -> list[tuple[str, AuditAction]]:
    """Return the runs of the last day, with their names, that have not ended: they are still
    working, or were interrupted and no later run has waited for the letters they held."""
    audit, names = ledger.audit, set[str]()
    for day in (now - timedelta(days=1), now):
        names.update(audit.names(AUDIT_BEGUN.prefix(day=f"{day:%Y-%m-%d}")))
    found = []
    for name in sorted(names):
        parts = AUDIT_BEGUN.parse(name)
        if parts is None or names & {path.name(**parts) for path in (AUDIT_ENDED, AUDIT_FOLLOWED)}:
            continue
        begun = audit.get(AUDIT_BEGUN, **parts)
        if begun is not None and now - begun.at < timedelta(days=1):
            found.append((f"{parts['day']}/{parts['run']}", begun))
    return found


def _folder(letter: DeadLetter) -> str:
    return LETTER_MARK.folder(**_parts(letter)).removesuffix("/")


def _parts(letter: DeadLetter) -> dict[str, str]:
    return {
        "topic": letter.topic,
        "day": _day(letter),
        "time": f"{letter.published_at:%H%M%S.%f}",
        "letter": quote(letter.id, safe=""),
    }


def _day(letter: DeadLetter) -> str:
    return f"{letter.published_at:%Y-%m-%d}"
