"""Rules for the format of a field, and for lists of formats: no cell may have two meanings."""

from itertools import combinations
from typing import Any, Final

from csvgate.contracts.model import SchemaField
from csvgate.contracts.reading.mistakes import Complaints, Path
from csvgate.contracts.table import column_type
from csvgate.types.common.field_type import CellFault, Reader
from csvgate.types.common.times.named import EPOCH, EPOCH_MS
from csvgate.types.common.times.patterns import directives
from csvgate.types.common.times.probes import probes
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
        elif problem := kind.format_problem(name, column) or _zone_problem(name, column):
            found.append((place, problem))
    yield from found
    if not found and column is not None and len(field.formats) > 1:
        yield from _conflicts(field)


def _zone_problem(name: str, column: str | None) -> str | None:
    """Return what is wrong with a format of times without a zone for a TIMESTAMP."""
    if column != "TIMESTAMP" or has_zone(name) or name in ("default", "any"):
        return None
    if "%" in name:
        remedy = "add %z or use `bigquery: DATETIME`"
        return f"it has no %z, and TIMESTAMP needs a time zone; {remedy}"
    return f"{name} has no time zone, and TIMESTAMP needs one; use `bigquery: DATETIME`"


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
