"""The rules of a contract beyond its structure."""

import codecs
import re
from collections.abc import Collection
from typing import Final

from csvgate.contracts.check_enrich import EnrichChecker
from csvgate.contracts.check_fields import check_schema
from csvgate.contracts.mistakes import Complaints
from csvgate.contracts.model import Contract, Dialect, Notify

_DATASET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_ENCODINGS: Final = frozenset(["utf-8", "iso8859-1", "cp1252"])
_NOT_YET: Final = ("utf-16", "utf-32")
_ADDRESS: Final = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\".]+(\.[^@\s,;<>()\".]+)+")
_MOST_RECIPIENTS: Final = 1000
"""What SendGrid takes in one request."""


def check(contract: Contract, unsure: Collection[str] = ()) -> Complaints:
    """Everything that is wrong with a contract whose structure is right.

    `unsure` names fields whose type is not what it says.
    """
    if not _DATASET.fullmatch(contract.dataset):
        message = "should be letters, digits, _ and -, at most 63"
        yield ("dataset",), f"{contract.dataset!r} {message}"
    yield from _match(contract.match)
    yield from _encoding(contract.encoding)
    yield from _dialect(contract.dialect)
    yield from check_schema(contract.schema_)
    yield from EnrichChecker(contract, unsure).check()
    yield from _notify(contract.notify)


def _match(patterns: tuple[str, ...]) -> Complaints:
    for i, pattern in enumerate(patterns):
        problem = None
        if not pattern:
            problem = "is empty"
        elif pattern.startswith("gs://"):
            problem = "has the bucket; write the object's name alone"
        elif pattern.startswith("/"):
            problem = "starts with /, which object names do not; drop it"
        elif pattern.endswith("/"):
            problem = "ends with /, and only folders do; add *.csv"
        elif "***" in pattern:
            problem = "has ***; write * within a folder or ** across folders"
        elif found := re.search(r"[\[\]{}\\]", pattern):
            problem = f"has {found[0]}, which is not special here; write several patterns"
        elif pattern in patterns[:i]:
            problem = "is there twice; keep one"
        if problem:
            yield ("match", i), f"{pattern!r} {problem}" if pattern else problem


def _encoding(name: str) -> Complaints:
    use = "use utf-8, iso-8859-1 or windows-1252"
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        known = ""
    if known == "utf-8-sig":
        yield ("encoding",), "write utf-8; a byte order mark is skipped in any case"
    elif known.startswith(_NOT_YET):
        yield ("encoding",), f"{name!r} is not supported yet; {use}"
    elif known not in _ENCODINGS:
        yield ("encoding",), f"{name!r} is not an encoding this supports; {use}"


def _dialect(dialect: Dialect) -> Complaints:
    seen: dict[str, str] = {}
    for name, char in (
        ("delimiter", dialect.delimiter),
        ("quoteChar", dialect.quote_char),
        ("escapeChar", dialect.escape_char),
    ):
        if char is None:
            continue
        if char == "\\t":
            yield ("dialect", name), 'is a backslash and a t; write "\\t" in double quotes'
        elif len(char) != 1 or not char.isascii() or char in "\r\n\0" or char.isalnum():
            yield ("dialect", name), f"{char!r} should be one ASCII character, no letter or digit"
        elif char in seen:
            yield ("dialect", name), f"{char!r} is also {seen[char]}; they must differ"
        seen.setdefault(char, name)


def _notify(notify: Notify) -> Complaints:
    for outcome in ("completed", "rejected", "failed"):
        addresses: tuple[str, ...] = getattr(notify, outcome)
        if len(addresses) > _MOST_RECIPIENTS:
            message = f"has {len(addresses)} addresses; one email goes to {_MOST_RECIPIENTS}"
            yield ("notify", outcome), f"{message} at most, use a mailing list"
        seen: set[str] = set()
        for i, address in enumerate(addresses):
            if not _ADDRESS.fullmatch(address):
                yield ("notify", outcome, i), f"{address!r} is not an email address"
            elif address.casefold() in seen:
                yield ("notify", outcome, i), f"{address!r} is there twice; keep one"
            seen.add(address.casefold())
