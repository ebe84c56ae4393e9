"""JSON lines of letters that were already read, as `csvgate dlq export` writes them."""

import json
import threading
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final

from csvgate.runtime.errors import Failure
from csvgate_ops.operate.dead_letters.actions.export import letter_line
from csvgate_ops.operate.dead_letters.content.letter_json import attributes, letter_json
from csvgate_ops.operate.dead_letters.content.masking import message_of
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.queue.drain import drain
from csvgate_ops.operate.dead_letters.queue.leases import Leases

_READERS: Final = 8
_AT_ONCE: Final = 64
"""Letters whose lines are made at once: masking reads the ledger."""
_MOST_BYTES: Final = 32 * 1024 * 1024
"""Data of letters that is pulled at once, 32 MiB, so that memory is bounded and the queues are free
while a browser receives the lines."""
_MOST: Final = 1_000_000
_PATIENCE: Final = 5.0
"""Seconds to wait for the queues."""
_GONE: Final = (
    "its data could not be read: it was replayed or discarded, or another process holds it"
)
_BUSY: Final = "its data could not be read: the queues are being read, or a job is running"


def letter_lines(
    context: DeadLetterContext,
    letters: Sequence[DeadLetter],
    queues: threading.Lock,
    *,
    reveal: bool,
) -> Generator[bytes, None, None]:
    """Yield a line for every letter. Those whose data was too large to keep come last: they are
    pulled again, which holds `queues`. If that fails, a line has a remark in place of the data."""
    kept = [letter for letter in letters if letter.data is not None]
    large = [letter for letter in letters if letter.data is None]
    yield from _lines(context, kept, reveal=reveal)
    missing = {(letter.topic, letter.id): letter for letter in large}
    why = _GONE
    while missing:
        found, why = _pulled(context, missing, queues)
        if not found:
            break
        for key in [(letter.topic, letter.id) for letter in found]:
            del missing[key]
        yield from _lines(context, found, reveal=reveal)
    for letter in missing.values():
        yield _encoded(_line_without_data(context, letter, why, reveal=reveal))


def _lines(
    context: DeadLetterContext, letters: Sequence[DeadLetter], *, reveal: bool
) -> Iterator[bytes]:
    with ThreadPoolExecutor(_READERS) as readers:
        for start in range(0, len(letters), _AT_ONCE):
            yield from readers.map(
                lambda letter: _encoded(letter_line(letter, context, reveal=reveal)),
                letters[start : start + _AT_ONCE],
            )


def _pulled(
    context: DeadLetterContext,
    missing: dict[tuple[str, str], DeadLetter],
    queues: threading.Lock,
) -> tuple[list[DeadLetter], str]:
    """Return some of the missing letters with their data, and why there are not more."""
    if not queues.acquire(timeout=_PATIENCE):
        return [], _BUSY
    try:
        return _pull(context, missing), _GONE
    except Failure as failure:
        return [], f"its data could not be read: {failure}"
    finally:
        queues.release()


def _pull(
    context: DeadLetterContext, missing: dict[tuple[str, str], DeadLetter]
) -> list[DeadLetter]:
    found: dict[tuple[str, str], DeadLetter] = {}
    size = 0
    for route in context.routes:
        topic = route.dead_letter_topic
        wanted = sum(key[0] == topic for key in missing)
        if not wanted:
            continue
        with Leases(context.queues, route.review) as leases:
            for batch in drain(
                context.queues, route.review, leases, most=_MOST, patience=context.patience
            ):
                for pulled in batch:
                    letter = missing.get((topic, pulled.id))
                    if letter is not None:
                        found[topic, pulled.id] = replace(letter, data=pulled.data)
                        size += len(pulled.data)
                        wanted -= 1
                if size >= _MOST_BYTES:
                    return list(found.values())
                if not wanted:
                    break
    return list(found.values())


def _line_without_data(
    context: DeadLetterContext, letter: DeadLetter, why: str, *, reveal: bool
) -> dict[str, Any]:
    message = letter.message if reveal else message_of(letter, context)
    line = letter_json(letter, message) | {"attributes": attributes(letter, message)}
    if reveal:
        return line | {"data": None, "remark": why}
    return line | {"content": {"text": None, "remark": why}}


def _encoded(line: dict[str, Any]) -> bytes:
    return json.dumps(line).encode() + b"\n"
