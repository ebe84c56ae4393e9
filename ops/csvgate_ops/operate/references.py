"""References that a colleague can paste into their own console or command.

    csvgate:letters/enrich-records-dead-letter/9421      a dead letter: its topic and id
    csvgate:uploads/3f2a9c…                              an upload

They contain no address of a machine, because a console runs on the machine of its operator.
"""

from typing import Final
from urllib.parse import quote, unquote

_LETTERS: Final = "csvgate:letters/"
_UPLOADS: Final = "csvgate:uploads/"


def letter_reference(topic: str, letter_id: str) -> str:
    """Return the reference of a letter. Its topic belongs to it, because ids are unique only within
    a topic."""
    return f"{_LETTERS}{quote(topic, safe='')}/{quote(letter_id, safe='')}"


def upload_reference(upload_id: str) -> str:
    return f"{_UPLOADS}{upload_id}"


def letter_of(text: str) -> tuple[str, str] | None:
    """Return the topic and the id that the reference of a letter names; None if the text is not
    such a reference."""
    text = text.strip()
    if not text.startswith(_LETTERS):
        return None
    topic, _, letter_id = text.removeprefix(_LETTERS).partition("/")
    return (unquote(topic), unquote(letter_id)) if topic and letter_id else None


def letter_id_of(text: str) -> str:
    """Return the id that the reference of a letter names, or the text itself if it is not such a
    reference."""
    named = letter_of(text)
    return named[1] if named else text


def upload_of(text: str) -> str:
    """Return the id that the reference of an upload names, or the text itself if it is not such a
    reference."""
    return text.strip().removeprefix(_UPLOADS) if is_upload(text) else text


def is_upload(text: str) -> bool:
    """Return whether the text is the reference of an upload."""
    return text.strip().startswith(_UPLOADS)
