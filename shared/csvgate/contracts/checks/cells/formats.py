"""Rules for the format of a field, and for lists of formats: no cell may have two meanings."""

from itertools import combinations
from typing import Any, Final

from csvgate.contracts.model import SchemaField
from csvgate.contracts.reading.mistakes import Complaints, Path, suggest
from csvgate.contracts.table import column_type
from csvgate.types.common.field_type import CellFault, Reader
from csvgate.types.common.times.named import EPOCH, EPOCH_MS
from csvgate.types.common.times.names import NAME_DIRECTIVES, languages
from csvgate.types.common.times.patterns import directives, shape
from csvgate.types.common.times.probes import probes
from csvgate.types.common.times.zones import zone, zone_names
from csvgate.types.registry import FIELD_TYPES

_MOST: Final = 20
"""The most formats of a field: a cell that fits none of them is tried with each."""


def check_formats(field: SchemaField, column: str | None) -> Complaints:
    """Places are relative to the field. `column` is the kind of its BigQuery type; None if that is
    wrong."""
    wrong = [*_wrong_list(field)] or [*_wrong_formats(field, column)]
    applicable = FIELD_TYPES[field.type].properties
    timezone = field.timezone if "timezone" in applicable else None
    language = field.language if "language" in applicable else None
    unknown = [*_unknown_names(timezone, language)]
    yield from wrong
    yield from unknown
    if wrong or unknown or column is None:
        return
    if timezone is not None and (problem := _timezone_problem(field, column)):
        yield ("timezone",), problem
    if language is not None and (problem := _language_problem(field)):
        yield ("language",), problem
    elif len(field.formats) > 1:
        yield from _conflicts(field)


def _wrong_list(field: SchemaField) -> Complaints:
    if isinstance(field.format, str):
        return
    if not FIELD_TYPES[field.type].takes_formats:
        types = ", ".join(name for name, each in FIELD_TYPES.items() if each.takes_formats)
        yield ("format",), f"a list of formats applies to {types}; write one format"
    elif not field.format:
        yield ("format",), "is empty; list the formats, or drop it"
    elif len(field.format) > _MOST:
        message = f"has {len(field.format)} formats; a field may have at most {_MOST}, so drop some"
        yield ("format",), message


def _wrong_formats(field: SchemaField, column: str | None) -> Complaints:
    kind = FIELD_TYPES[field.type]
    for i, name in enumerate(field.formats):
        place: Path = ("format",) if isinstance(field.format, str) else ("format", i)
        if name in field.formats[:i]:
            yield place, f"{name!r} is listed twice; keep one"
        elif problem := kind.format_problem(name, column) or _zone_problem(field, name, column):
            yield place, problem


def _zone_problem(field: SchemaField, name: str, column: str | None) -> str | None:
    """Return what is wrong with a format of times without a zone for a TIMESTAMP."""
    is_local = not has_zone(name) and name not in ("default", "any")
    if column != "TIMESTAMP" or not is_local or field.timezone is not None:
        return None
    remedy = "a `timezone` to the field, or use `bigquery: DATETIME`"
    if "%" in name:
        return f"it has no %z, and TIMESTAMP needs a time zone; add %z, or {remedy}"
    return f"{name} has no time zone, and TIMESTAMP needs one; add {remedy}"


def _unknown_names(timezone: str | None, language: str | None) -> Complaints:
    """A time zone or a language that does not exist."""
    if timezone is not None:
        try:
            zone(timezone)
        except ValueError as error:
            # Those with the same first letter come first, because only some are compared.
            known = sorted(zone_names(), key=lambda each: (each[0] != timezone[:1], each))
            near = suggest(timezone, known)
            remedy = near if near.startswith("did") else "write, for example, Europe/Berlin"
            yield ("timezone",), f"{error}; {remedy}"
    if language is not None and language not in languages():
        message = f"{language!r} is not a supported language; use one of {', '.join(languages())}"
        yield ("language",), message


def _timezone_problem(field: SchemaField, column: str) -> str | None:
    if column != "TIMESTAMP":
        return f"applies to TIMESTAMP columns, not to {column}; drop it, or use TIMESTAMP"
    if all(map(has_zone, field.formats)):
        return "has no effect, because every format states the time zone of its cells; drop it"
    return None


def _language_problem(field: SchemaField) -> str | None:
    named = [name for name in field.formats if not NAME_DIRECTIVES.isdisjoint(directives(name))]
    for name in named:
        if shape(name) is None:
            return f"{name!r} has a directive that cannot be used with `language`; replace it"
    return None if named else "has no effect, because no format has %b, %B, %a or %A; drop it"


def has_zone(name: str) -> bool:
    """Return whether every cell of a format states its time zone."""
    return name in (EPOCH, EPOCH_MS) or not {"z", "Z"}.isdisjoint(directives(name))


def _conflicts(field: SchemaField) -> Complaints:
    """Formats that read one text as different values."""
    kind, column = FIELD_TYPES[field.type], column_type(field)
    readers = [
        kind.reader(field.model_copy(update={"format": name}), column) for name in field.formats
    ]
    texts = [probes(name, field.language) for name in field.formats]
    for first, second in combinations(range(len(readers)), 2):
        for text in (*texts[first], *texts[second]):
            one, other = _value(readers[first], text), _value(readers[second], text)
            if one is not None and other is not None and one != other:
                names = f"{field.formats[second]!r} and {field.formats[first]!r}"
                message = f"{names} read {text!r} as different values; keep one of them"
                yield ("format", second), message
                break


def _value(reader: Reader | None, text: str) -> Any:
    try:
        return reader(text) if reader is not None else text
    except CellFault:
        return None
