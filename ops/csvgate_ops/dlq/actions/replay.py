"""Send letters again to where they came from."""

from dataclasses import dataclass

from csvgate.ports import Message, Publisher
from csvgate_ops.dlq.acting import Acting, Action, Report, Result
from csvgate_ops.dlq.actions.each import Skipped, for_each
from csvgate_ops.dlq.audit import Trail
from csvgate_ops.dlq.desk import Desk
from csvgate_ops.dlq.filters import Filter
from csvgate_ops.dlq.letter import Letter
from csvgate_ops.dlq.original import Unreplayable, original, with_lineage
from csvgate_ops.dlq.routes import Route

REJECTION = (
    "it tells of rejected rows: nothing failed, and its event again changes nothing. After a fix "
    "in the contract replay the rejected rows; otherwise discard it"
)


def replay(desk: Desk, wanted: Filter, acting: Acting) -> Report:
    """Every letter that is meant, except those of rejected rows (see `replay_rejected`). Harmless
    however often: identifiers are the same, and the protocol takes each once.

    Raises Transient and Permanent when the queues cannot be read, or the run not recorded.
    """
    return for_each(desk, wanted, acting, _Replay(desk.publisher, desk.actor))


@dataclass(frozen=True, slots=True)
class _Replay:
    publisher: Publisher
    actor: str
    action: Action = "replay"

    def plan(self, letter: Letter, route: Route) -> str:
        _message(letter, route)
        return f"to {route.source_topic}"

    def do(self, letter: Letter, route: Route, trail: Trail) -> tuple[Result, str]:
        message = _message(letter, route)
        if earlier := trail.earlier(letter, "replayed", "edited"):
            return "done before", f"{earlier.verb} by run {earlier.run}: {earlier.outcome}"
        message = with_lineage(message, letter, actor=self.actor, run=trail.run)
        sent = self.publisher.publish(route.source_topic, message).wait()
        detail = f"to {route.source_topic} as message {sent}"
        trail.mark(letter, "replayed", detail)
        return "done", detail


def _message(letter: Letter, route: Route) -> Message:
    if letter.is_rejection:
        raise Skipped(REJECTION)
    try:
        return original(letter.attributes, letter.data or b"", is_storage=route.is_storage)
    except Unreplayable as why:
        raise Skipped(str(why)) from why
