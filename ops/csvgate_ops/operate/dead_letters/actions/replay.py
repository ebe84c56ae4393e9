"""Send letters again to where they came from."""

from dataclasses import dataclass

from csvgate.ports import Message
from csvgate_ops.operate.dead_letters.acting import Acting, Action, Report, Result
from csvgate_ops.operate.dead_letters.actions.each import Skipped, for_each
from csvgate_ops.operate.dead_letters.audit import AuditTrail
from csvgate_ops.operate.dead_letters.content.original import Unreplayable, original, with_lineage
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.queue.routes import Route
from csvgate_ops.operate.dead_letters.restart import abandon, needs_restart, restart_message

REJECTION = (
    "it tells of rejected rows: nothing failed, and its event again changes nothing. After a fix "
    "in the contract replay the rejected rows; otherwise discard it"
)


def replay(context: DeadLetterContext, wanted: Filter, acting: Acting) -> Report:
    """Every letter that is meant, except those of rejected rows (see `replay_rejected`). Harmless
    however often: identifiers are the same, and the protocol takes each once. An upload whose write
    streams are lost is read again from its file.

    Raises Transient and Permanent when the queues cannot be read, or the run not recorded.
    """
    return for_each(context, wanted, acting, _Replay(context))


@dataclass(frozen=True, slots=True)
class _Replay:
    context: DeadLetterContext
    action: Action = "replay"

    def plan(self, letter: DeadLetter, route: Route) -> str:
        return sending(letter, route, self.context).described

    def do(self, letter: DeadLetter, route: Route, trail: AuditTrail) -> tuple[Result, str]:
        sent = sending(letter, route, self.context)
        if earlier := trail.earlier(letter, "replayed", "edited"):
            return "done before", f"{earlier.verb} by run {earlier.run}: {earlier.outcome}"
        if sent.restarts:
            abandon(letter, self.context)
        message = with_lineage(sent.message, letter, actor=self.context.actor, run=trail.run)
        number = self.context.publisher.publish(sent.topic, message).wait()
        detail = f"{sent.described} as message {number}"
        trail.mark(letter, "replayed", detail)
        return "done", detail


@dataclass(frozen=True, slots=True)
class Sending:
    """What a replay sends, and where."""

    message: Message
    topic: str
    restarts: bool

    @property
    def described(self) -> str:
        where = f"to {self.topic}"
        return f"{where}, so that its upload is read again" if self.restarts else where


def sending(letter: DeadLetter, route: Route, context: DeadLetterContext) -> Sending:
    """Raises Skipped, Transient."""
    if letter.is_rejection:
        raise Skipped(REJECTION)
    try:
        if needs_restart(letter, context):
            return Sending(restart_message(letter, context), context.storage_topic, restarts=True)
        message = original(letter.attributes, letter.data or b"", is_storage=route.is_storage)
    except Unreplayable as why:
        raise Skipped(str(why)) from why
    return Sending(message, route.source_topic, restarts=False)
