"""The forms in which cells of a format may be written, in the notation of `layout`.

Other ways of writing that the rules accept are left to them.
"""

import re
from collections.abc import Sequence
from itertools import product
from typing import Final, NamedTuple

from csvgate.types.common.temporal import is_pattern
from csvgate.validation.fast.kernels.times.layout import is_readable
from csvgate.validation.fast.kernels.times.tail import Presence, Tail

_PART: Final = re.compile(r"%.|[^%]", re.DOTALL)
_READABLE: Final = frozenset("YymdHIMSbp%")
_SAME: Final = ("Yy", "HI", "mb")
"""Pairs of directives for the same number. A pattern with both is left to the rules."""
_SHORT: Final = "mdHI"
"""Directives that strptime reads from a single digit too, and that people write so."""
_ANY_DATES: Final = ("%Y-{m}-{d}", "{d}.{m}.%Y", "%Y/{m}/{d}")
_ANY_TIMES: Final = ("{H}:%M:%S", "{H}:%M")
_NOTHING: Final = Tail(Presence.NEVER, Presence.NEVER)


class Forms(NamedTuple):
    heads: tuple[str, ...]
    """The form before the tail; the most likely one first."""
    tail: Tail
    """What follows the form: a fraction only if the form ends with the seconds."""


def date_forms(name: str) -> Forms | None:
    """Return the forms of dates in a format; None if its cells cannot be read here."""
    if is_pattern(name):
        # Without a year, strptime reads a day of 1900.
        found = _pattern_forms(name)
        return found if found is not None and _has_any(found, "Yy") else None
    heads = {"default": ("%Y-%m-%d",), "any": _variants(_ANY_DATES)}.get(name)
    return None if heads is None else Forms(heads, _NOTHING)


def time_forms(name: str) -> Forms | None:
    """Return the forms of times of day in a format; None if its cells cannot be read here."""
    if is_pattern(name):
        found = _pattern_forms(name)
        if found is None or _has_any(found, "Yymdb"):
            return None
        # The rules drop a time zone, and the tail would subtract it.
        return found if found.tail.zone is Presence.NEVER else None
    heads = {"default": ("%H:%M:%S",), "any": _variants(_ANY_TIMES)}.get(name)
    return None if heads is None else Forms(heads, Tail(Presence.OPTIONAL, Presence.NEVER))


def datetime_forms(name: str, zone: Presence) -> Forms | None:
    """Return the forms of dates and times in a format, for a column that has that kind of time
    zone; None if its cells cannot be read here."""
    if is_pattern(name):
        found = date_forms(name)
        fits = found is not None and Presence.OPTIONAL in (zone, found.tail.zone)
        return found if fits or (found is not None and found.tail.zone is zone) else None
    if name == "any":
        heads = [f"{day}{mark}{time}" for day in _ANY_DATES for time in _ANY_TIMES for mark in "T "]
        tail = Tail(Presence.OPTIONAL, zone, short_offsets=True, as_any=True)
        return Forms(_variants(heads), tail)
    if name == "default":
        return Forms(("%Y-%m-%dT%H:%M:%S",), Tail(Presence.OPTIONAL, zone))
    return None


def year_forms() -> Forms:
    return Forms(("%Y",), _NOTHING)


def yearmonth_forms() -> Forms:
    return Forms(("%Y-%m",), _NOTHING)


def _variants(forms: Sequence[str]) -> tuple[str, ...]:
    """Return the forms with two digits, then those with one digit in some places."""
    digits = [dict(zip(_SHORT, signs, strict=True)) for signs in product(("%", "%-"), repeat=4)]
    found = (form.format(**{name: sign + name for name, sign in each.items()})
             for each in digits for form in forms)  # fmt: skip
    return tuple(dict.fromkeys(found))


def _pattern_forms(pattern: str) -> Forms | None:
    """Return the forms that strptime reads by the pattern; None if they cannot be read here."""
    parts, zone, fraction = _PART.findall(pattern), Presence.NEVER, Presence.NEVER
    if parts[-1:] == ["%z"]:
        parts, zone = parts[:-1], Presence.ALWAYS
    if parts[-1:] == ["%f"]:
        parts, fraction = parts[:-1], Presence.ALWAYS
    names = _names(parts)
    twice = any(all(name in names for name in same) for same in _SAME)
    if not names or not _READABLE.issuperset(names) or twice or not is_readable("".join(parts)):
        return None
    tail = Tail(fraction, zone, short_offsets=zone is Presence.ALWAYS)
    return Forms(tuple(_with_short(parts, before_fraction=fraction is Presence.ALWAYS)), tail)


def _with_short(parts: Sequence[str], *, before_fraction: bool) -> list[str]:
    """Return the form, then those with one digit instead of two where no digit can be beside it: a
    single digit could belong to either of two directives that follow each other."""
    beside = [False, *map(_is_directive, parts), before_fraction]
    short = [
        at
        for at, part in enumerate(parts)
        if _is_directive(part) and part[1] in _SHORT and not (beside[at] or beside[at + 2])
    ]
    found = list[str]()
    for chosen in product((False, True), repeat=len(short)):
        some = {at for at, is_short in zip(short, chosen, strict=True) if is_short}
        found.append(
            "".join(f"%-{part[1]}" if at in some else part for at, part in enumerate(parts))
        )
    return found


def _has_any(forms: Forms, directives: str) -> bool:
    return not frozenset(directives).isdisjoint(_names(_PART.findall(forms.heads[0])))


def _names(parts: Sequence[str]) -> list[str]:
    """Return the letters of the directives; a percent sign for a literal one."""
    return [part[1] for part in parts if part[0] == "%"]


def _is_directive(part: str) -> bool:
    return part[0] == "%" and part != "%%"
