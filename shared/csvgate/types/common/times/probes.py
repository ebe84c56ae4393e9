"""Texts in a format, by which a contract is checked for formats that contradict each other."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from typing import Final

from csvgate.types.common.times.named import EPOCH, EPOCH_MS, EXCEL
from csvgate.types.common.times.names import first_forms

_DAYS: Final = (
    (2026, 11, 21),
    # Every number may be a day, a month and a year of two digits.
    (2003, 4, 5),
    (2004, 5, 3),
    (2005, 12, 11),
    # Eight digits that are a date from either side.
    (2010, 11, 12),
    (2011, 12, 10),
    (2012, 10, 11),
    (2024, 2, 29),
    (1999, 12, 31),
    (1970, 1, 1),
)
_TIMES: Final = ((14, 30, 59, 123_456), (2, 3, 4, 500_000), (12, 30, 0, 0), (0, 0, 0, 0))
_ZONES: Final = (UTC, timezone(timedelta(hours=5, minutes=30)))
_ZERO: Final = re.compile(r"(?<![0-9])0(?=[0-9])")
_DIRECTIVE: Final = re.compile("%.", re.DOTALL)
_ANY: Final = ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%H:%M", "%H:%M:%S")
_EXCEL_START: Final = datetime(1899, 12, 30, tzinfo=UTC)


def probes(name: str, language: str | None = None) -> list[str]:
    """Return texts that cells of a format may have, the same on each call; with and without zeros
    before numbers of one digit, and with names in a language."""
    names = None if language is None else first_forms(language)
    found = dict[str, None]()
    for day, time, zone in product(_DAYS, _TIMES, _ZONES):
        moment = datetime(*day, *time, tzinfo=zone)
        for text in _texts(name if names is None else _with_names(name, moment, names), moment):
            found |= {text: None, _ZERO.sub("", text): None}
    return [*found]


def _with_names(pattern: str, moment: datetime, names: Sequence[Sequence[str]]) -> str:
    """Return a pattern with the names of a moment in place of the directives for names."""
    at = (moment.month - 1, moment.month - 1, moment.weekday(), moment.weekday())
    texts = {f"%{letter}": names[i][at[i]] for i, letter in enumerate("BbAa")}
    return _DIRECTIVE.sub(lambda found: texts.get(found[0], found[0]), pattern)


def _texts(name: str, moment: datetime) -> Iterator[str]:
    if "%" in name:
        yield moment.strftime(name)
    elif name in (EPOCH, EPOCH_MS):
        seconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
        yield str(seconds if name == EPOCH else seconds * 1000)
    elif name == EXCEL:
        days = (moment - _EXCEL_START) / timedelta(days=1)
        yield from (str(int(days)), str(days))
    else:
        local, offset = moment.replace(tzinfo=None), moment.strftime("%z")
        iso = local.isoformat()
        forms = [local.strftime(form) for form in _ANY]
        times = [f"{day} {clock}" for day in forms[:3] for clock in forms[3:]]
        yield from (iso, f"{iso}Z", f"{iso}{offset[:3]}:{offset[3:]}", *forms, *times)
        yield local.time().isoformat()
