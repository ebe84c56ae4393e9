"""Bugs of steps 3, 4 and 8: the seal, what it announces, and that it is announced again."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from csvgate.protocol.dead_letters import DeadLetterTopic, dead_letter
from csvgate.protocol.ledger.entries import Note
from csvgate.protocol.ledger.ledger import UploadLedger
from csvgate.protocol.messages.publish import publish_all
from csvgate.protocol.messages.validated_records import sealed_messages
from csvgate.protocol.verdict import judge as judge_
from csvgate.rejects import limited_rejects
from csvgate.runtime.errors import Transient
from enrichment.republish import Republisher
from intake import publish_seal
from intake.handler import Validator
from intake.publish_seal import SealPublisher, rejection
from intake.seal_upload import Sealer, StandingSeal
from simulate.mutants.wrapped import Careless, both
from simulate.world.swap import swapped

Swap = AbstractContextManager[Any]


def _messages_not_awaited() -> Swap:
    def publish(publisher: Any, topic: str, messages: Any) -> None:
        for message in messages:
            publisher.publish(topic, message)

    return swapped(publish_seal, "publish_all", publish)


def _only_the_last_awaited() -> Swap:
    def publish(publisher: Any, topic: str, messages: Any) -> None:
        receipts = [publisher.publish(topic, message) for message in messages]
        receipts[-1].wait()

    return swapped(publish_seal, "publish_all", publish)


def _dead_letter_not_awaited() -> Swap:
    def send(self: DeadLetterTopic, delivery: Any, reason: Any, extra: Any = None) -> None:
        origin = {"function": self.function, "revision": self.revision}
        letter = dead_letter(delivery, reason, origin=origin, extra=extra or {})
        Careless(self.publisher).publish(self.topic, letter)

    return swapped(DeadLetterTopic, "send", send)


def _lost_dead_letter_ignored() -> Swap:
    original = DeadLetterTopic.send

    def send(self: DeadLetterTopic, *args: Any) -> None:
        try:
            original(self, *args)
        except Transient:
            return

    return swapped(DeadLetterTopic, "send", send)


def _letter_noted_before_it_is_sent() -> Swap:
    original = SealPublisher._report_rejections

    def report(self: SealPublisher, received: Any, standing: Any, delivery: Any) -> None:
        def note_first(letters: DeadLetterTopic, *args: Any) -> None:
            reason = rejection(standing.seal)
            note = Note(at=self.clock(), code=reason.code, message=reason.message, function="v")
            self.ledger.upload(received.upload.id).note_rejection(standing.number, note)
            send(letters, *args)

        send = DeadLetterTopic.send
        with swapped(DeadLetterTopic, "send", note_first):
            original(self, received, standing, delivery)

    return swapped(SealPublisher, "_report_rejections", report)


def _letter_after_the_upload_may_end() -> Swap:
    def publish(self: SealPublisher, received: Any, standing: Any, delivery: Any) -> None:
        messages = sealed_messages(
            received, standing.number, standing.seal, staging_bucket=self.staging_bucket
        )
        publish_all(self.publisher, self.topic, messages)
        self._report_rejections(received, standing, delivery)

    return swapped(SealPublisher, "publish", publish)


def _found_seal_acknowledged() -> Swap:
    original = Validator.handle

    def handle(self: Validator, work: Any, delivery: Any) -> str:
        if self.ledger.upload(work.upload.id).standing_seal() is not None:
            return "sealed before"
        return original(self, work, delivery)

    return swapped(Validator, "handle", handle)


def _own_chunks_published() -> Swap:
    ours: dict[tuple[str, int], Any] = {}
    original = UploadLedger.create_seal

    def create(self: UploadLedger, number: int, seal: Any) -> Any:
        ours[self.id, number] = seal
        original(self, number, seal)
        return seal

    return swapped(UploadLedger, "create_seal", create)


def _own_rejections_reported() -> Swap:
    """The letter is about what this delivery read, not about what was sealed."""
    readings: dict[str, Any] = {}
    seal_, report_ = Sealer.seal, SealPublisher._report_rejections

    def seal(self: Sealer, pinned: Any, reading: Any) -> StandingSeal:
        standing = seal_(self, pinned, reading)
        own = {
            "plan": pinned.plan,
            "status": reading.verdict.status,
            "counts": reading.counts,
            "reasons": reading.reasons,
            "rejects": reading.rejects,
        }
        readings[pinned.received.upload.id] = standing.seal.model_copy(update=own)
        return standing

    def report(self: SealPublisher, received: Any, standing: Any, delivery: Any) -> None:
        own = readings.pop(received.upload.id, standing.seal)
        report_(self, received, replace(standing, seal=own), delivery)

    return both(swapped(Sealer, "seal", seal), swapped(SealPublisher, "_report_rejections", report))


def _seal_under_the_plan() -> Swap:
    """Each engine has a seal of its own, and publishes it."""
    original = Sealer.seal

    def usable(self: Sealer, upload: str) -> None:
        return None

    def seal(self: Sealer, pinned: Any, reading: Any) -> StandingSeal:
        entries = self.ledger.upload(pinned.received.upload.id)
        found = entries.standing_seal()
        if found is None or found[1].plan == pinned.plan:
            return original(self, pinned, reading)
        with swapped(Sealer, "_next_number", lambda *_: found[0] + 1):
            return original(self, replace(pinned, is_repeat=True), reading)

    return both(swapped(Sealer, "usable", usable), swapped(Sealer, "seal", seal))


def _gone_although_sealed() -> Swap:
    """The file is concluded to be gone, although a seal stands."""
    original = Sealer._next_number

    def usable(self: Sealer, upload: str) -> None:
        return None

    def seal(self: Sealer, pinned: Any, reading: Any) -> StandingSeal:
        gone = reading.verdict.code == "file.gone"

        def number(self: Sealer, entries: UploadLedger) -> int:
            found = entries.standing_seal()
            return found[0] + 1 if gone and found else original(self, entries)

        with swapped(Sealer, "_next_number", number):
            return seal_(self, replace(pinned, is_repeat=True), reading)

    seal_ = Sealer.seal
    return both(swapped(Sealer, "usable", usable), swapped(Sealer, "seal", seal))


def _next_seal_beside_an_attempt() -> Swap:
    """A file is read again although an attempt to load the first seal may take effect."""

    def is_lost(self: Sealer, entries: UploadLedger, number: int, seal: Any) -> bool:
        there = set(self.store.names(self.staging_bucket, f"{entries.id}/"))
        return not all(f"{entries.id}/{c.sha256}.arrow" in there for c in seal.chunks)

    return swapped(Sealer, "_is_lost", is_lost)


def _threshold_ignored() -> Swap:
    original = judge_

    def judge(*given: Any) -> Any:
        return replace(original(*given), status="valid", code=None, detail=None)

    return swapped(limited_rejects, "judge", judge)


SEALS: dict[str, Callable[[], Swap]] = {
    "messages not awaited": _messages_not_awaited,
    "only the last message awaited": _only_the_last_awaited,
    "dead letter not awaited": _dead_letter_not_awaited,
    "lost dead letter ignored": _lost_dead_letter_ignored,
    "letter noted before it is sent": _letter_noted_before_it_is_sent,
    "letter after the upload may end": _letter_after_the_upload_may_end,
    "found seal acknowledged": _found_seal_acknowledged,
    "own instead of standing chunks published": _own_chunks_published,
    "own instead of sealed rejections reported": _own_rejections_reported,
    "seal under the plan": _seal_under_the_plan,
    "gone although a seal stands": _gone_although_sealed,
    "next seal beside an attempt": _next_seal_beside_an_attempt,
    "threshold ignored": _threshold_ignored,
    "republication omitted": lambda: swapped(Republisher, "ensure", lambda *_: None),
}
