"""What changed properties outside of the fields do to uploads."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from csvgate.contracts.model import Contract, Schema
from csvgate_ops.author.diff.model import Finding, Findings, accepts, refuses, rereads, shown

_ROWS: Final = ("replace", "replace_by", "merge")
_LOOSER_MATCH: Final = frozenset(
    (
        ("exact", "equal"), ("exact", "subset"), ("exact", "superset"), ("exact", "partial"),
        ("equal", "subset"), ("equal", "superset"), ("equal", "partial"),
        ("subset", "partial"), ("superset", "partial"),
    )
)  # fmt: skip
"""Old and new values of fieldsMatch of which the new one accepts every header of the old one."""
_SAME: Final = frozenset(("title", "description", "fields"))


def upload_changes(old: Contract, new: Contract) -> Findings:
    yield from _match(old.match, new.match)
    yield from _schema(old.schema_, new.schema_)
    yield from _limits(old, new)
    yield from _encoding(old, new)
    before, after = (c.dialect.model_dump(mode="json", by_alias=True) for c in (old, new))
    for name in before:
        if before[name] != after[name]:
            yield _dialect(f"dialect.{name}", before[name], after[name])
    if old.member != new.member:
        yield rereads(
            "member", f"another member of an archive may be read: {_change(old, new, 'member')}"
        )
    yield from _overwrite(old, new)


def _change(old: object, new: object, name: str) -> str:
    return f"{shown(getattr(old, name))} before, {shown(getattr(new, name))} now"


def _match(old: tuple[str, ...], new: tuple[str, ...]) -> Findings:
    if lost := [pattern for pattern in old if pattern not in new]:
        yield refuses(
            "match", f"objects that only these patterns match are ignored now: {shown(lost)}"
        )
    if more := [pattern for pattern in new if pattern not in old]:
        yield accepts("match", f"objects that these patterns match are loaded now: {shown(more)}")


def _schema(old: Schema, new: Schema) -> Findings:
    before, after = (s.model_dump(mode="json", by_alias=True) for s in (old, new))
    for name in before:
        if before[name] == after[name] or name in _SAME:
            continue
        place = f"schema.{name}"
        if rule := _SCHEMA_RULES.get(name):
            yield from rule(place, old, new)
        else:
            change = f"{shown(before[name])} before, {shown(after[name])} now"
            yield rereads(place, f"the same file may be read otherwise: {change}")


def _primary_key(place: str, old: Schema, new: Schema) -> Findings:
    if new.primary_key:
        yield refuses(place, f"rows with a repeated key are refused now: {shown(new.primary_key)}")
    else:
        yield accepts(place, "rows with a repeated key are accepted now")
        yield Finding("consumers", place, f"{shown(old.primary_key)} may be repeated or NULL")


def _primary_key_in(place: str, _old: Schema, new: Schema) -> Findings:
    if new.primary_key_in == "table":
        yield refuses(place, "uploads with a key that the table has already are refused now")
    else:
        yield accepts(place, "uploads with a key that the table has already are accepted now")
        yield Finding("consumers", place, "a key may be in several uploads", breaking=True)


def _foreign_keys(place: str, old: Schema, new: Schema) -> Findings:
    if any(key not in old.foreign_keys for key in new.foreign_keys):
        yield refuses(place, "rows whose key is not in the reference are refused now")
    if any(key not in new.foreign_keys for key in old.foreign_keys):
        yield accepts(place, "rows whose key is not in the reference are accepted now")


def _fields_match(place: str, old: Schema, new: Schema) -> Findings:
    if (old.fields_match, new.fields_match) in _LOOSER_MATCH:
        yield accepts(place, f"more headers are accepted now: {_change(old, new, 'fields_match')}")
    else:
        yield refuses(place, f"some headers are refused now: {_change(old, new, 'fields_match')}")


def _extra_columns(place: str, old: Schema, new: Schema) -> Findings:
    if old.unknown_columns == new.unknown_columns:
        return
    if new.unknown_columns == "refuse":
        yield refuses(place, "files with further columns are refused now")
    elif old.unknown_columns == "refuse":
        yield accepts(place, "files with further columns are accepted now")
    if old.rescues:
        text = f"{old.rescue_column} is NULL in new rows"
        yield Finding("consumers", place, text, breaking=True)


def _rescue_column(place: str, old: Schema, new: Schema) -> Findings:
    if old.rescues and new.rescues:
        text = f"the rescued cells are in {new.rescue_column} now"
        yield Finding("consumers", place, f"{text}: {old.rescue_column} is NULL in new rows", True)


_SCHEMA_RULES: Final[Mapping[str, Callable[[str, Schema, Schema], Findings]]] = {
    "primaryKey": _primary_key,
    "primaryKeyIn": _primary_key_in,
    "foreignKeys": _foreign_keys,
    "fieldsMatch": _fields_match,
    "extraColumns": _extra_columns,
    "rescueColumn": _rescue_column,
}


def _limits(old: Contract, new: Contract) -> Findings:
    for name in type(old.limits).model_fields:
        before, after = getattr(old.limits, name), getattr(new.limits, name)
        if before == after:
            continue
        place, change = f"limits.{name}", _change(old.limits, new.limits, name)
        if after is not None and (before is None or after < before):
            yield refuses(place, f"uploads beyond the new limit are refused now ({change})")
        else:
            yield accepts(place, f"more uploads are accepted now ({change})")


def _encoding(old: Contract, new: Contract) -> Findings:
    if old.encoding == new.encoding:
        return
    if (
        isinstance(old.encoding, str)
        and isinstance(new.encoding, tuple)
        and (old.encoding in new.encoding and old.encoding.lower() == "utf-8")
    ):
        yield accepts(
            "encoding", f"files in another encoding are accepted now: {shown(new.encoding)}"
        )
        return
    yield rereads(
        "encoding", f"files are read in another encoding: {_change(old, new, 'encoding')}"
    )


def _dialect(place: str, old: Any, new: Any) -> Finding:
    if (place, new) == ("dialect.shortRows", "pad"):
        return accepts(place, "rows with missing cells at the end are accepted now")
    return rereads(
        place, f"the same file may be read otherwise: {shown(old)} before, {shown(new)} now"
    )


def _overwrite(old: Contract, new: Contract) -> Findings:
    if old.on_overwrite != new.on_overwrite:
        change = _change(old, new, "on_overwrite")
        if new.on_overwrite == "refuse":
            yield refuses("on_overwrite", f"a second upload of a name is refused now ({change})")
        elif {old.on_overwrite, new.on_overwrite} == {"refuse", "append"}:
            yield accepts("on_overwrite", f"a second upload of a name is accepted now ({change})")
        else:
            text = f"a second upload of a name has another effect on earlier rows ({change})"
            yield Finding("consumers", "on_overwrite", text, breaking=True)
    if old.identical != new.identical:
        change = _change(old, new, "identical")
        text = f"a file with the same content as a loaded one is handled otherwise now ({change})"
        yield (refuses if new.identical in ("skip", "refuse") else accepts)("identical", text)
    for name in _ROWS:
        if getattr(old, name) != getattr(new, name):
            change = _change(old, new, name)
            text = f"uploads have another effect on the rows that the table has already ({change})"
            yield Finding("consumers", name, text, breaking=True)
