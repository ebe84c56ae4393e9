"""Refuses binary files whose first bytes are not a known signature."""

import re
from typing import Final

from csvgate.csv.encodings import codec_names
from csvgate.validation.faults import FileFault

_EXAMINED: Final = 64 * 1024
"""Bytes that decide (64 KiB)."""
_CONTROLS: Final = re.compile(r"[\x00\x02-\x08\x0e-\x1a\x1c\x7f\ufffe\uffff]")
"""Control characters that texts do not have. \\x01 and \\x1d to \\x1f separate cells in some files,
and \\x1b begins the colours of a terminal."""
_MOST: Final = 0.02
"""The share of such characters above which a file is not a text. Damaged texts have a few."""
_LEAST: Final = 16


def require_text(data: bytes, encoding: str) -> None:
    """Raise FileFault `file.not_csv` if many characters of a file, read in the guessed encoding,
    are not those of texts."""
    examined = data[:_EXAMINED].decode(codec_names(encoding)[0], "replace")
    controls = len(_CONTROLS.findall(examined))
    if encoding.startswith("utf-16"):
        # Without a mark, the encoding was guessed from zero bytes.
        controls += examined.count("\ufffd")
    if controls >= _LEAST and controls > _MOST * len(examined):
        raise FileFault(
            "file.not_csv",
            f"the file is not a CSV file: {controls:,} of its first {len(examined):,} characters "
            "are control characters or undefined, as in a binary file; export it as CSV",
        )
