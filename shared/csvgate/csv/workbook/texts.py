"""The texts of a workbook: those that cells share, and how characters are written."""

import re
import sys
from typing import Final

from csvgate.csv.workbook.faults import too_large
from csvgate.csv.workbook.parts import Attributes, PartReader

_MOST_MEMORY: Final = 128 * 1024 * 1024
"""The most memory of all shared texts: 128 MiB, enough for a million texts of 50 characters."""
MOST_CHARACTERS: Final = 1024 * 1024
"""The longest text of a cell. Excel's limit is 32,767."""
_MOST_DIGITS: Final = 10
_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")
"""A character that XML cannot have, or a carriage return: `_x000D_`."""


class TextReader(PartReader):
    """Collects the text of an element without phonetic notes."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._characters = 0
        self._in_text = False
        self._in_note = False

    def begin_text(self) -> None:
        self._parts, self._characters = [], 0

    def start(self, name: str, attributes: Attributes) -> None:  # noqa: ARG002
        if name == "rPh":
            self._in_note = True
        elif name == "t":
            self._in_text = True

    def end(self, name: str) -> None:
        if name == "rPh":
            self._in_note = False
        elif name == "t":
            self._in_text = False

    def text(self, text: str) -> None:
        if self._in_text and not self._in_note:
            self.add_text(text)

    def add_text(self, text: str) -> None:
        self._characters += len(text)
        if self._characters > MOST_CHARACTERS:
            raise too_large("has a text of more than a million characters in one cell")
        self._parts.append(text)

    def whole_text(self) -> str:
        return unescaped("".join(self._parts))


class SharedTexts(TextReader):
    """Reads the texts that cells refer to by number."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._memory = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "si":
            self.begin_text()
        super().start(name, attributes)

    def end(self, name: str) -> None:
        super().end(name)
        if name != "si":
            return
        text = self.whole_text()
        # Each text has a place of 8 bytes in the list.
        self._memory += sys.getsizeof(text) + 8
        if self._memory > _MOST_MEMORY:
            raise too_large("has texts that take more than 128 MiB of memory")
        self.texts.append(text)

    def at(self, number: str) -> str | None:
        """Return the text of this number; None if it does not exist."""
        # More digits than nine are more texts than fit in memory, and would take long to convert.
        if not (number.isascii() and number.isdigit() and len(number) < _MOST_DIGITS):
            return None
        index = int(number)
        return self.texts[index] if index < len(self.texts) else None


def unescaped(text: str) -> str:
    """Return a text with the characters that are written as `_x000D_`."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    # Half of a pair is not a character, and its bytes would not be UTF-8.
    return found[0] if 0xD800 <= code <= 0xDFFF else chr(code)
