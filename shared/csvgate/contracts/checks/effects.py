"""Rules for what an upload does to the rows that the table has already."""

from collections.abc import Mapping, Sequence
from typing import Final

from csvgate.contracts.checks.column_names import LINEAGE
from csvgate.contracts.checks.sql_condition import wrong_condition
from csvgate.contracts.effects import disposition
from csvgate.contracts.model import Contract, Merge, SchemaField
from csvgate.contracts.reading.mistakes import Complaints, Path, suggest

COMPARABLE: Final = (
    "STRING", "BYTES", "INT64", "NUMERIC", "BIGNUMERIC", "BOOL",
    "DATE", "TIME", "DATETIME", "TIMESTAMP",
)  # fmt: skip
"""The BigQuery types whose values a statement compares exactly. FLOAT64 has NaN, which equals
nothing, and JSON and GEOGRAPHY have no order and no equality."""
LONGEST_STATEMENT: Final = 1_000_000
"""BigQuery's limit on a query, 1 MB, before views and macros are resolved."""
_REST: Final = 20_000
"""More characters than a statement has besides its lists of columns."""
Kinds = Mapping[str, str | None]
"""The BigQuery kind of each column of the table without the lineage; None where it is unknown."""


def check_effects(contract: Contract, kinds: Kinds) -> Complaints:
    """Places are relative to the contract."""
    ways = _ways(contract)
    for way in ways[1:]:
        yield (
            (way,),
            f"contradicts `{_spelled(ways[0])}`; an upload can do only one of them, so drop one",
        )
    if contract.replace_by is not None:
        yield from _columns(("replace_by",), contract.replace_by, kinds)
    if contract.merge is not None:
        yield from _merge(contract, contract.merge, kinds)
    yield from _unique(contract, kinds, ways)
    yield from _length(contract, kinds)
    if ways and contract.identical in ("skip", "refuse"):
        message = f"contradicts `{_spelled(ways[0])}`, which never leaves an upload out"
        yield ("identical",), f"{message}, because of their order; write warn or load"


def _length(contract: Contract, kinds: Kinds) -> Complaints:
    """A statement names each column twice, and that of a merge four times."""
    way = disposition(contract)
    if way == "append":
        return
    times, more = (4, 48) if way == "merge" else (2, 24)
    length = _REST + sum(times * len(name) + more for name in (*kinds, *LINEAGE))
    if length > LONGEST_STATEMENT:
        message = f"names {len(kinds):,} columns in a statement of about {length:,} characters"
        remedy = "append rows, drop columns, or give them shorter names"
        yield (
            ("schema", "fields"),
            f"{message}, but BigQuery allows {LONGEST_STATEMENT:,} where rows of the table are "
            f"changed; {remedy}",
        )


def _ways(contract: Contract) -> list[str]:
    """Return the properties that make an upload change rows of the table."""
    given = {
        "on_overwrite": contract.on_overwrite == "replace",
        "replace": contract.replace is not None,
        "replace_by": contract.replace_by is not None,
        "merge": contract.merge is not None,
    }
    return [name for name, is_given in given.items() if is_given]


def _spelled(way: str) -> str:
    return {"on_overwrite": "on_overwrite: replace", "replace": "replace: table"}.get(way, way)


def _columns(place: Path, names: Sequence[str], kinds: Kinds) -> Complaints:
    for i, name in enumerate(names):
        # A single name without a list has no line of its own; the list's line is reported.
        if name in names[:i]:
            yield (*place, i), f"{name!r} is listed twice; keep one"
        else:
            yield from _column((*place, i), name, kinds)


def _column(place: Path, name: str, kinds: Kinds) -> Complaints:
    if name in LINEAGE:
        yield place, f"{name!r} differs in each upload; name a column of the file or of `enrich`"
    elif name not in kinds:
        yield place, f"{name!r} is not a column of the table; {suggest(name, kinds)}"
    else:
        yield from _comparable(place, name, kinds)


def _comparable(place: Path, name: str, kinds: Kinds) -> Complaints:
    kind = kinds.get(name)
    if kind is not None and kind not in COMPARABLE:
        message = f"{name!r} is {kind}, whose values cannot be compared exactly"
        yield place, f"{message}; use a column of {', '.join(COMPARABLE)}"


def _merge(contract: Contract, merge: Merge, kinds: Kinds) -> Complaints:
    fields = {field.name: field for field in contract.schema_.fields}
    for i, name in enumerate(merge.key):
        place: Path = ("merge", "key", i)
        if name in merge.key[:i]:
            yield place, f"{name!r} is listed twice; keep one"
        elif name not in fields:
            yield place, _not_a_field(name, fields, kinds)
        elif not _has_value(contract, fields[name]):
            message = f"{name!r} may be missing, and a missing value finds no row"
            yield place, f"{message}; add `constraints: {{required: true}}` to the field"
        else:
            yield from _comparable(place, name, kinds)
    if merge.latest_by is not None:
        place = ("merge", "latest_by")
        if merge.latest_by in merge.key:
            message = f"{merge.latest_by!r} is part of the key, so it never differs"
            yield place, f"{message}; name another column"
        else:
            yield from _column(place, merge.latest_by, kinds)
    yield from _deleting(merge)


def _not_a_field(name: str, fields: Mapping[str, SchemaField], kinds: Kinds) -> str:
    if name in kinds:
        message = f"{name!r} is not a field of the file, where keys are compared"
        return f"{message}; name fields of the schema"
    return f"{name!r} is not a field; {suggest(name, fields)}"


def _has_value(contract: Contract, field: SchemaField) -> bool:
    is_given = field.constraints.required or field.default is not None
    return is_given or field.name in (contract.schema_.primary_key or ())


def _deleting(merge: Merge) -> Complaints:
    if merge.delete_when is None:
        if merge.lateness_days is not None:
            place = ("merge", "lateness_days")
            yield place, "has no effect without `delete_when`; add it, or drop this"
        return
    if wrong := wrong_condition(merge.delete_when):
        yield ("merge", "delete_when"), wrong
    if merge.lateness_days is None:
        message = "is missing; `delete_when` needs the days for which an older file that arrives"
        yield ("merge", "lateness_days"), f"{message} late does not bring removed rows back"


def _unique(contract: Contract, kinds: Kinds, ways: Sequence[str]) -> Complaints:
    schema = contract.schema_
    places: list[tuple[Path, tuple[str, ...]]] = [
        (("schema", "fields", i, "constraints", "unique"), (field.name,))
        for i, field in enumerate(schema.fields)
        if field.constraints.unique == "table"
    ]
    if schema.primary_key_in == "table":
        place: Path = ("schema", "primaryKeyIn")
        if not schema.primary_key:
            yield place, "has no effect without `primaryKey`; add it, or drop this"
        else:
            places.append((place, tuple(schema.primary_key)))
    for place, names in places:
        if ways:
            message = f"contradicts `{_spelled(ways[0])}`, which changes rows of the table"
            yield place, f"{message}; drop one of them"
        for name in names:
            yield from _comparable(place, name, kinds)
