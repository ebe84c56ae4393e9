"""Export: write letters to a file and leave them in their queues."""

import base64
import json
import os
from pathlib import Path
from typing import Any

from csvgate_ops.operate.dead_letters.actions.show import record_reveal
from csvgate_ops.operate.dead_letters.content.content import content
from csvgate_ops.operate.dead_letters.content.datasets import with_datasets
from csvgate_ops.operate.dead_letters.content.letter_json import (
    attributes,
    content_json,
    letter_json,
)
from csvgate_ops.operate.dead_letters.content.masking import mask_of, message_of
from csvgate_ops.operate.dead_letters.content.open_breakers import with_breakers
from csvgate_ops.operate.dead_letters.content.parse import parse
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.queue.drain import drain
from csvgate_ops.operate.dead_letters.queue.leases import Leases

_MOST = 1_000_000


def export(context: DeadLetterContext, wanted: Filter, path: Path, *, reveal: bool = False) -> int:
    """Write a JSON line for each letter, and return their number. With `reveal`, which the audit
    log records, each line has the letter's bytes as base64 in `data`. Otherwise it has the content
    with sensitive columns masked, from which the message cannot be restored.

    Raises FileExistsError, OSError, Transient and Permanent; then no file is written.
    """
    if path.exists():
        raise FileExistsError(f"{path} already exists: choose another name or remove it")
    if reveal:
        record_reveal(context, "export", wanted.as_json())
    partial = path.with_name(f".{path.name}.part")
    count = 0
    try:
        with partial.open("w", encoding="utf-8") as out:
            # Only the owner may read the rows.
            os.chmod(partial, 0o600)  # noqa: PTH101 - the file is open
            for route in context.routes:
                with Leases(context.queues, route.review) as leases:
                    for batch in drain(
                        context.queues, route.review, leases, most=_MOST, patience=context.patience
                    ):
                        letters = with_datasets([parse(p, route) for p in batch], context)
                        for letter in with_breakers(wanted.of(letters, context), context):
                            out.write(
                                json.dumps(letter_line(letter, context, reveal=reveal)) + "\n"
                            )
                            count += 1
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return count


def letter_line(letter: DeadLetter, context: DeadLetterContext, *, reveal: bool) -> dict[str, Any]:
    """Return the line of a letter as JSON. Requires `letter.data`."""
    message = letter.message if reveal else message_of(letter, context)
    line = letter_json(letter, message) | {"attributes": attributes(letter, message)}
    if reveal:
        return line | {"data": base64.b64encode(letter.data or b"").decode()}
    mask = mask_of(letter, context)
    return line | {"content": content_json(content(letter, mask))}
