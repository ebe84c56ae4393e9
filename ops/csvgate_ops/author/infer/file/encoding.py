"""Guesses the encoding of a sample: by its byte order mark, by UTF-8, or by its letters.

Single-byte encodings cannot be distinguished with certainty, so such a guess is always reported,
with a word of the file as it reads in that encoding.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from csvgate.csv.encodings import UTF8_CHARACTER, codec_names, unlikely_bytes
from csvgate.text import counted, shorten
from csvgate_ops.author.infer.file.languages import EAST_ASIAN, FAMILIES, SYMBOLS, Family

_COHERENT: Final = 0.3
"""The least coherence, between 0 and 1, with which a guess of charset-normalizer is used."""
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_WORDS: Final = re.compile(rb"[^\x00-\x2c/:-@\t]*[\x80-\xff][^\x00-\x2c/:-?\t]*")
"""The surroundings of bytes that are not ASCII."""
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MOST_BYTES: Final = 64 * 1024
"""Bytes of words with characters outside ASCII that decide."""
_PLAUSIBLE: Final = 0.5
"""The least score of a guess: 1 if every letter belongs to one language."""
_CLOSE: Final = 0.2
_SHOWN: Final = 40
_ISOLATED: Final = 0.3
"""The weight of a letter without another letter beside it."""
_MIXED: Final = 0.6
"""The weight of letters that belong to several languages of one family."""
_ENOUGH: Final = 6
"""Characters that make a coincidence unlikely."""
_ASCII_TRAILS: Final = ("shift_jis", "big5")
"""Encodings in which the second byte of a common character may be ASCII."""
_SIGMAS: Final = "σς"
"""The second one stands at the end of words only, and the first one never."""
_UNDEFINED: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Guess:
    encoding: str
    note: str = ""
    """A comment for the contract if it is a guess."""
    remark: str = ""
    """A sentence for the user if it is a guess."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    score: float
    encoding: str
    script: str
    text: str


def guess_encoding(data: bytes) -> Guess:
    """Guess the encoding of the beginning of a file."""
    if data.startswith(_UTF16):
        return Guess("utf-16")
    zeros = data[:4096].count(0)
    if zeros > len(data[:4096]) // 4:
        name = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
        return Guess(name, "guessed from its zero bytes")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return Guess("utf-8")
    sequences = UTF8_CHARACTER.findall(data)
    stray = len(_HIGH.findall(data)) - sum(map(len, sequences))
    words = _words(data)
    candidates = sorted(_candidates(words), key=lambda c: -c.score)
    best = candidates[0]
    # A few damaged bytes in UTF-8; but two letters of another encoding may look like UTF-8.
    if len(sequences) > stray and not (best.score > 0.9 and best.script in EAST_ASIAN):
        return Guess("utf-8", f"except for {counted(stray, 'byte')}, which UTF-8 cannot contain")
    if best.score < _PLAUSIBLE:
        return _by_library(data)
    few = len(_HIGH.findall(words)) < _ENOUGH
    others = [
        c
        for c in candidates[1:]
        if c.text != best.text
        and not (few and c.script in EAST_ASIAN)
        and c.score > best.score - (_CLOSE if c.script == best.script else _CLOSE / 4)
        and not _UNDEFINED.search(c.text)
    ]
    word, *alternatives = _first_difference(best, others[:2])
    remark = f"The file is not UTF-8; its encoding is guessed: {best.encoding}, which reads {word}"
    if others:
        remark += "".join(
            f"; {c.encoding} would read {other}"
            for c, other in zip(others, alternatives, strict=False)
        )
        return Guess(best.encoding, f"guessed; perhaps {others[0].encoding}", remark)
    return Guess(best.encoding, "guessed: not UTF-8", remark)


def _words(data: bytes) -> bytes:
    found = list[bytes]()
    size = 0
    for match in _WORDS.finditer(data):
        found.append(match[0])
        size += len(match[0])
        if size > _MOST_BYTES:
            break
    return b"\n".join(found)


def _first_difference(best: _Candidate, others: Sequence[_Candidate]) -> list[str]:
    """Return the first word that the first of the others reads in another way, in each reading."""
    readings = [c.text.split("\n") for c in (best, *others)]
    words = list(zip(*readings, strict=False))
    differing = next((w for w in words if len(w) > 1 and w[0] != w[1]), words[0])
    return [repr(shorten(word.strip(), _SHOWN)) for word in differing]


def _candidates(words: bytes) -> Iterator[_Candidate]:
    for family in FAMILIES:
        for name in family.encodings:
            text = words.decode(codec_names(name)[0], "surrogateescape")
            yield _Candidate(_score(text, family), name, family.script, text)
    for name, leads in EAST_ASIAN.items():
        try:
            text = words.decode(codec_names(name)[0])
        except UnicodeDecodeError:
            continue
        yield _Candidate(_score_pairs(text, name, leads), name, name, text)


def _score(text: str, family: Family) -> float:
    """Return how well the letters are those of one language, at most 1."""
    sets = [frozenset(language + language.upper()) for language in family.languages]
    weights = [1.0] * len(sets) + [_MIXED]
    sets.append(frozenset().union(*sets))
    totals = [0.0] * len(sets)
    count = 0
    before = " "
    padded = f"{text} "
    for char, after in pairwise(padded):
        if not char.isascii():
            count += 1
            context = _context(before, char, after, family)
            for i, letters in enumerate(sets):
                weight = weights[i] if char in letters or context < 0 else _stranger(char)
                totals[i] += context * weight
        before = char
    return max(totals) / count if count else 0.0


def _stranger(char: str) -> float:
    """Weigh a character that is not a letter of the language."""
    return -0.5 if char.isalpha() else 1.0


def _context(before: str, char: str, after: str, family: Family) -> float:
    """Weigh a character by its neighbours: below zero if it cannot stand there."""
    if "\ud800" <= char <= "\udfff" or char < "\xa0":
        return -2.0
    if not char.isalpha():
        inside = before.isalpha() and after.isalpha()
        return -1.0 if inside or char not in SYMBOLS else 0.5
    if char in _SIGMAS and (char == _SIGMAS[1]) == after.isalpha():
        return -1.0
    if char.isupper() and before.isalpha() and (before.islower() or after.islower()):
        return -1.0
    if not family.mixed and any(c.isascii() and c.isalpha() for c in (before, after)):
        return -1.0
    return 1.0 if before.isalpha() or after.isalpha() else _ISOLATED


def _score_pairs(text: str, encoding: str, leads: tuple[tuple[int, int], ...]) -> float:
    """Return the share of characters that are common in an encoding of two bytes."""
    (codec,) = codec_names(encoding)
    total = count = 0.0
    before = ""
    for char in text:
        if not char.isascii():
            count += 1
            raw = char.encode(codec)
            common = len(raw) == 2 and any(low <= raw[0] <= high for low, high in leads)
            if encoding not in _ASCII_TRAILS:
                common = common and raw[-1] >= 0xA1
            total += 1.0 if common and not _latin(before) else -0.3
        elif _latin(char) and before and not before.isascii():
            total -= 0.7
        before = char
    if encoding == "euc-kr" and count == total > _ENOUGH:
        # Few texts in other languages have only bytes that begin syllables of Hangul.
        return 1.05
    return total / max(count, 2) if count else 0.0


def _latin(char: str) -> bool:
    return char.isascii() and char.isalpha()


def _by_library(data: bytes) -> Guess:
    """Ask charset-normalizer where the letters do not decide."""
    from charset_normalizer import from_bytes

    found = from_bytes(data[:_MOST_BYTES]).best()
    name = "" if found is None else found.encoding.replace("_", "-")
    if found is None or found.coherence < _COHERENT or name.startswith(("utf", "ascii")):
        name = "iso-8859-1" if unlikely_bytes("cp1252").search(data) else "windows-1252"
    remark = f"The file is not UTF-8, and its letters fit no encoding well. {name} is assumed"
    return Guess(name, "assumed: not UTF-8", f"{remark}: check the texts in the table")
