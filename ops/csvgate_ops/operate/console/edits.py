"""An edited letter as a form has it, and back. Pure.

Attributes are edited as JSON, so that any value comes back as it was. A browser sends line ends of
a text as CRLF whatever they were.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from csvgate.protocol.dead_letters import PREFIX
from csvgate_ops.operate.console.pages.safe_values import json_text, without_controls
from csvgate_ops.operate.dead_letters.actions.edit import Edit, is_text, text_of
from csvgate_ops.operate.dead_letters.content.masking import Mask
from csvgate_ops.operate.dead_letters.dead_letter import PLATFORM, DeadLetter

_ABOUT: Final = (PREFIX, PLATFORM)
"""Attributes that begin so are about the letter and never sent."""
_MOST_BYTES: Final = 10_000_000


class Mistake(Exception):
    """Why what was typed cannot be sent, for whoever typed it."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The two fields of the form."""

    attributes: str
    data: str | None
    """None for data that is no text."""


def presented(letter: DeadLetter) -> Typed:
    """What the form shows at first. `letter.data` must be there."""
    return Typed(json_text(own(letter.attributes)), _text(letter) if is_text(letter) else None)


def own(attributes: Mapping[str, str]) -> dict[str, str]:
    return {n: attributes[n] for n in sorted(attributes) if not n.startswith(_ABOUT)}


def understood(letter: DeadLetter, typed: Typed) -> Edit:
    """Raises Mistake."""
    attributes, before = _attributes(typed.attributes), own(letter.attributes)
    return Edit(
        data=_data(letter, typed.data),
        attributes={n: v for n, v in attributes.items() if before.get(n) != v},
        without=tuple(n for n in before if n not in attributes),
    )


def hides(letter: DeadLetter, mask: Mask) -> bool:
    """Editing shows what the letter's page hides: keys of JSON."""
    try:
        found = json.loads(letter.data or b"") if is_text(letter) else None
        return bool(mask.json(found) != found)
    except (ValueError, RecursionError):
        return False


def _text(letter: DeadLetter) -> str:
    text = text_of(letter)
    return without_controls(text) if _is_json(text) else text


def _data(letter: DeadLetter, typed: str | None) -> bytes | None:
    """None when it is as it was."""
    if typed is None or not is_text(letter):
        return None
    text = _line_ends(typed)
    shown = _text(letter)
    if text == _line_ends(shown):
        return None
    if not _is_json(shown) and "\r\n" in shown:
        text = text.replace("\n", "\r\n")
    elif _is_json(shown) and not _is_json(text):
        raise Mistake(f"The data was JSON and is none any more: {_json_problem(text)}")
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > _MOST_BYTES:
        raise Mistake(f"The data has {len(data):,} bytes; Pub/Sub takes {_MOST_BYTES:,}.")
    return data


def _attributes(typed: str) -> dict[str, str]:
    try:
        found = json.loads(typed)
    except (ValueError, RecursionError) as error:
        raise Mistake(f"The attributes are not JSON: {error}") from error
    if not isinstance(found, dict):
        raise Mistake("The attributes are not a JSON object.")
    for name, value in found.items():
        if not isinstance(value, str):
            raise Mistake(f"Attribute {name}: the value is not a text in quotes.")
        if not name or len(name.encode()) > 256 or name.startswith("goog"):
            raise Mistake(f"Attribute {name or '(empty)'}: Pub/Sub does not take this name.")
        if name.startswith(_ABOUT):
            raise Mistake(f"Attribute {name}: such names are about the letter and never sent.")
        if len(value.encode("utf-8", "replace")) > 1024:
            raise Mistake(f"Attribute {name}: the value is longer than 1,024 bytes.")
    return found


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n")


def _is_json(text: str) -> bool:
    return not _json_problem(text)


def _json_problem(text: str) -> str:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        return str(error) or "nested too deeply"
    return ""
