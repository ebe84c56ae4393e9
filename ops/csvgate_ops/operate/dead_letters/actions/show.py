"""One letter in full: what it holds, why it is here, and what became of its upload."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from csvgate.protocol.dead_letters import PREFIX
from csvgate.protocol.ledger.entries import LetterMark
from csvgate.runtime.errors import Failure
from csvgate_ops.operate.dead_letters.actions.each import Skipped
from csvgate_ops.operate.dead_letters.actions.replay import sending
from csvgate_ops.operate.dead_letters.actions.reveal import record_reveal
from csvgate_ops.operate.dead_letters.audit import marks
from csvgate_ops.operate.dead_letters.content.content import ROWS, Content, Grid, content
from csvgate_ops.operate.dead_letters.content.datasets import with_datasets
from csvgate_ops.operate.dead_letters.content.masking import (
    NOTHING,
    Mask,
    mask_of,
    message_of,
    pinned_contract,
)
from csvgate_ops.operate.dead_letters.content.parse import parse
from csvgate_ops.operate.dead_letters.content.reject_file import sample
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.queue.drain import drain
from csvgate_ops.operate.dead_letters.queue.leases import Leases
from csvgate_ops.operate.uploads import UploadStatus, status

_MOST: Final = 1_000_000


class NoSuchLetter(Exception):
    """No review subscription holds it just now."""

    def __init__(self, letter_id: str) -> None:
        super().__init__(
            f"no dead letter {letter_id!r}: it was replayed or discarded, or somebody holds it just"
            " now; `csvgate dlq list` shows those there are"
        )


@dataclass(frozen=True, slots=True)
class Detail:
    letter: DeadLetter
    """With its data, whatever its size. Raw: show `message`, `content`, and attributes."""
    message: str
    """Its reason, masked where it may repeat a row."""
    content: Content
    masked: tuple[str, ...]
    """Names of columns hidden in content and reject rows."""
    counts: Mapping[str, int]
    """Rejected rows by code; empty when it is not about rejected rows."""
    reject_rows: Grid | None
    upload: UploadStatus | None
    """With its timeline; None when the ledger knows nothing of it."""
    replay: str
    """What a replay would do, or why it cannot."""
    replayable: bool
    history: tuple[LetterMark, ...]
    """What is on record about this letter."""
    remark: str = ""
    """What could not be read just now, and why."""


def fetch(context: DeadLetterContext, letter_id: str) -> DeadLetter:
    """The letter with its data, left where it is. Raises NoSuchLetter, Transient, Permanent."""
    for route in context.routes:
        with Leases(context.queues, route.review) as leases:
            for portion in drain(
                context.queues, route.review, leases, most=_MOST, patience=context.patience
            ):
                for pulled in portion:
                    if pulled.id == letter_id:
                        return with_datasets([parse(pulled, route)], context)[0]
    raise NoSuchLetter(letter_id)


def show(
    context: DeadLetterContext, letter_id: str, *, reveal: bool = False, rows: int = ROWS
) -> Detail:
    """`reveal` shows sensitive columns, and puts on record who saw them. Raises NoSuchLetter,
    Transient and Permanent."""
    return show_letter(context, fetch(context, letter_id), reveal=reveal, rows=rows)


def show_letter(
    context: DeadLetterContext, letter: DeadLetter, *, reveal: bool = False, rows: int = ROWS
) -> Detail:
    """The same for a letter at hand; one whose data was not kept is fetched again."""
    if letter.data is None:
        letter = fetch(context, letter.id)
    if reveal:
        record_reveal(context, "show", {"ids": [letter.id]})
    mask = NOTHING if reveal else mask_of(letter, context)
    shown = content(letter, mask, rows)
    replayable, replay = _replay(letter, context)
    try:
        known = status(context.ledger, letter.upload) if letter.upload else None
        history, remark = tuple(marks(context.ledger, letter)), ""
        reject_rows = _reject_rows(letter, context, mask, rows)
    except Failure as failure:
        known, history, reject_rows, remark = None, (), None, str(failure)
    hidden = [*(shown.grid.masked if shown.grid else ())]
    hidden += reject_rows.masked if reject_rows else ()
    return Detail(
        letter=letter,
        message=letter.message if reveal else message_of(letter, context),
        content=shown,
        masked=tuple(dict.fromkeys(hidden)),
        counts=_counts(letter),
        reject_rows=reject_rows,
        upload=known if known and known.state != "unknown" else None,
        replay=replay,
        replayable=replayable,
        history=history,
        remark=remark,
    )


def _reject_rows(
    letter: DeadLetter, context: DeadLetterContext, mask: Mask, rows: int
) -> Grid | None:
    if not letter.is_rejection:
        return None
    contract = pinned_contract(letter, context) or context.contracts.for_dataset(letter.dataset)
    return sample(letter, context, contract, mask, rows)


def _replay(letter: DeadLetter, context: DeadLetterContext) -> tuple[bool, str]:
    route = next((r for r in context.routes if r.review == letter.subscription), None)
    if route is None:
        return False, "its review subscription is not in the topology"
    try:
        return True, f"goes {sending(letter, route, context).described}"
    except Skipped as why:
        return False, str(why)
    except Failure as failure:
        return False, f"cannot be told just now: {failure}"


def _counts(letter: DeadLetter) -> Mapping[str, int]:
    try:
        found = json.loads(letter.attributes.get(f"{PREFIX}counts", ""))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(code): rows for code, rows in found.items() if isinstance(rows, int)}
