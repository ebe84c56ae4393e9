"""Bugs of step 1: validation, the reject file, plans, corrections."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from typing import Any

from intake.chunk_output import ChunkPublisher
from intake.rejected_rows_letter import Rejections, rejection

from csvgate.protocol.dead_letters import DeadLetterTopic, dead_letter
from csvgate.protocol.ledger.entries import Note
from csvgate.runtime.errors import Transient
from intake import corrections, read_upload
from intake.corrections import Origin
from intake.handler import Validator
from intake.pin_plan import Pinned, Planner
from intake.read_upload import UploadReader
from intake.reject_output import RejectOutput
from intake.storage_event import ObjectEvent
from simulate.world.swap import swapped


def _chunks_not_awaited() -> AbstractContextManager[Any]:
    return swapped(ChunkPublisher, "wait", lambda self: self._waiting.clear())


def _only_the_last_chunk_awaited() -> AbstractContextManager[Any]:
    def wait(self: ChunkPublisher) -> None:
        if self._waiting:
            self._waiting.pop().wait()

    return swapped(ChunkPublisher, "wait", wait)


def _marker_not_awaited() -> AbstractContextManager[Any]:
    original = Validator._publish_marker

    def publish(self: Validator, *args: Any) -> None:
        original(replace(self, publisher=_Careless(self.publisher)), *args)

    return swapped(Validator, "_publish_marker", publish)


class _Careless:
    """Publishes without waiting."""

    def __init__(self, publisher: Any) -> None:
        self._publisher = publisher

    def publish(self, topic: str, message: Any) -> "_Careless":
        self._publisher.publish(topic, message)
        return self

    def wait(self) -> str:
        return "whatever"


def _dead_letter_not_awaited() -> AbstractContextManager[Any]:
    def send(self: DeadLetterTopic, delivery: Any, reason: Any, extra: Any = None) -> None:
        origin = {"function": self.function, "revision": self.revision}
        letter = dead_letter(delivery, reason, origin=origin, extra=extra or {})
        self.publisher.publish(self.topic, letter)

    return swapped(DeadLetterTopic, "send", send)


def _lost_dead_letter_ignored() -> AbstractContextManager[Any]:
    original = DeadLetterTopic.send

    def send(self: DeadLetterTopic, *args: Any) -> None:
        try:
            original(self, *args)
        except Transient:
            return

    return swapped(DeadLetterTopic, "send", send)


def _letter_noted_before_it_is_sent() -> AbstractContextManager[Any]:
    original = Rejections.report

    def report(self: Rejections, validated: Any, delivery: Any) -> None:
        def note_first(letters: DeadLetterTopic, *args: Any) -> None:
            reason = rejection(validated)
            note = Note(at=self.clock(), code=reason.code, message=reason.message, function="v")
            self.ledger.upload(validated.upload.id).note_rejection(validated.plan, note)
            send(letters, *args)

        send = DeadLetterTopic.send
        with swapped(DeadLetterTopic, "send", note_first):
            original(self, validated, delivery)

    return swapped(Rejections, "report", report)


def _letter_after_the_upload_may_end() -> AbstractContextManager[Any]:
    """The chunks may end the upload before the dead letter is sent, and then nobody sends it."""
    original = Validator._publish_marker
    report = Rejections.report
    owed: list[Any] = []

    def publish(self: Validator, validated: Any, pinned: Any) -> None:
        delivery = owed.pop()
        report(self.rejections, validated, delivery)
        original(self, validated, pinned)

    stack = ExitStack()
    stack.enter_context(
        swapped(Rejections, "report", lambda self, validated, delivery: owed.append(delivery))
    )
    stack.enter_context(swapped(Validator, "_publish_marker", publish))
    return stack


def _reject_file_after_the_marker() -> AbstractContextManager[Any]:
    open_files: list[RejectOutput] = []
    finish = RejectOutput.__exit__
    original = Validator._publish_marker

    def publish(self: Validator, *args: Any) -> None:
        original(self, *args)
        while open_files:
            finish(open_files.pop(), None, None, None)

    stack = ExitStack()
    stack.enter_context(swapped(RejectOutput, "__exit__", lambda self, *_: open_files.append(self)))
    stack.enter_context(swapped(Validator, "_publish_marker", publish))
    return stack


def _plans_mixed() -> AbstractContextManager[Any]:
    """A retry keeps the pinned plan's id and uses the contract and chunk size of its own code."""
    original = Planner.pin

    def pin(self: Planner, event: ObjectEvent, contract: Any) -> Pinned:
        received = self.ledger.upload(event.upload.id).received()
        if received is None:
            return original(self, event, contract)
        plan = self.ledger.upload(event.upload.id).plan(received.plan).plan()
        assert plan is not None
        mixed = plan.model_copy(update={"chunk_bytes": self.chunk_bytes})
        return Pinned(received, mixed, contract, is_repeat=True)

    return swapped(Planner, "pin", pin)


def _name_not_held() -> AbstractContextManager[Any]:
    return swapped(read_upload, "refuse_overwrite", lambda upload, ledger: None)


def _corrections_do_not_see_each_other() -> AbstractContextManager[Any]:
    return swapped(corrections, "_loaded_before", lambda *_: frozenset())


def _correction_before_the_rows() -> AbstractContextManager[Any]:
    """The claim to complete is taken for the end of the upload."""
    return swapped(corrections, "_ended", lambda entries: entries.outcome_claim())


def _correction_of_any_line() -> AbstractContextManager[Any]:
    original: Callable[..., Origin] = corrections.find_origin

    def find(*args: Any) -> Origin:
        return replace(original(*args), open_lines=frozenset(range(100)))

    return swapped(read_upload, "find_origin", find)


def _gone_is_no_end() -> AbstractContextManager[Any]:
    """An upload whose file is gone owns its name forever."""
    return swapped(
        UploadReader,
        "_stored",
        lambda self, upload: self.store.stream(upload.bucket, upload.name, upload.generation),
    )


VALIDATE: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "chunks not awaited": _chunks_not_awaited,
    "only the last chunk awaited": _only_the_last_chunk_awaited,
    "marker not awaited": _marker_not_awaited,
    "dead letter not awaited": _dead_letter_not_awaited,
    "lost dead letter ignored": _lost_dead_letter_ignored,
    "letter noted before it is sent": _letter_noted_before_it_is_sent,
    "letter after the upload may end": _letter_after_the_upload_may_end,
    "reject file after the marker": _reject_file_after_the_marker,
    "replay mixes its plan with the pinned one": _plans_mixed,
    "name not held": _name_not_held,
    "corrections do not see each other": _corrections_do_not_see_each_other,
    "correction before the rows": _correction_before_the_rows,
    "correction of any line": _correction_of_any_line,
    "a file that is gone does not end its upload": _gone_is_no_end,
}
