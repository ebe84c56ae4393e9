"""Texts in a format, by which a contract is checked for formats that contradict each other."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from typing import Final

from csvgate.types.common.times.named import EPOCH, EPOCH_MS, EXCEL

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
_ANY: Final = ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%H:%M", "%H:%M:%S")
_EXCEL_START: Final = datetime(1899, 12, 30, tzinfo=UTC)


def probes(name: str) -> list[str]:
    """Return texts that cells of a format may have, the same on each call; with and without zeros
    before numbers of one digit."""
    found = dict[str, None]()
    for day, time, zone in product(_DAYS, _TIMES, _ZONES):
        for text in _texts(name, datetime(*day, *time, tzinfo=zone)):
            found |= {text: None, _ZERO.sub("", text): None}
    return [*found]


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
