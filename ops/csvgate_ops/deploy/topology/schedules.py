"""Check schedules for what Cloud Scheduler, Cloud Run or a function would refuse."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from csvgate_ops.deploy.topology.model import Schedule, Topology

CLOUDEVENT: Final = "application/cloudevents+json"
"""The content type of a CloudEvent whose attributes are in the body too."""
LONGEST_SERVICE: Final = 50
"""Characters of a service's name. With a hyphen and the 12 digits of the project's number it must
fit into a label of the domain name system, which has at most 63."""
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_FIELDS: Final[tuple[tuple[str, int, int, Mapping[str, int]], ...]] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("day of the week", 0, 7, {name: number for number, name in enumerate(_DAYS)}),
)
_ITEM = re.compile(r"(\*|\w+)(?:-(\w+))?(?:/(\d{1,3}))?")
_SET_BY_SCHEDULER = re.compile(
    r"host|user-agent|content-length|authorization|x-(google|appengine|cloudscheduler)-?.*", re.I
)
_NUMBERED = re.compile(r"https://[^/]*-[0-9]+\.[a-z0-9-]+\.run\.app")
_VARIABLES = ("${project}", "${region}", "${project_number}")


def mistakes_in_schedules(topology: Topology) -> Iterator[tuple[str, str]]:
    """Yield the path of each mistake, and what is wrong there."""
    for name, schedule in topology.schedules.items():
        path = f"schedules.{name}"
        if schedule.service_account not in topology.service_accounts:
            text = f"`{schedule.service_account}` is not in service_accounts"
            yield f"{path}.service_account", text
        if wrong := cron_mistake(schedule.cron):
            yield f"{path}.cron", wrong
        if not _is_zone(schedule.time_zone):
            text = f"`{schedule.time_zone}` is not a time zone; write one such as Europe/Berlin"
            yield f"{path}.time_zone", text
        if schedule.body and schedule.method not in ("POST", "PUT"):
            yield f"{path}.body", f"is not sent with {schedule.method}: use POST or PUT"
        for header in schedule.headers:
            if _SET_BY_SCHEDULER.fullmatch(header):
                yield f"{path}.headers.{header}", "is set by Cloud Scheduler: leave it out"
        yield from ((f"{path}{at}", text) for at, text in _target(topology, schedule))


def cron_mistake(cron: str) -> str:
    """Return what is wrong with a schedule, or ""."""
    parts = cron.split()
    if len(parts) != len(_FIELDS):
        return (
            f"has {len(parts)} fields instead of 5 (minute, hour, day of the month, month, day of "
            "the week), as in `30 6 * * 1-5`"
        )
    for part, (name, least, most, words) in zip(parts, _FIELDS, strict=True):
        if not all(_is_item(item, least, most, words) for item in part.split(",")):
            return f"`{part}` is not a {name}: use {least}-{most}, lists, ranges, * and steps"
    return ""


def _is_item(item: str, least: int, most: int, words: Mapping[str, int]) -> bool:
    found = _ITEM.fullmatch(item)
    if found is None:
        return False
    start, end, step = found.groups()
    if step is not None and not 1 <= int(step) <= most:
        return False
    if start == "*":
        return end is None
    values = [_value(text, words) for text in (start, end or start)]
    return all(least <= value <= most for value in values) and values[0] <= values[1]


def _value(text: str, words: Mapping[str, int]) -> int:
    number = int(text) if text.isascii() and text.isdigit() else -1
    return words.get(text.upper(), number)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True


def _target(topology: Topology, schedule: Schedule) -> Iterator[tuple[str, str]]:
    if (schedule.function is None) == (schedule.url is None):
        yield "", "must have exactly one of function and url"
    elif schedule.url is not None:
        yield from ((".url", text) for text in _url(schedule.url))
    elif schedule.function not in topology.functions:
        yield ".function", f"`{schedule.function}` is not in functions"
    elif len(str(schedule.function)) > LONGEST_SERVICE:
        text = f"must have at most {LONGEST_SERVICE} characters, or its URL cannot be predicted"
        yield ".function", text
    elif not _is_event(schedule):
        yield (
            ".body",
            "must be a CloudEvent in JSON (id, source, specversion and type), sent by POST with "
            f"the header `Content-Type: {CLOUDEVENT}`: functions answer nothing else",
        )


def _url(url: str) -> Iterator[str]:
    rest = url
    for variable in _VARIABLES:
        rest = rest.replace(variable, "")
    if "$" in rest:
        yield f"only has the variables {', '.join(_VARIABLES)}"
    if _NUMBERED.match(url):
        yield (
            "contains the number of a project: write ${project_number} for this one's, or the "
            "other URL of the service, which has no number"
        )


def _is_event(schedule: Schedule) -> bool:
    types = [v for name, v in schedule.headers.items() if name.lower() == "content-type"]
    try:
        event = json.loads(schedule.body)
    except ValueError:
        return False
    return (
        schedule.method == "POST"
        and types == [CLOUDEVENT]
        and isinstance(event, dict)
        and {"id", "source", "specversion", "type"} <= event.keys()
    )
