"""Find the dataset and the object of letters that do not name them, from the ledger."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from csvgate.protocol.ledger.entries import Received
from csvgate.runtime.errors import Failure
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter

_READERS: Final = 16


def with_datasets(letters: Iterable[DeadLetter], context: DeadLetterContext) -> list[DeadLetter]:
    """Fill in the dataset and the object's name where they are empty. This takes one read from the
    ledger for each upload for which the message does not say both. When the ledger cannot be read,
    they stay empty, because the letters matter more."""
    named = [_named(letter, context) for letter in letters]
    unknown = sorted({letter.upload for letter in named if letter.upload and _lacks(letter)})
    if not unknown:
        return named
    with ThreadPoolExecutor(_READERS) as readers:
        found = dict(
            zip(unknown, readers.map(lambda u: _received(u, context), unknown), strict=True)
        )
    return [_completed(letter, found.get(letter.upload)) for letter in named]


def _lacks(letter: DeadLetter) -> bool:
    return not letter.dataset or not letter.object_name


def _named(letter: DeadLetter, context: DeadLetterContext) -> DeadLetter:
    is_sought = letter.kind == "storage event" and letter.object_name and not letter.dataset
    contract = context.contracts.for_object(letter.object_name) if is_sought else None
    return replace(letter, dataset=contract.dataset) if contract else letter


def _completed(letter: DeadLetter, received: Received | None) -> DeadLetter:
    if received is None or not _lacks(letter):
        return letter
    return replace(
        letter,
        dataset=letter.dataset or received.dataset,
        object_name=letter.object_name or received.upload.name,
    )


def _received(upload: str, context: DeadLetterContext) -> Received | None:
    try:
        return context.ledger.upload(upload).received()
    except Failure:
        return None
