"""Untrusted text on one line, without characters that change how a reader sees the rest."""

import re
from typing import Final

_SYMBOLS: Final = {"\r\n": "↵", "\n": "↵", "\r": "↵", "\t": "⇥", "\v": "↵", "\f": "↵"}
_BREAKS: Final = re.compile("\r\n|[\n\r\t\v\f]")

# Characters that move, hide or reorder the text around them: control characters, line separators,
# bidirectional controls, invisible characters, tags and lone surrogates. The joiners U+200C and
# U+200D stay: Persian, Hindi and emoji need them.
_HOSTILE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)


def one_line(text: str) -> str:
    """Return the text on one line: line breaks become `↵`, tabs `⇥`, and other control,
    bidirectional and invisible characters `�`."""
    marked = _BREAKS.sub(lambda found: _SYMBOLS[found.group()], text)
    return _HOSTILE.sub("\N{REPLACEMENT CHARACTER}", marked)
