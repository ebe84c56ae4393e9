"""Making a value from outside fit to stand in a line of text that a person trusts."""

import re
from typing import Final

_MARKS: Final = {"\r\n": "↵", "\n": "↵", "\r": "↵", "\t": "⇥", "\v": "↵", "\f": "↵"}
_MARKS_AT: Final = re.compile("\r\n|[\n\r\t\v\f]")

# What moves, hides or reorders the text around it: control characters, line separators,
# bidirectional controls, invisible characters, tags, lone surrogates. Not the joiners U+200C and
# U+200D, which Persian, Hindi and emoji are written with.
_HOSTILE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)


def one_line(text: str) -> str:
    """On one line, with nothing invisible: breaks and tabs as `↵` and `⇥`, what remains of control
    and bidirectional characters as `�`."""
    marked = _MARKS_AT.sub(lambda found: _MARKS[found.group()], text)
    return _HOSTILE.sub("\N{REPLACEMENT CHARACTER}", marked)
