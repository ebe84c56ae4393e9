"""What changed constraints of a field do to rows that were accepted."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from csvgate.contracts.model import SchemaField
from csvgate_ops.author.diff.model import Finding, Findings, accepts, refuses, shown

_UPPER: Final = frozenset(("maximum", "exclusiveMaximum", "maxLength"))
_LOWER: Final = frozenset(("minimum", "exclusiveMinimum", "minLength"))
_IN_ORDER_AS_TEXT: Final = frozenset(("date", "yearmonth", "year"))
"""Types whose bounds, in the default format, sort like their values."""


def constraint_changes(place: str, old: SchemaField, new: SchemaField) -> Findings:
    """`place` is that of the field."""
    before, after = (f.constraints.model_dump(mode="json", by_alias=True) for f in (old, new))
    for name in before:
        if before[name] != after[name]:
            yield from _changed(f"{place}.constraints.{name}", name, before[name], after[name], new)


def _changed(place: str, name: str, old: Any, new: Any, field: SchemaField) -> Findings:
    change = f"{shown(old)} before, {shown(new)} now"
    if name == "required":
        yield from _required(place, field, now=bool(new))
    elif name == "unique":
        yield from _unique(place, old, new)
    elif name == "enum":
        yield from _enum(place, old, new)
    elif new is None:
        yield accepts(place, f"the limit is gone ({change})")
    elif old is None:
        yield refuses(place, f"values beyond the limit are refused now ({change})")
    elif name in _UPPER | _LOWER:
        compared = _compare(old, new, field)
        if compared is None:
            yield refuses(
                place, f"the limits cannot be compared, so values may be refused ({change})"
            )
        elif compared and (compared < 0) == (name in _UPPER):
            yield refuses(place, f"values beyond the new limit are refused now ({change})")
        elif compared:
            yield accepts(place, f"more values are accepted ({change})")
    else:
        yield refuses(place, f"values that do not match it are refused now ({change})")


def _required(place: str, field: SchemaField, *, now: bool) -> Findings:
    if field.default is not None:
        return
    if now:
        yield refuses(place, "rows without a value are rejected now")
        return
    yield accepts(place, "rows without a value are accepted now")
    yield Finding("consumers", place, f"{field.name} may be NULL in new rows")


def _unique(place: str, old: Any, new: Any) -> Findings:
    order = {False: 0, True: 1, "table": 2}
    if order[new] > order[old]:
        what = "values that the table has already" if new == "table" else "repeated values"
        yield refuses(place, f"{what} are refused now")
        return
    yield accepts(place, "repeated values are accepted now")
    text = "a value may be in several new rows"
    yield Finding("consumers", place, text, breaking=old == "table")


def _enum(place: str, old: Any, new: Any) -> Findings:
    before, after = set(map(str, old or ())), set(map(str, new or ()))
    if new is not None and (old is None or before - after):
        lost = shown(sorted(before - after)) if old is not None else "others"
        yield refuses(place, f"these values are refused now: {lost}")
        return
    yield accepts(place, "more values are accepted now")
    yield Finding("consumers", place, "new values may occur")


def _compare(old: Any, new: Any, field: SchemaField) -> int | None:
    """Return -1, 0 or 1, as `new` is less than, equal to or greater than `old`; None if unknown."""
    key: Callable[[Any], Any] = str
    if field.type not in _IN_ORDER_AS_TEXT:
        key = Decimal
    try:
        first, second = key(str(old)), key(str(new))
    except InvalidOperation:
        return None
    return int((second > first) - (second < first))
