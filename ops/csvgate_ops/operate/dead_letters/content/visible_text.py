"""Searches a letter for a text, in the form in which its page shows it without a reveal.

A search that saw hidden values would confirm guesses of them.
"""

from csvgate_ops.operate.dead_letters.content.content import content
from csvgate_ops.operate.dead_letters.content.letter_json import attributes
from csvgate_ops.operate.dead_letters.content.masking import NOTHING, Mask, mask_of, message_of
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import KEEP_BYTES, DeadLetter
from csvgate_ops.text import printable


def contains(letter: DeadLetter, text: str, context: DeadLetterContext) -> bool:
    """Return whether an id, the object's name, the code, the reason, the function, the dataset, an
    attribute or the data contains the text, which is folded. Data of more than KEEP_BYTES is not
    searched, whether or not it was kept, so that a list and an action select the same letters."""
    # Masking reads the ledger, so it is only asked about a letter that contains the text somewhere.
    return _is_in(text, letter, letter.message, NOTHING) and _is_in(
        text, letter, message_of(letter, context), mask_of(letter, context)
    )


def _is_in(text: str, letter: DeadLetter, message: str, mask: Mask) -> bool:
    strings = [
        letter.id,
        letter.object_name,
        # A letter that Pub/Sub forwarded has no attributes of csvgate.
        letter.code,
        letter.function,
        letter.dataset,
        letter.upload,
        message,
        *attributes(letter, message).values(),
        *(content(letter, mask).text.splitlines() if letter.size <= KEEP_BYTES else ()),
    ]
    return any(text in printable(string).casefold() for string in strings)
