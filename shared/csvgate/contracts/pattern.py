"""The regular expressions of contracts, matched by RE2.

RE2 never tries anything twice: matching takes time linear in the text, and a text can choose
neither that time nor the memory. What RE2 cannot express (backreferences, lookarounds) is refused
when the contract is loaded. Columns are matched by pyarrow, which contains RE2 too, with the same
text of `anchored`, and so with the same results.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from csvgate.text import shorten

MAX_MEMORY: Final = 1024 * 1024
"""The bytes that one compiled pattern may use. A program of this size has up to 11,000
instructions, the most steps that one byte of a text can cost. pyarrow allows for 8 MiB, so it
compiles what fits here."""
_MAX_SHOWN: Final = 100
"""The characters of RE2's message that are repeated; it may contain the whole pattern."""
_TOO_LARGE: Final = (
    "needs more than 1 MiB when compiled; write + or * instead of a large count, and limit the "
    "length by maxLength"
)
_LOOKAROUND: Final = (
    "looks ahead or behind, which RE2 cannot do; describe the whole text by alternatives, or leave "
    "that part of the rule to minLength, maxLength or enum"
)
_REFERENCE: Final = "refers to an earlier group, which RE2 cannot do; write each case out"
_POSSESSIVE: Final = (
    "has a possessive repetition; drop its second +, because RE2 does not backtrack"
)
_ESCAPE: Final = (
    r"escapes a character by its number or name; write \x{20AC} for the character U+20AC"
)
_ADVICE: Final = (
    (r"\(\?<?[=!]", _LOOKAROUND),
    (r"\\[1-9kg]|\(\?P(?:=|$)", _REFERENCE),
    (r"[*+?}]\+|\{[0-9,]*\}\+", _POSSESSIVE),
    (r"\(\?>", "has an atomic group; write (?:…), because RE2 does not backtrack"),
    (r"\(\?\(", "asks whether a group matched, which RE2 cannot do; write two alternatives"),
    (r"\(\?#", "has a comment, which RE2 does not know; use the field's description"),
    (r"\(\?(?!P?<)[a-zA-Z-]", "has a flag that RE2 does not know; it knows i, m, s and U"),
    (r"\\Z", r"has \Z, which RE2 does not know; drop it, because the whole text is matched"),
    (r"\\[uUN]", _ESCAPE),
)
"""Expressions for the part of a pattern that RE2 refuses, each with what the author can do."""
_PART: Final = re.compile(
    r"\\Q(?:(?!\\E).)*(?P<quoted>\\E)?|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\{,[0-9]+\}|.",
    re.DOTALL,
)
"""A part of a pattern that RE2 accepts: what is quoted, escaped, a set, a count, or a character."""
_GROUP: Final = re.compile(r"\?P?<(\w+)>")
"""What follows the bracket of a named group."""


class PatternError(ValueError):
    """The message says what is wrong with the pattern and what the contract's author can do."""


def anchored(pattern: str) -> str:
    """Return a pattern for searching that matches texts as a whole."""
    return rf"\A(?:{pattern})\z"


def searcher(pattern: str) -> Callable[[bytes], bool]:
    """Return a function that returns whether the pattern matches anywhere in a text in UTF-8. No
    part of a pattern matches a byte that is not UTF-8; the text around that byte is searched.

    Raises PatternError if RE2 cannot express the pattern.
    """
    search = _compiled(pattern, pattern).search
    return lambda text: search(text) is not None


def matcher(pattern: str) -> Callable[[str], bool]:
    """Return a function that returns whether the pattern matches the whole of a text. Texts with
    lone surrogates, which stand for bytes that are not UTF-8, do not match.

    Raises PatternError if RE2 cannot express the pattern.
    """
    match = _compiled(pattern, anchored(pattern)).fullmatch

    def matches(text: str) -> bool:
        try:
            return match(text.encode()) is not None
        except UnicodeEncodeError:
            return False

    return matches


def capturer(pattern: str) -> tuple[tuple[str, ...], Callable[[bytes], dict[str, bytes | None]]]:
    """Return the names of the pattern's groups, and a function that searches a text in UTF-8 and
    returns what each group captured, None for a group without a part in the match. The function
    returns an empty dictionary for a text in which the pattern is not found.

    Raises PatternError if RE2 cannot express the pattern, or a name is given to two groups.
    """
    compiled = _compiled(pattern, pattern, captures=True)
    names = _names_of_groups(pattern)
    for name in names:
        if names.count(name) > 1:
            raise PatternError(
                f"has two groups named {name}; write one group, with the alternatives inside or "
                "around it"
            )

    def capture(text: bytes) -> dict[str, bytes | None]:
        found = compiled.search(text)
        return {} if found is None else found.groupdict()

    return tuple(names), capture


def _compiled(pattern: str, used: str, *, captures: bool = False) -> Any:
    """Compile `used`, which is the pattern of the contract with what csvgate adds to it."""
    # Imported here, so that a function whose contracts have no patterns does not wait for it.
    import re2

    options = re2.Options()
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    try:
        # Alone first: a pattern such as `a)|(b` must not take effect on what is put around it.
        re2.compile(pattern, options)
        for problem in _misunderstood(pattern):
            raise PatternError(problem)
        # Without groups RE2 does not have to find out where they begin and end.
        options.never_capture = not captures
        return re2.compile(used, options)
    except re2.error as error:
        raise PatternError(_advice(error.args[0].decode(errors="replace"))) from None
    except UnicodeEncodeError:
        raise PatternError("has a lone surrogate, which no text can contain; drop it") from None


def _names_of_groups(pattern: str) -> list[str]:
    """Return the names in a pattern that RE2 accepts, in order. RE2 for Python does not refuse a
    name that is given twice, and then forgets one of the two groups."""
    starts = (part.end() for part in _PART.finditer(pattern) if part[0] == "(")
    return [name[1] for at in starts if (name := _GROUP.match(pattern, at))]


def _misunderstood(pattern: str) -> Iterator[str]:
    """Yield what RE2 accepts but takes for something else than its author means."""
    for part in _PART.finditer(pattern):
        if part[0].startswith("{,"):
            yield f"has {part[0]}, which RE2 takes literally; write {{0{part[0][1:]}"
        elif part[0] == r"\C":
            yield r"has \C, which matches a byte and not a character; write (?s:.)"
        elif part[0].startswith(r"\Q") and not part["quoted"]:
            yield r"has \Q without \E, which ends the quotation; add it"


def _advice(error: str) -> str:
    """Return a message for the author. `error` is RE2's: a reason, a colon, a part of the
    pattern."""
    reason, _, part = error.partition(": ")
    if reason.startswith("pattern too large"):
        return _TOO_LARGE
    if reason == "invalid repetition size":
        return (
            f"repeats a part too often ({part}): counts and products of nested counts may be up to "
            "1,000; write + or * instead, and limit the length by maxLength"
        )
    for expression, advice in _ADVICE:
        if re.match(expression, part):
            return advice
    return f"is not a regular expression in the syntax of RE2: {shorten(error, _MAX_SHOWN)}"
