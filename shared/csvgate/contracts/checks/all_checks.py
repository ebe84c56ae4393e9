"""Checks the rules of a contract beyond its structure."""

import re
from collections.abc import Collection
from typing import Final

from csvgate.contracts.checks.columns import check_columns
from csvgate.contracts.checks.dialect import check_dialect, check_encoding
from csvgate.contracts.checks.effects import check_effects
from csvgate.contracts.checks.enrich import EnrichChecker
from csvgate.contracts.checks.fields import check_schema
from csvgate.contracts.checks.foreign_keys import check_foreign_keys
from csvgate.contracts.checks.labels import check_labels
from csvgate.contracts.checks.row_checks import check_row_checks
from csvgate.contracts.checks.totals import check_totals
from csvgate.contracts.globs import LONGEST_NAME
from csvgate.contracts.model import Contract, Notify
from csvgate.contracts.reading.mistakes import Complaints

_DATASET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_ADDRESS: Final = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\".]+(\.[^@\s,;<>()\".]+)+")
_MAX_RECIPIENTS: Final = 1000
"""The most recipients that SendGrid accepts in one request."""


def check(contract: Contract, unsure: Collection[str] = ()) -> Complaints:
    """Everything that is wrong with a contract whose structure is right.

    `unsure` are the names of fields whose type was invalid and has been replaced; rules about other
    parts of the contract do not rely on it.
    """
    if not _DATASET.fullmatch(contract.dataset):
        message = "may have letters, digits, _ and - only, at most 63 characters"
        yield ("dataset",), f"{contract.dataset!r} {message}"
    yield from _match(contract.match)
    yield from _member(contract.member)
    yield from check_encoding(contract.encoding)
    yield from check_dialect(contract.dialect, contract.encoding)
    yield from check_schema(contract.schema_)
    yield from check_labels(contract, unsure)
    yield from check_columns(contract)
    yield from check_foreign_keys(contract, unsure)
    yield from check_totals(contract, unsure)
    enrich = EnrichChecker(contract, unsure)
    yield from enrich.check()
    yield from check_row_checks(contract)
    yield from check_effects(contract, enrich.kinds)
    yield from _notify(contract.notify)


def _match(patterns: tuple[str, ...]) -> Complaints:
    for i, pattern in enumerate(patterns):
        problem = None
        if len(pattern) > LONGEST_NAME:
            message = f"has more than {LONGEST_NAME:,} characters, which no object's name has"
            yield ("match", i), f"{message}; shorten it"
        elif pattern.startswith("gs://"):
            problem = "includes the bucket; write only the object's name"
        elif not (problem := _wrong_glob(pattern, "object names", "write several patterns")):
            problem = "is listed twice; keep one" if pattern in patterns[:i] else None
        if problem:
            yield ("match", i), f"{pattern!r} {problem}" if pattern else problem


def _member(pattern: str | None) -> Complaints:
    if pattern is not None and (
        problem := _wrong_glob(pattern, "the names in an archive", "write * or ? for what varies")
    ):
        yield ("member",), f"{pattern!r} {problem}" if pattern else problem


def _wrong_glob(pattern: str, names: str, remedy: str) -> str | None:
    """Return what is wrong with a pattern for such `names`; None if nothing is. `remedy` replaces
    the brackets of other notations."""
    if not pattern:
        return "is empty; write a pattern such as *.csv"
    if pattern.startswith("/"):
        return f"starts with /, but {names} do not; drop the slash"
    if pattern.endswith("/"):
        return "ends with /, so it would match only folders; add *.csv"
    if "***" in pattern:
        return "has ***; write * within a folder or ** across folders"
    if found := re.search(r"[\[\]{}\\]", pattern):
        return f"has {found[0]}, which is not special here; {remedy}"
    return None


def _notify(notify: Notify) -> Complaints:
    for outcome in ("completed", "rejected", "failed"):
        addresses: tuple[str, ...] = getattr(notify, outcome)
        if len(addresses) > _MAX_RECIPIENTS:
            message = f"has {len(addresses)} addresses; one email goes to at most {_MAX_RECIPIENTS}"
            yield ("notify", outcome), f"{message}, so use a mailing list"
        seen: set[str] = set()
        for i, address in enumerate(addresses):
            if not _ADDRESS.fullmatch(address):
                yield ("notify", outcome, i), f"{address!r} is not an email address"
            elif address.casefold() in seen:
                yield ("notify", outcome, i), f"{address!r} is listed twice; keep one"
            seen.add(address.casefold())
