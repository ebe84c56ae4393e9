"""JSON, strictly: what BigQuery would refuse, or drop a part of, is not taken."""

import json
import math
import re
from collections.abc import Callable, Hashable
from decimal import Decimal
from typing import Any, Final, NoReturn

MOST_LEVELS: Final = 500
"""Of nesting, in a JSON column (https://cloud.google.com/bigquery/docs/json-data)."""
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_NO_BRACKET: Final = re.compile(r"[^\[\]{}]+")
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_RISKY_NUMBER: Final = re.compile(r"[0-9][0-9.]{15}|[0-9][eE]")
"""What a number of more than 15 digits, or with an exponent, has."""


class WrongJson(ValueError):
    """Its words are for a person, and repeat nothing of the text."""


def parse_json(text: str, number: Callable[[str], object] = Decimal) -> Any:
    """The value: dict, list, str, bool, None, and what `number` makes of a number's text.

    Raises WrongJson; for a key that is there twice too, of which BigQuery keeps one.
    """
    if _levels(text) > MOST_LEVELS:
        raise WrongJson(f"nests deeper than {MOST_LEVELS} levels")
    try:
        found = json.loads(
            text,
            parse_int=number,
            parse_float=number,
            parse_constant=_no_constant,
            object_pairs_hook=_no_key_twice,
        )
        if _SURROGATE.search(text):
            json.dumps(json.loads(text), ensure_ascii=False).encode()
    except WrongJson:
        raise
    except (ValueError, ArithmeticError, RecursionError):
        raise WrongJson("is not JSON") from None
    return found


def require_storable(text: str) -> None:
    """Raises WrongJson for a text that is not JSON, or with a number that a JSON column would
    refuse or round: an integer beyond 64 bits, or more than 17 digits."""
    parse_json(text, _storable)


def require_storable_numbers(text: str) -> None:
    """The same for a text that is known to be JSON; faster when all its numbers are short."""
    if _RISKY_NUMBER.search(text):
        parse_json(text, _storable)


def hashable(value: Any) -> Hashable:
    """Equal for equal values of `parse_json`: 1 and 1.0 are, 1 and true are not; the order of an
    object's keys does not count."""
    match value:
        case dict():
            return "object", frozenset((key, hashable(inner)) for key, inner in value.items())
        case list():
            return "array", tuple(map(hashable, value))
        case bool():
            return "boolean", value
    return value if isinstance(value, Hashable) else repr(value)


def _levels(text: str) -> int:
    if text.count("[") + text.count("{") <= MOST_LEVELS:
        return 0
    deepest = level = 0
    for bracket in _NO_BRACKET.sub("", _STRING.sub("", text)):
        level += 1 if bracket in "[{" else -1
        deepest = max(deepest, level)
    return deepest


def _storable(text: str) -> Decimal:
    value = Decimal(text)
    if text.lstrip("-").isdigit() and -(2**63) <= value < 2**64:
        return value
    found = float(text)
    if math.isfinite(found) and value in (Decimal(repr(found)), Decimal(f"{found:.16e}")):
        return value
    raise WrongJson("has a number with more digits than a JSON column keeps; write it as text")


def _no_constant(name: str) -> NoReturn:
    raise WrongJson(f"is not JSON, which has no {name}")


def _no_key_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise WrongJson("has a key twice in one object, of which only one would be kept")
    return found
