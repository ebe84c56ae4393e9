"""Recognises email addresses: usual ones by the bits of their characters, others by a pattern.

The characters of a cell become bits of a few 64-bit words, one word for each class of characters,
so that a few operations judge a whole address. That takes two thirds of the time of the pattern.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csvgate.contracts.pattern import anchored
from csvgate.validation.fast.arrays import Bytes, Ints32, Mask, Words, as_string, content, offsets
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.words import windows

LETTERS: Final[Sequence[tuple[int, int]]] = (
    (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x17F),  # Latin
    (0x391, 0x3A1), (0x3A3, 0x3A9), (0x3AC, 0x3CE),  # Greek
    (0x400, 0x481), (0x48A, 0x4FF),  # Cyrillic
    (0x5D0, 0x5EA), (0x621, 0x63A), (0x641, 0x64A),  # Hebrew, Arabic
    (0x905, 0x939), (0xE01, 0xE30),  # Devanagari, Thai
    (0x3041, 0x3096), (0x30A1, 0x30FA), (0x4E00, 0x9FA5), (0xAC00, 0xD7A3),  # Kana, Han, Hangul
)  # fmt: skip
"""Ranges of letters that have long been assigned, so that the Unicode tables of Python and of RE2
agree about them."""
_RANGES: Final = "".join(rf"\x{{{first:X}}}-\x{{{last:X}}}" for first, last in LETTERS)
_NOT_DIGIT: Final = f"[A-Za-z{_RANGES}]"
_LETTER: Final = f"[A-Za-z0-9{_RANGES}]"
_LABEL: Final = rf"{_LETTER}+(?:-+{_LETTER}+)*"
_SPECIAL: Final = "!#$%&'*+/=?^_`{|}~"
_ATOM: Final = rf"[A-Za-z0-9{_SPECIAL}{_RANGES}-]+"
_PATTERN: Final = anchored(
    rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?:{_LETTER}+-+)*{_LETTER}*{_NOT_DIGIT}"
)
_MAX_OF_PATTERN: Final = 65
"""With so many bytes, neither the part before the @ nor a label of the domain has more than 63."""

_LOCAL: Final = 1
_MARKED: Final = 2
_SEPARATOR: Final = 4
_PLANES: Final = tuple(np.uint64(bit * 0x0101010101010101) for bit in (_LOCAL, _MARKED, _SEPARATOR))


def _class(byte: int) -> int:
    """Return the bits of a character's class: zero for a letter, LOCAL for characters that only the
    part before the @ has, and MARKED to tell characters with otherwise equal bits apart."""
    character = chr(byte)
    if byte < 0x80 and character.isalnum():
        return _MARKED if character.isdigit() else 0
    match character:
        case ".":
            return _SEPARATOR
        case "-":
            return _SEPARATOR | _MARKED
        case "@":
            return _SEPARATOR | _LOCAL
    return _LOCAL if character in _SPECIAL else _LOCAL | _MARKED


_CLASSES: Final = bytes(map(_class, range(256)))
_MAX_USUAL: Final = 57
"""The bits of a 64-bit word that certainly belong to the cell, whose first bit is in the lowest
byte."""
_AT_ONCE: Final = 8192
"""Cells judged at a time: few enough for all arrays to stay in the processor's cache."""
_ONE: Final = np.uint64(1)


def are_emails(cells: Slices) -> Mask:
    """(n,) True for cells that certainly are email addresses; false for a few unusual ones, too."""
    array = cells.binary
    limits, data = offsets(array), content(array)
    found = np.empty(len(array), np.bool_)
    for at in range(0, len(array), _AT_ONCE):
        found[at : at + _AT_ONCE] = _are_usual(data, limits[at : at + _AT_ONCE + 1])
    rest = np.flatnonzero(~found)
    rest = rest[np.diff(limits)[rest] <= _MAX_OF_PATTERN]
    if len(rest):
        texts = as_string(array.take(pa.array(rest)))
        matches = pc.match_substring_regex(texts, _PATTERN)
        found[rest] = matches.to_numpy(zero_copy_only=False)
    return found


def _are_usual(data: Bytes, limits: Ints32) -> Mask:
    """(n,) Whether the cells between these limits (n + 1,) are usual addresses: in ASCII, of up to
    _MAX_USUAL characters, and without separators that follow each other."""
    starts, lengths = limits[:-1] - limits[0], np.diff(limits)
    local, marked, separator = _bits(data[limits[0] : limits[-1]], starts)
    whole = (_ONE << lengths.astype(np.uint64)) - _ONE
    local &= whole
    separator &= whole
    at = local & separator
    before_at = at - _ONE
    # A cell without an @ has no domain, and all its bits count as those before the @.
    domain = ~(at | before_at) & whole
    last = whole ^ (whole >> _ONE)
    odd = local & marked  # characters that no usual address has
    odd |= at & before_at  # more than one @; without any, this is zero
    odd |= separator & (separator >> _ONE)
    odd |= separator & _ONE
    odd |= local & domain
    odd |= (local | marked | separator) & last  # the last character must be a letter
    dots = separator & ~marked & domain
    usual: Mask = odd == 0
    usual &= dots != 0
    usual &= lengths <= _MAX_USUAL
    return usual


def _bits(data: Bytes, starts: Ints32) -> list[Words]:
    """(n,) each: for each of _PLANES, the classes of the characters from each start on, one bit for
    each character, the first in the lowest bit."""
    padding = bytes(64 + -len(data) % 8)
    classes = np.frombuffer(data.tobytes().translate(_CLASSES) + padding, np.uint64)
    places, shifts = starts >> 3, (starts & 7).astype(np.uint64)
    found = list[Words]()
    for plane in _PLANES:
        packed = np.packbits((classes & plane).view(np.uint8), bitorder="little")
        words = windows(packed, 8, places).view(np.uint64)
        words >>= shifts
        found.append(words)
    return found
