"""Words, strings and symbols of a subscription filter."""

import re
from dataclasses import dataclass
from typing import Literal


class FilterSyntaxError(ValueError):
    """A filter that cannot be read: what is wrong, and at which character (from 0)."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} (at character {position})")
        self.position = position


@dataclass(frozen=True)
class Token:
    """One token: its text in the filter, its value (a string's content), and where it starts."""

    kind: Literal["word", "string", "symbol", "end"]
    text: str
    value: str
    position: int


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<word>[A-Za-z0-9_][A-Za-z0-9_-]*)
      | (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<symbol>!=|[=:.,()-])
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:x(?P<x>[0-9A-Fa-f]{2})|u(?P<u>[0-9A-Fa-f]{4})|U(?P<U>[0-9A-Fa-f]{8})"
    r"|(?P<octal>[0-7]{3})|(?P<plain>.))",
    re.DOTALL,
)
_PLAIN = dict(zip("abfnrtv\\\"'?`", "\a\b\f\n\r\t\v\\\"'?`", strict=True))


def tokenize(text: str) -> list[Token]:
    """The tokens of `text`, the last of kind "end"; raises FilterSyntaxError."""
    tokens: list[Token] = []
    position = 0
    while match := _TOKEN.match(text, position):
        start = match.start(match.lastgroup or 0)
        if word := match["word"]:
            tokens.append(Token("word", word, word, start))
        elif literal := match["string"]:
            tokens.append(Token("string", literal, _unescape(literal[1:-1], start), start))
        else:
            tokens.append(Token("symbol", match["symbol"], match["symbol"], start))
        position = match.end()
    rest = text[position:]
    if rest.strip():
        start = position + len(rest) - len(rest.lstrip())
        problem = "the string is not closed" if text[start] == '"' else f"unexpected {text[start]}"
        raise FilterSyntaxError(problem, start)
    return [*tokens, Token("end", "", "", len(text))]


def _unescape(content: str, position: int) -> str:
    def replace(match: re.Match[str]) -> str:
        if plain := match["plain"]:
            if plain not in _PLAIN:
                raise FilterSyntaxError(f"unknown escape \\{plain}", position)
            return _PLAIN[plain]
        digits = match["x"] or match["u"] or match["U"]
        number = int(digits, 16) if digits else int(match["octal"], 8)
        try:
            return chr(number)
        except (ValueError, OverflowError):
            raise FilterSyntaxError(f"no such character: {match[0]}", position) from None

    return _ESCAPE.sub(replace, content)
