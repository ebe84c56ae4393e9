"""Convert a letter to the fields of the edit form, and the submitted fields to an Edit. Pure.

Attributes are edited as JSON, so that any value survives. A browser sends every line end of a text
as CRLF.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from csvgate.protocol.dead_letters import PREFIX
from csvgate_ops.operate.console.pages.safe_values import json_text, without_controls
from csvgate_ops.operate.dead_letters.actions.edit import (
    Edit,
    data_problem,
    is_json,
    is_text,
    text_of,
)
from csvgate_ops.operate.dead_letters.content.json_text import (
    formatted,
    is_read_as_json,
    json_problem,
)
from csvgate_ops.operate.dead_letters.content.masking import Mask
from csvgate_ops.operate.dead_letters.dead_letter import PLATFORM, DeadLetter

_ABOUT: Final = (PREFIX, PLATFORM)
"""Beginnings of the names of attributes that describe the letter. They are never sent."""
_MOST_BYTES: Final = 10_000_000


class InvalidEdit(Exception):
    """The message tells the operator what is wrong in the form."""


@dataclass(frozen=True, slots=True)
class FormFields:
    """The two fields of the form."""

    attributes: str
    data: str | None
    """None when the data is not text."""


def form_fields(letter: DeadLetter) -> FormFields:
    """Return the first content of the form. Requires `letter.data`."""
    return FormFields(
        json_text(sent_attributes(letter.attributes)), _text(letter) if is_text(letter) else None
    )


def sent_attributes(attributes: Mapping[str, str]) -> dict[str, str]:
    return {n: attributes[n] for n in sorted(attributes) if not n.startswith(_ABOUT)}


def parse_edit(letter: DeadLetter, fields: FormFields) -> Edit:
    """Return the changes that the submitted form makes to the letter. Raises InvalidEdit."""
    attributes, before = _attributes(fields.attributes), sent_attributes(letter.attributes)
    return Edit(
        data=_data(letter, fields.data),
        attributes={n: v for n, v in attributes.items() if before.get(n) != v},
        without=tuple(n for n in before if n not in attributes),
    )


def shows_hidden_values(letter: DeadLetter, mask: Mask) -> bool:
    """Return whether the form would show values of JSON keys that the letter's page masks."""
    try:
        found = json.loads(letter.data or b"") if is_text(letter) else None
        return bool(mask.json(found) != found)
    except (ValueError, RecursionError):
        return False


def _text(letter: DeadLetter) -> str:
    text = text_of(letter)
    return without_controls(text) if is_read_as_json(text) else text


def _data(letter: DeadLetter, submitted: str | None) -> bytes | None:
    """Return the new data; None when it is unchanged."""
    if submitted is None or not is_text(letter):
        return None
    text = _line_ends(submitted)
    shown = _text(letter)
    if text == _line_ends(shown):
        return None
    if not is_json(letter) and "\r\n" in shown:
        text = text.replace("\n", "\r\n")
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > _MOST_BYTES:
        raise InvalidEdit(f"The data has {len(data):,} bytes; Pub/Sub allows {_MOST_BYTES:,}.")
    if why := data_problem(letter, data):
        raise InvalidEdit(f"{why[0].upper()}{why[1:]}.")
    return data


def with_formatted_data(letter: DeadLetter, fields: FormFields) -> FormFields:
    """Return the submitted form with its data indented. Raises InvalidEdit when the data is not
    JSON, whatever the letter's event is."""
    if fields.data is None or not is_text(letter):
        return fields
    text = _line_ends(fields.data)
    if why := json_problem(text):
        raise InvalidEdit(f"The data cannot be formatted, because it is not JSON: {why}.")
    return FormFields(fields.attributes, without_controls(formatted(text)))


def _attributes(submitted: str) -> dict[str, str]:
    try:
        found = json.loads(submitted)
    except (ValueError, RecursionError) as error:
        raise InvalidEdit(f"The attributes are not JSON: {error}") from error
    if not isinstance(found, dict):
        raise InvalidEdit("The attributes are not a JSON object.")
    for name, value in found.items():
        if not isinstance(value, str):
            raise InvalidEdit(f"Attribute {name}: the value is not a string in quotes.")
        if not name or len(name.encode()) > 256 or name.startswith("goog"):
            raise InvalidEdit(f"Attribute {name or '(empty)'}: Pub/Sub does not allow this name.")
        if name.startswith(_ABOUT):
            raise InvalidEdit(
                f"Attribute {name}: names that begin so describe the letter and are never sent."
            )
        if len(value.encode("utf-8", "replace")) > 1024:
            raise InvalidEdit(f"Attribute {name}: the value is longer than 1,024 bytes.")
    return found


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n")
