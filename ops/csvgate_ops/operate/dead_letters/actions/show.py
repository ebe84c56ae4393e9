"""Show one letter in full: its content, its reason and the state of its upload."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from csvgate.protocol.dead_letters import PREFIX
from csvgate.protocol.ledger.entries import LetterMark
from csvgate.runtime.errors import Failure
from csvgate_ops.operate.audit import record
from csvgate_ops.operate.dead_letters.actions.action import Skipped
from csvgate_ops.operate.dead_letters.actions.replay import REPLAY, sending
from csvgate_ops.operate.dead_letters.audit import letter_history
from csvgate_ops.operate.dead_letters.content.content import ROWS, Content, Grid, content
from csvgate_ops.operate.dead_letters.content.datasets import with_datasets
from csvgate_ops.operate.dead_letters.content.letter_json import (
    attributes,
    content_json,
    letter_json,
)
from csvgate_ops.operate.dead_letters.content.masking import (
    NOTHING,
    Mask,
    mask_of,
    message_of,
    pinned_contract,
)
from csvgate_ops.operate.dead_letters.content.open_breakers import with_breakers
from csvgate_ops.operate.dead_letters.content.parse import parse
from csvgate_ops.operate.dead_letters.content.reject_file import sample
from csvgate_ops.operate.dead_letters.content.staged_chunk import (
    ChunkFacts,
    Preview,
    chunk_of,
    preview,
)
from csvgate_ops.operate.dead_letters.context import NO_ROUTE, DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.prospects import warning
from csvgate_ops.operate.dead_letters.queue.drain import drain
from csvgate_ops.operate.dead_letters.queue.leases import Leases
from csvgate_ops.operate.uploads import UploadStatus, status

_MOST: Final = 1_000_000


class NoSuchLetter(Exception):
    """No review subscription delivers a letter with this id."""

    def __init__(self, letter_id: str) -> None:
        super().__init__(
            f"there is no dead letter {letter_id!r}: it was replayed or discarded, or another"
            " process holds it; `csvgate dlq list` shows the letters in the queues"
        )


@dataclass(frozen=True, slots=True)
class Detail:
    letter: DeadLetter
    """Unmasked, with its data of any size. Show `message`, `content` and attributes instead."""
    message: str
    """The reason, masked where it may quote a row."""
    content: Content
    chunk: ChunkFacts | None
    """The chunk that the message is about."""
    chunk_rows: Preview
    """Its first rows, from the staging bucket."""
    masked: tuple[str, ...]
    """Columns whose values are hidden in the rows of the chunk and in the reject rows."""
    counts: Mapping[str, int]
    """Rejected rows by code; empty when the letter does not report rejected rows."""
    reject_rows: Grid | None
    upload: UploadStatus | None
    """The upload with its timeline; None when the ledger has no entry of it."""
    replay: str
    """What a replay would do, or why there cannot be one."""
    replayable: bool
    history: tuple[LetterMark, ...]
    """The audit log's entries about this letter."""
    remark: str = ""
    """What could not be read, and why."""

    def as_json(self) -> dict[str, Any]:
        """Return the details for programs."""
        return {
            **letter_json(self.letter, self.message),
            "attributes": attributes(self.letter, self.message),
            "content": content_json(self.content),
            "chunk": _chunk_json(self.chunk, self.chunk_rows),
            "masked": list(self.masked),
            "counts": dict(self.counts),
            "reject_rows": asdict(self.reject_rows) if self.reject_rows else None,
            "replayable": self.replayable,
            "replay": self.replay,
            "upload_status": self.upload.model_dump(mode="json") if self.upload else None,
            "history": [entry.model_dump(mode="json") for entry in self.history],
            "remark": self.remark or None,
        }


def fetch(context: DeadLetterContext, letter_id: str, topic: str | None = None) -> DeadLetter:
    """Read one letter with its data and leave it in its queue. Ids are unique only within a topic;
    without one, the first letter with the id is returned. Raises NoSuchLetter, Transient,
    Permanent."""
    for route in context.routes:
        if topic is not None and route.dead_letter_topic != topic:
            continue
        with Leases(context.queues, route.review) as leases:
            for batch in drain(
                context.queues, route.review, leases, most=_MOST, patience=context.patience
            ):
                for pulled in batch:
                    if pulled.id == letter_id:
                        found = with_datasets([parse(pulled, route)], context)
                        return with_breakers(found, context)[0]
    raise NoSuchLetter(letter_id)


def show(
    context: DeadLetterContext,
    letter_id: str,
    *,
    topic: str | None = None,
    reveal: bool = False,
    rows: int = ROWS,
) -> Detail:
    """Read one letter and everything known about it. `reveal` shows sensitive columns, and the
    audit log records who saw them. Raises NoSuchLetter, Transient and Permanent."""
    return show_letter(context, fetch(context, letter_id, topic), reveal=reveal, rows=rows)


def show_letter(
    context: DeadLetterContext, letter: DeadLetter, *, reveal: bool = False, rows: int = ROWS
) -> Detail:
    """Show a letter that was already read. Data that was not kept is fetched again."""
    if letter.data is None:
        letter = fetch(context, letter.id, letter.topic)
    if reveal:
        record_reveal(context, "show", {"ids": [letter.id]})
    mask = NOTHING if reveal else mask_of(letter, context)
    shown, chunk = content(letter, mask), chunk_of(letter)
    replayable, replay = _replay(letter, context)
    try:
        known = status(context.ledger, letter.upload) if letter.upload else None
        history, remark = tuple(letter_history(context.ledger, letter)), ""
        reject_rows = _reject_rows(letter, context, mask, rows)
        chunk_rows = preview(chunk, context, mask, rows) if chunk else Preview()
    except Failure as failure:
        known, history, reject_rows, remark = None, (), None, str(failure)
        chunk_rows = Preview()
    hidden = [*(chunk_rows.grid.masked if chunk_rows.grid else ())]
    hidden += reject_rows.masked if reject_rows else ()
    return Detail(
        letter=letter,
        message=letter.message if reveal else message_of(letter, context),
        content=shown,
        chunk=chunk,
        chunk_rows=chunk_rows,
        masked=tuple(dict.fromkeys(hidden)),
        counts=_counts(letter),
        reject_rows=reject_rows,
        upload=known if known and known.state != "unknown" else None,
        replay=replay,
        replayable=replayable,
        history=history,
        remark=remark,
    )


def record_reveal(context: DeadLetterContext, what: str, wanted: dict[str, object]) -> str:
    """Record that somebody is about to see sensitive values, and return the run's name. `what` is
    the command that shows them. Raises Transient, Permanent."""
    reason = f"{what} --reveal"
    return record(
        context.ledger,
        "reveal",
        context.actor,
        reason,
        wanted,
        context.clock,
        verified_by=context.verified_by,
    )


def _reject_rows(
    letter: DeadLetter, context: DeadLetterContext, mask: Mask, rows: int
) -> Grid | None:
    if not letter.is_rejection:
        return None
    contract = pinned_contract(letter, context) or context.contracts.for_dataset(letter.dataset)
    return sample(letter, context, contract, mask, rows)


def _chunk_json(chunk: ChunkFacts | None, shown: Preview) -> dict[str, Any] | None:
    if chunk is None:
        return None
    return {
        "upload": chunk.upload,
        "seal": chunk.seal,
        **chunk.address.model_dump(),
        "table": asdict(shown.grid) if shown.grid else None,
        "remark": shown.remark or None,
    }


def _replay(letter: DeadLetter, context: DeadLetterContext) -> tuple[bool, str]:
    route = context.route_of(letter)
    if route is None:
        return False, NO_ROUTE
    try:
        REPLAY.check(letter)
        sent = f"sends the message {sending(letter, route, context).described}"
        but = warning(letter, context)
        return True, f"{sent}; but {but}" if but else sent
    except Skipped as why:
        return False, str(why)
    except Failure as failure:
        return False, f"cannot be determined at the moment: {failure}"


def _counts(letter: DeadLetter) -> Mapping[str, int]:
    try:
        found = json.loads(letter.attributes.get(f"{PREFIX}counts", ""))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(code): rows for code, rows in found.items() if isinstance(rows, int)}
