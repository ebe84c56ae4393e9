"""Rules for the format of a field, and for lists of formats: no cell may have two meanings."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final

from csvgate.contracts.model import SchemaField
from csvgate.contracts.reading.mistakes import Complaints, Path, suggest
from csvgate.contracts.table import column_type
from csvgate.types.common.field_type import CellFault, Reader
from csvgate.types.common.times.named import EPOCH, EPOCH_MS
from csvgate.types.common.times.patterns import directives
from csvgate.types.common.times.probes import probes
from csvgate.types.common.times.zones import zone, zone_names
from csvgate.types.registry import FIELD_TYPES

_MOST: Final = 20
"""The most formats of a field. A cell that has none of them is tried with each."""


def check_formats(field: SchemaField, column: str | None) -> Complaints:
    """Places are relative to the field. `column` is the kind of its BigQuery type; None if that is
    wrong."""
    kind, found = FIELD_TYPES[field.type], list[tuple[Path, str]]()
    if not isinstance(field.format, str):
        if not kind.takes_formats:
            types = " and ".join(name for name, each in FIELD_TYPES.items() if each.takes_formats)
            found.append((("format",), f"a list of formats applies to {types}; write one format"))
        elif not field.format:
            found.append((("format",), "is empty; list the formats, or drop it"))
        elif len(field.format) > _MOST:
            message = f"has {len(field.format)} formats; a field may have at most {_MOST}"
            found.append((("format",), message))
        if found:
            yield from found
            return
    for i, name in enumerate(field.formats):
        place: Path = ("format",) if isinstance(field.format, str) else ("format", i)
        if name in field.formats[:i]:
            found.append((place, f"{name!r} is listed twice; keep one"))
        elif problem := kind.format_problem(name, column) or _zone_problem(field, name, column):
            found.append((place, problem))
    yield from found
    if not found and field.timezone is not None and field.type == "datetime":
        problem = _timezone_problem(field.timezone, field.formats, column)
        if problem is not None:
            yield ("timezone",), problem
            return
    if not found and column is not None and len(field.formats) > 1:
        yield from _conflicts(field)


def _zone_problem(field: SchemaField, name: str, column: str | None) -> str | None:
    """Return what is wrong with a format of times without a zone for a TIMESTAMP."""
    is_local = not has_zone(name) and name not in ("default", "any")
    if column != "TIMESTAMP" or not is_local or field.timezone is not None:
        return None
    remedy = "a `timezone` to the field, or use `bigquery: DATETIME`"
    if "%" in name:
        return f"it has no %z, and TIMESTAMP needs a time zone; add %z, or {remedy}"
    return f"{name} has no time zone, and TIMESTAMP needs one; add {remedy}"


def _timezone_problem(name: str, formats: Sequence[str], column: str | None) -> str | None:
    try:
        zone(name)
    except ValueError as error:
        near = suggest(name, sorted(zone_names(), key=lambda each: (each[0] != name[:1], each)))
        return f"{error}; {near if near.startswith('did') else 'write, for example, Europe/Berlin'}"
    if column not in (None, "TIMESTAMP"):
        return f"applies to TIMESTAMP columns, not to {column}; drop it, or use TIMESTAMP"
    if all(map(has_zone, formats)):
        return "has no effect, because the format says the time zone of every cell; drop it"
    return None


def has_zone(name: str) -> bool:
    """Return whether every cell of a format says its time zone."""
    return name in (EPOCH, EPOCH_MS) or not {"z", "Z"}.isdisjoint(directives(name))


def _conflicts(field: SchemaField) -> Complaints:
    """Formats that read one text as different values."""
    kind, column = FIELD_TYPES[field.type], column_type(field)
    readers = [
        kind.reader(field.model_copy(update={"format": name}), column) for name in field.formats
    ]
    texts = [probes(name) for name in field.formats]
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
