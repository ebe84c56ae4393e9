"""Rules for the totals of a whole file: what the pattern captures, and where its lines are."""

from collections.abc import Collection
from typing import Final

from csvgate.contracts.globs import LONGEST_NAME, compile_glob
from csvgate.contracts.model import ROWS_GROUP, Contract, SchemaField, Totals
from csvgate.contracts.pattern import PatternError, capturer
from csvgate.contracts.reading.mistakes import Complaints, suggest
from csvgate.contracts.sidecars import NAME, STEM, sidecar_name
from csvgate.contracts.table import column_type

_SUMMED: Final = ("integer", "number")
_EXACT: Final = ("INT64", "NUMERIC", "BIGNUMERIC")


def check_totals(contract: Contract, unsure: Collection[str]) -> Complaints:
    """Places are relative to the contract. `unsure` are the names of fields whose type is not
    known."""
    totals, dialect = contract.totals, contract.dialect
    if totals is None:
        return
    yield from _pattern(totals, contract, unsure)
    if totals.sidecar is not None:
        if problem := _wrong_sidecar(totals.sidecar, contract.match):
            yield ("totals", "sidecar"), problem
    elif not dialect.footer_lines and dialect.footer_from is None:
        message = "are searched in the footer, but the dialect has none"
        yield (
            ("totals",),
            f"{message}; add `dialect.footerLines` or `dialect.footerFrom`, or `sidecar`",
        )


def _pattern(totals: Totals, contract: Contract, unsure: Collection[str]) -> Complaints:
    place = ("totals", "pattern")
    try:
        groups, capture = capturer(totals.pattern)
    except PatternError as error:
        yield place, str(error)
        return
    if capture(b""):
        message = "is found in every line, because it matches the empty text"
        yield place, f"{message}; write an expression that only the intended line has"
    if not groups:
        message = "captures no total; write a named group such as (?P<rows>[0-9]+) around it"
        yield place, message
    fields = {field.name: field for field in contract.schema_.fields}
    for group in groups:
        if group == ROWS_GROUP or group in unsure:
            continue
        if group not in fields:
            message = f"has a group {group!r}, which is neither `rows` nor a field"
            yield place, f"{message}; {suggest(group, [ROWS_GROUP, *fields])}"
        elif problem := _wrong_column(fields[group]):
            yield place, f"has a group for {group!r}, {problem}"


def _wrong_column(field: SchemaField) -> str | None:
    if field.type not in _SUMMED:
        return f"which is a field of type {field.type}; only integer and number fields have sums"
    try:
        kind = column_type(field).kind
    except ValueError:
        return None  # reported with the field
    if kind not in _EXACT:
        return f"whose column is {kind} and has no exact sum; use {', '.join(_EXACT)}"
    return None


def _wrong_sidecar(template: str, match: tuple[str, ...]) -> str | None:
    """Return what is wrong with the name of a sidecar; None if nothing is."""
    if not template:
        return f"is empty; write a name such as {STEM}.ctl"
    if len(template) > LONGEST_NAME:
        return f"has more than {LONGEST_NAME:,} characters, which no object's name has; shorten it"
    if template.startswith("gs://"):
        return f"{template!r} includes the bucket, which is that of the upload; write only a name"
    if template.startswith("/"):
        return f"{template!r} starts with /, but object names do not; drop the slash"
    if template.endswith("/"):
        return f"{template!r} ends with /, so it would be a folder; add a name"
    if template.count(STEM) + template.count(NAME) != 1:
        message = f"should have either {NAME} or {STEM}, once, so that each upload has its own"
        return f"{template!r} {message}"
    rest = template.replace(STEM, "").replace(NAME, "")
    if found := next((char for char in rest if char in "{}"), None):
        return f"{template!r} has {found}; only {NAME} and {STEM} can be replaced"
    for pattern in match:
        name = f"x{compile_glob(pattern).suffix}"
        if sidecar_name(template, name) == name:
            message = f"is the upload itself for names that {pattern!r} matches"
            return f"{template!r} {message}; write another ending"
    return None
