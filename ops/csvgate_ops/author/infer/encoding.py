"""Guesses the encoding of a sample from its byte order mark or its bytes."""

import codecs
import re
from typing import Final

from csvgate.text import counted

_SEQUENCE: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_NOT_WINDOWS: Final = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def guess_encoding(data: bytes) -> tuple[str, str | None]:
    """Return the name of the encoding for the contract, and a note if it is a guess."""
    if data.startswith(_UTF16):
        return "utf-16", None
    zeros = data[:4096].count(0)
    if zeros > len(data[:4096]) // 4:
        return "utf-16-le" if data[1:2] == b"\0" else "utf-16-be", "guessed from its zero bytes"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8", None
    sequences = _SEQUENCE.findall(data)
    inside = sum(map(len, sequences))
    stray = len(_HIGH.findall(data)) - inside
    if len(sequences) > stray:
        return "utf-8", f"except for {counted(stray, 'byte')}, which UTF-8 text cannot contain"
    if _NOT_WINDOWS.search(data):
        return "iso-8859-1", "guessed: not UTF-8, and has bytes that are undefined in Windows-1252"
    return "windows-1252", "guessed: not UTF-8"
