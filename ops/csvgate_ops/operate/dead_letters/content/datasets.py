"""Find the dataset of letters that do not name it, from the object's name or from the ledger."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from csvgate.runtime.errors import Failure
from csvgate_ops.operate.dead_letters.content.parse import object_name
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter

_READERS: Final = 16


def with_datasets(letters: Iterable[DeadLetter], context: DeadLetterContext) -> list[DeadLetter]:
    """Fill in the dataset where it is empty. This takes one read from the ledger for each upload
    whose dataset cannot be found otherwise. When the ledger cannot be read, the dataset stays
    empty, because the letters matter more."""
    named = [_named(letter, context) for letter in letters]
    unknown = sorted({letter.upload for letter in named if letter.upload and not letter.dataset})
    if not unknown:
        return named
    with ThreadPoolExecutor(_READERS) as readers:
        found = dict(
            zip(unknown, readers.map(lambda u: _received(u, context), unknown), strict=True)
        )
    return [
        replace(letter, dataset=found.get(letter.upload, "")) if not letter.dataset else letter
        for letter in named
    ]


def _named(letter: DeadLetter, context: DeadLetterContext) -> DeadLetter:
    name = "" if letter.dataset else object_name(letter)
    contract = context.contracts.for_object(name) if name else None
    return replace(letter, dataset=contract.dataset) if contract else letter


def _received(upload: str, context: DeadLetterContext) -> str:
    try:
        received = context.ledger.upload(upload).received()
    except Failure:
        return ""
    return received.dataset if received else ""
