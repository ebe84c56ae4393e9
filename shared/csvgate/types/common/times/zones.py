"""Time zones by their IANA names, from the package `tzdata`: results must not depend on the zones
that the image of a function happens to have.

What reads the package is imported when it is needed, which is not at a cold start.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Final

from csvgate.types.common.field_type import CellFault

_OFFSET: Final = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})?")
UTC_NAMES: Final = ("UTC", "GMT")


@cache
def zone_names() -> frozenset[str]:
    """Return the names of all time zones, such as Europe/Berlin. Abbreviations such as CET are left
    out, because some stand for different times in different countries; so is everything else
    without a slash, apart from UTC and GMT."""
    from importlib.resources import files

    import tzdata

    names = files(tzdata).joinpath("zones").read_text("utf-8").split()
    return frozenset(name for name in names if "/" in name or name in UTC_NAMES)


@cache
def zone(name: str) -> tzinfo:
    """Return a time zone. Raises ValueError for a name that is not in `zone_names`."""
    if name.upper() in UTC_NAMES:
        return UTC
    if name not in zone_names():
        raise ValueError(f"{name!r} is not the IANA name of a time zone")
    from importlib.resources import files
    from zoneinfo import ZoneInfo

    import tzdata

    with files(tzdata).joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def offset_zone(text: str) -> tzinfo | None:
    """Return the zone that Z, +02, +0200 or +02:00 stands for; None if no zone has that offset."""
    if text == "Z":
        return UTC
    found = _OFFSET.fullmatch(text)
    if found is None:
        return None
    sign, hours, minutes = found.groups(default="00")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    if int(minutes) >= 60 or offset >= timedelta(days=1):
        return None
    return timezone(-offset if sign == "-" else offset) if offset else UTC


def in_zone(moment: datetime, where: tzinfo, code: str) -> datetime:
    """Return a local time with its time zone. Raises CellFault `code` for one that does not exist
    or exists twice, because clocks were changed."""
    earlier = moment.replace(tzinfo=where, fold=0)
    before, after = earlier.utcoffset(), earlier.replace(fold=1).utcoffset()
    if before == after or before is None or after is None:
        return earlier
    if before < after:
        message = f"does not exist in {where}, where the clocks were put forward at that time"
        raise CellFault((code, f"{message}; correct it, or write its offset from UTC"))
    message = f"exists twice in {where}, where the clocks were put back at that time"
    offsets = f"{earlier:%z} or {earlier.replace(fold=1):%z}"
    raise CellFault((code, f"{message}; write its offset from UTC too, {offsets}"))
