"""Notices that a file is UTF-8 although its contract names another encoding.

Every byte means some character in most encodings of one byte per character, so that such a file has
no faults: its letters are loaded as other characters, é as Ã©.
"""

import codecs
from collections.abc import Iterable, Iterator
from typing import Final

from csvgate.contracts.encoding_names import MULTI_BYTE, SINGLE_BYTE
from csvgate.contracts.model import Encoding
from csvgate.csv.encodings import codec_names
from csvgate.text import counted

_LEAST: Final = 5
"""In an encoding of several bytes per character, fewer characters may be valid UTF-8 by chance."""


class Utf8Watch:
    """Reads along. Characters are counted until a byte is not valid UTF-8, or a byte order mark
    shows that the contract's encoding does not apply."""

    def __init__(self, encoding: Encoding) -> None:
        names = codec_names(encoding)
        self._encoding = encoding
        self._least = _LEAST if MULTI_BYTE.issuperset(names) else 1
        self._may_be = len(names) == 1 and names[0] in SINGLE_BYTE | MULTI_BYTE
        self._characters = 0
        """The characters beyond ASCII so far."""
        self._has_begun = False

    def watch(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Return the same pieces."""
        return self._watched(pieces) if self._may_be else iter(pieces)

    @property
    def warning(self) -> str | None:
        """A warning for people about the bytes that were read, or None."""
        if not self._may_be or self._characters < self._least:
            return None
        return (
            f"the file has {counted(self._characters, 'character')} beyond ASCII and is valid "
            f"UTF-8, but the contract reads it as {self._encoding}, in which these bytes are other "
            "characters; if the file is UTF-8, write `encoding: utf-8` in the contract"
        )

    def _watched(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        rest = iter(pieces)
        decoder = codecs.getincrementaldecoder("utf-8")()
        for piece in rest:
            self._count(decoder, piece)
            yield piece
            if not self._may_be:
                yield from rest

    def _count(self, decoder: codecs.IncrementalDecoder, piece: bytes) -> None:
        if piece.isascii() and not decoder.getstate()[0]:
            self._has_begun = self._has_begun or bool(piece)
            return
        try:
            text = decoder.decode(piece)
        except UnicodeDecodeError:
            self._may_be = False
            return
        if not self._has_begun and text.startswith("\ufeff"):
            self._may_be = False
        self._has_begun = self._has_begun or bool(text)
        self._characters += len(text) - len(text.encode("ascii", "ignore"))
