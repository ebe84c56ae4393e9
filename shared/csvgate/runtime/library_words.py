"""What messages and logs may repeat of the exceptions and answers of libraries and services.

Their words may quote a row: BigQuery names the value that it refuses, and Python the text that it
cannot convert. Messages end up in logs, dead letters, the ledger and emails, so the words are cut
here, where a message is made, and nowhere else.
"""

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from traceback import StackSummary, walk_tb
from types import TracebackType
from typing import Any, Final

from csvgate.runtime.errors import Failure

CUT: Final = "…"
_LONGEST: Final = 400
_MOST_FIELDS: Final = 5
_QUOTED: Final = re.compile(
    # An apostrophe within a word is not a quote. A quote that is not closed extends to the end.
    r"""(?<!\w)[bru]{0,2}'.*?(?:'(?!\w)|$)|"(?:[^"\\]|\\.)*(?:"|$)|`[^`]*(?:`|$)""",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS: Final = re.compile(r"[^\s@]*@[^\s@]*")
_QUERY: Final = re.compile(r"\?[^\s'\"]+")
_PERMISSION: Final = re.compile(
    r"['\"`](?:storage|bigquery|pubsub|iam|serviceusage|resourcemanager)(?:\.[A-Za-z]{1,40}){1,3}['\"`]"
)
"""Quoted names that are kept: an operator has to know which permission is missing."""
_FIELD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def library_words(error: BaseException) -> str:
    """Return what a message may say about an exception that is not csvgate's: its class, and for an
    error of the operating system its description; for data that does not fit a model the names of
    the wrong fields and what is wrong with each."""
    name = type(error).__name__
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name}: {os.strerror(error.errno)}"
    if callable(fields := getattr(error, "errors", None)) and hasattr(error, "error_count"):
        return "; ".join(_invalid_fields(fields))
    return name


def service_words(text: str) -> str:
    """Return the words of a service's answer on one line, without quoted parts, email addresses and
    query strings. Not for answers about rows: a service may repeat those without quotes."""

    def cut(found: re.Match[str]) -> str:
        return found[0] if _PERMISSION.fullmatch(found[0]) else CUT

    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return _ADDRESS.sub(CUT, _QUERY.sub(f"?{CUT}", _QUOTED.sub(cut, line)))[:_LONGEST]


def names_in(text: str, known: Collection[str]) -> list[str]:
    """Return the known names, such as those of columns, that the text contains as words."""
    return [name for name in dict.fromkeys(_NAME.findall(text)) if name in known]


def places(error: BaseException) -> str:
    """Return where an exception and those that caused it were raised, for logs: one line per
    exception and per call, with csvgate's own messages and without the words of libraries."""
    lines = list[str]()
    seen = set[int]()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        words = str(current) if isinstance(current, Failure) else library_words(current)
        lines += [words, *_calls(current.__traceback__)]
        current = current.__cause__ or (
            None if current.__suppress_context__ else current.__context__
        )
    return "\n".join(lines)


def last_place(error: BaseException) -> str:
    """Return file, line and function in which an exception was raised; empty if unknown."""
    calls = _calls(error.__traceback__)
    return calls[-1].strip() if calls else ""


def _calls(traceback: TracebackType | None) -> list[str]:
    # The source lines would be read from disk, and say no more than the place does.
    frames = StackSummary.extract(walk_tb(traceback), lookup_lines=False)
    return [f"  {'/'.join(Path(f.filename).parts[-3:])}:{f.lineno} in {f.name}" for f in frames]


def _invalid_fields(errors: Any) -> Iterator[str]:
    found = errors(include_url=False, include_context=False, include_input=False)
    for each in found[:_MOST_FIELDS]:
        place = ".".join(map(_field, each["loc"]))
        yield f"{place}: {each['type']}" if place else str(each["type"])
    if len(found) > _MOST_FIELDS:
        yield f"{len(found) - _MOST_FIELDS} more"


def _field(part: object) -> str:
    """A key of the data may stand where a field's name is expected, and may be anything."""
    text = str(part)
    return text if isinstance(part, int) or _FIELD.fullmatch(text) else CUT
