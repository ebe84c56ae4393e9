"""The shapes of requests: unknown fields, wrong types and missing fields are refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from standin.refusal import invalid


@dataclass(frozen=True)
class MapOf:
    """An object with any keys."""

    of: Any


@dataclass(frozen=True)
class Text:
    """A string that matches."""

    pattern: str


@dataclass(frozen=True)
class Whole:
    """An integer; Google's JSON writes 64-bit integers as strings."""

    least: int
    most: int
    as_text: bool = False


@dataclass(frozen=True)
class Needed:
    of: Any


Shape = Any
SECONDS = Text(r"[0-9]+(\.[0-9]+)?s")


def check(value: object, shape: Shape, path: str = "request") -> None:
    """Raises Refusal. A shape is a type, a dict of fields, a list of one, or one of the above."""
    if isinstance(shape, Needed):
        shape = shape.of
    if isinstance(shape, dict):
        _check_fields(value, shape, path)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise invalid(f"{path}: {value!r} is no list")
        for at, item in enumerate(value):
            check(item, shape[0], f"{path}[{at}]")
    elif isinstance(shape, MapOf):
        if not isinstance(value, dict):
            raise invalid(f"{path}: {value!r} is no object")
        for key, item in value.items():
            check(item, shape.of, f"{path}.{key}")
    elif isinstance(shape, Text):
        if not isinstance(value, str) or not re.fullmatch(shape.pattern, value):
            raise invalid(f"{path}: {value!r} does not match {shape.pattern}")
    elif isinstance(shape, Whole):
        _check_whole(value, shape, path)
    elif type(value) is not shape:
        raise invalid(f"{path}: {value!r} is no {shape.__name__}")


def _check_fields(value: object, shape: Mapping[str, Shape], path: str) -> None:
    if not isinstance(value, dict):
        raise invalid(f"{path}: {value!r} is no object")
    for key, item in value.items():
        if key not in shape:
            raise invalid(f"Invalid JSON payload received. Unknown name \"{key}\" at '{path}'")
        check(item, shape[key], f"{path}.{key}")
    for key, wanted in shape.items():
        if isinstance(wanted, Needed) and key not in value:
            raise invalid(f"{path}.{key} is missing")


def _check_whole(value: object, shape: Whole, path: str) -> None:
    number: object = value
    if shape.as_text and isinstance(value, str) and value.lstrip("-").isdigit():
        number = int(value)
    if type(number) is not int or not shape.least <= number <= shape.most:
        raise invalid(f"{path}: {value!r} is no number from {shape.least} to {shape.most}")


def camel(path: str) -> str:
    """Return `dead_letter_policy` as `deadLetterPolicy`; masks use both spellings."""
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), path)


def masked(target: dict[str, Any], source: Mapping[str, Any], mask: str) -> None:
    """Set the fields of a comma-separated update mask; fields without a value are cleared."""
    for path in filter(None, mask.split(",")):
        steps = camel(path).split(".")
        there, given = target, dict(source)
        for step in steps[:-1]:
            there, given = there.setdefault(step, {}), given.get(step, {})
        if steps[-1] in given:
            there[steps[-1]] = given[steps[-1]]
        else:
            there.pop(steps[-1], None)
