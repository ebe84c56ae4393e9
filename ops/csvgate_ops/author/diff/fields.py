"""What changed, added and removed fields do to uploads and to those who read the table."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from csvgate.contracts.model import Contract, SchemaField
from csvgate.contracts.table import column_type
from csvgate.gcp.columns import can_hold
from csvgate_ops.author.diff.constraints import constraint_changes
from csvgate_ops.author.diff.model import Finding, Findings, accepts, refuses, rereads, shown

_WORDS: Final = frozenset(("name", "title", "description", "constraints"))
"""Properties that other parts of the comparison look at, or that change no upload."""
_WIDER_TYPES: Final = frozenset((("integer", "number"),))
"""Old and new types of which the new one accepts every cell of the old one, with the same value."""


def field_changes(old: Contract, new: Contract) -> Findings:
    before = {field.name: field for field in old.schema_.fields}
    after = {field.name: field for field in new.schema_.fields}
    for name, field in before.items():
        if name in after:
            yield from _changed(_place(name), field, after[name])
    removed = [field for name, field in before.items() if name not in after]
    added = [field for name, field in after.items() if name not in before]
    for field in removed:
        yield from _removed(field, added, new)
    for field in added:
        yield from _added(field, removed, old, new)
    if not new.dialect.header or new.schema_.fields_match == "exact":
        order = [name for name in after if name in before]
        if order != [name for name in before if name in after]:
            yield refuses("schema.fields", "columns are expected in another order now")


def _place(name: str) -> str:
    return f"schema.fields.{name}"


def _removed(field: SchemaField, added: list[SchemaField], new: Contract) -> Findings:
    place = _place(field.name)
    if twin := _twin(field, added):
        text = f"it is called {twin.name} now: {field.name} is NULL in new rows"
        yield Finding("consumers", place, text, breaking=True)
        return
    if new.schema_.unknown_columns == "refuse":
        yield refuses(place, f"files with the column {field.header_label} are refused now")
    yield Finding("consumers", place, f"{field.name} is NULL in new rows", breaking=True)


def _added(
    field: SchemaField, removed: list[SchemaField], old: Contract, new: Contract
) -> Findings:
    place = _place(field.name)
    if _twin(field, removed):
        return
    if not new.schema_.may_lack(field):
        text = f"files without the column {field.header_label} are refused now"
        yield refuses(place, f"{text}; with `optional: true` they are accepted")
    elif old.schema_.unknown_columns == "refuse":
        yield accepts(place, f"files with the column {field.header_label} are accepted now")
    yield Finding("consumers", place, f"{field.name} is a new column, NULL in earlier rows")


def _twin(field: SchemaField, others: list[SchemaField]) -> SchemaField | None:
    """Return the field among others that reads the same column of the file."""
    return next((o for o in others if set(o.header_labels) & set(field.header_labels)), None)


def _changed(place: str, old: SchemaField, new: SchemaField) -> Findings:
    yield from constraint_changes(place, old, new)
    before, after = (f.model_dump(mode="json", by_alias=True) for f in (old, new))
    for name in before:
        if name not in _WORDS and before[name] != after[name]:
            at = f"{place}.{name}"
            rule = _RULES.get(name)
            if rule is not None:
                yield from rule(at, old, new)
            else:
                yield rereads(
                    at, f"the same file may be read otherwise: {_change(before, after, name)}"
                )


def _change(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> str:
    return f"{shown(before[name])} before, {shown(after[name])} now"


def _label(place: str, old: SchemaField, new: SchemaField) -> Findings:
    lost = [label for label in old.header_labels if label not in new.header_labels]
    if lost:
        yield refuses(place, f"files with the label {shown(lost)} are refused now")
    elif set(new.header_labels) - set(old.header_labels):
        yield accepts(place, "files with another label are accepted now")


def _optional(place: str, _old: SchemaField, new: SchemaField) -> Findings:
    if new.optional:
        yield accepts(place, "files without the column are accepted now")
        yield Finding("consumers", place, f"{new.name} may be NULL in all rows of a file")
    else:
        yield refuses(place, "files without the column are refused now")


def _type(place: str, old: SchemaField, new: SchemaField) -> Findings:
    if (old.type, new.type) in _WIDER_TYPES:
        yield accepts(place, f"cells of the type {new.type} are accepted now")
    else:
        text = f"cells are read as {new.type} now, and as {old.type} before"
        yield refuses(place, f"{text}: others are refused")


def _bigquery(place: str, old: SchemaField, new: SchemaField) -> Findings:
    before, after = str(column_type(old)), str(column_type(new))
    if column_type(old).kind != column_type(new).kind or before == after:
        return  # the comparison of the columns says more
    if can_hold(after, before):
        yield accepts(place, f"longer values are accepted now: {before} before, {after} now")
    else:
        yield refuses(place, f"values that {after} cannot hold are refused now ({before} before)")


def _format(place: str, old: SchemaField, new: SchemaField) -> Findings:
    if new.formats[: len(old.formats)] == old.formats:
        yield accepts(place, "cells in further formats are accepted now")
    else:
        yield rereads(
            place, f"cells are read otherwise: {shown(old.format)} before, {shown(new.format)} now"
        )


def _texts(name: str) -> Callable[[str, SchemaField, SchemaField], Findings]:
    def rule(place: str, old: SchemaField, new: SchemaField) -> Findings:
        before, after = set(getattr(old, name)), set(getattr(new, name))
        if lost := sorted(before - after):
            yield refuses(place, f"these texts are refused now: {shown(lost)}")
        else:
            yield accepts(place, f"more texts are accepted now: {shown(sorted(after - before))}")

    return rule


def _nothing(_place: str, _old: SchemaField, _new: SchemaField) -> Findings:
    yield from ()


_RULES: Final[Mapping[str, Callable[[str, SchemaField, SchemaField], Findings]]] = {
    "label": _label,
    "optional": _optional,
    "type": _type,
    "bigquery": _bigquery,
    "format": _format,
    "trueValues": _texts("true_values"),
    "falseValues": _texts("false_values"),
    "affixes": _texts("affixes"),
    "negative": _texts("negative"),
    "sensitive": _nothing,
}
"""Every other property decides how cells are read."""
