"""Replay: publish letters again where they came from."""

from dataclasses import dataclass

from csvgate.ports import Message
from csvgate_ops.operate.dead_letters.actions.action import SelectionAction, Skipped
from csvgate_ops.operate.dead_letters.actions.run import run_action
from csvgate_ops.operate.dead_letters.content.original import Unreplayable, original, with_lineage
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.prospects import warning
from csvgate_ops.operate.dead_letters.queue.routes import Route
from csvgate_ops.operate.dead_letters.read_again import needs_reading, reading_of
from csvgate_ops.operate.dead_letters.runs import Report, RunOptions


def replay(context: DeadLetterContext, wanted: Filter, options: RunOptions) -> Report:
    """Replay the selected letters, except those that report rejected rows. Repeating a replay is
    harmless: identifiers stay the same, and the pipeline accepts each of them once. An upload
    with a chunk that is gone from the staging bucket is read again from its file.

    Raises Transient and Permanent when the queues cannot be read or the run cannot be recorded.
    """
    return run_action(REPLAY, _Replay(context), context, wanted, options)


def _preview(context: DeadLetterContext, letter: DeadLetter, route: Route) -> str:
    if letter.data is None and route.is_storage:
        # The data was too large to be kept, so whether an event can be made of it shows later.
        return f"go to {route.source_topic}, for {route.function}"
    sent = sending(letter, route, context)
    where = "" if sent.purpose else f", for {route.function}"
    return f"go {sent.described}{where}{_but(letter, context)}"


REPLAY = SelectionAction(
    name="replay",
    verb="replayed",
    applies_to=lambda letter: not letter.is_rejection,
    otherwise="it only reports rejected rows or a rejected file, so replaying its event would "
    "change nothing. Fix the contract and validate the rejected rows again, or discard the letter",
    run=replay,
    preview=_preview,
    title="Replay {letters}",
    command="replay",
    summary="Send dead letters again to where they came from.",
    help="""Send letters, unchanged, to the topics they came from. A replay cannot duplicate a row
    or an email.

    This is a dry run unless --yes is given. Ctrl-C stops between two letters; the same command
    continues. The exit code is 1 when a letter failed; that letter stays in its queue.""",
    explanation="Each message is sent unchanged, with its own identifiers, and its letter leaves "
    "the queue once the message is published. Rows that are already loaded are not loaded again. "
    "If the cause is not fixed, the message comes back as a dead letter.",
    warns_of_replayed=True,
)


@dataclass(frozen=True, slots=True)
class _Replay:
    context: DeadLetterContext

    def plan(self, letter: DeadLetter, route: Route) -> str:
        return sending(letter, route, self.context).described + _but(letter, self.context)

    def do(self, letter: DeadLetter, route: Route, run: str) -> str:
        sent = sending(letter, route, self.context)
        message = with_lineage(sent.message, letter, actor=self.context.actor, run=run)
        message_id = self.context.publisher.publish(sent.topic, message).wait()
        return f"{sent.described} as message {message_id}"


@dataclass(frozen=True, slots=True)
class Sending:
    """What a replay publishes, and where."""

    message: Message
    topic: str
    purpose: str = ""
    """Why another message is sent than the letter's own, as the end of a sentence; empty if the
    letter's own is sent."""

    @property
    def described(self) -> str:
        where = f"to {self.topic}"
        return f"{where}, {self.purpose}" if self.purpose else where


def sending(letter: DeadLetter, route: Route, context: DeadLetterContext) -> Sending:
    """Return what a replay of the letter would publish. Raises Skipped, Transient."""
    try:
        if needs_reading(letter, context):
            reading = reading_of(letter, context)
            return Sending(reading.message, context.storage_topic, reading.purpose)
        message = original(letter.attributes, letter.data or b"", is_storage=route.is_storage)
    except Unreplayable as why:
        raise Skipped(str(why)) from why
    return Sending(message, route.source_topic)


def _but(letter: DeadLetter, context: DeadLetterContext) -> str:
    """Return the letter's warning, for the end of a sentence."""
    found = warning(letter, context)
    return f"; but {found}" if found else ""
