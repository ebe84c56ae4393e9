"""Strict JSON: what BigQuery would refuse, or would drop a part of, is refused."""

import json
import math
import re
from collections.abc import Callable, Hashable
from decimal import Decimal
from typing import Any, Final, NoReturn

MOST_LEVELS: Final = 500
"""The nesting that a JSON column keeps (https://cloud.google.com/bigquery/docs/json-data)."""
# Possessive, because Python would otherwise keep 120 bytes for each repetition of a group.
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_NOT_A_BRACKET: Final = re.compile(r"[^\[\]{}]+")
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_RISKY_NUMBER: Final = re.compile(r"[0-9][0-9.]{15}|[0-9][eE]")
"""Matches every number with an exponent or with more than 15 digits."""


class WrongJson(ValueError):
    """Its message is for people and does not repeat the text."""


def parse_json(text: str, number: Callable[[str], object] = Decimal) -> Any:
    """Return the value: dict, list, str, bool, None, and for numbers what `number` returns for
    their text.

    Raises WrongJson, also for a key that one object has twice: BigQuery would keep only one.
    """
    if _levels(text) > MOST_LEVELS:
        raise WrongJson(f"nests deeper than {MOST_LEVELS} levels")
    try:
        found = json.loads(
            text,
            parse_int=number,
            parse_float=number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_require_unique_keys,
        )
        if _SURROGATE.search(text):
            json.dumps(json.loads(text), ensure_ascii=False).encode()
    except WrongJson:
        raise
    except (ValueError, ArithmeticError, RecursionError):
        raise WrongJson("is not JSON") from None
    return found


def require_storable(text: str) -> None:
    """Raises WrongJson for a text that is not JSON, or that has a number which a JSON column would
    refuse or round: an integer beyond 64 bits, or more than 17 digits."""
    parse_json(text, _storable)


def require_storable_numbers(text: str) -> None:
    """Like `require_storable`, for a text that is known to be JSON: faster if its numbers are
    short."""
    if _RISKY_NUMBER.search(text):
        parse_json(text, _storable)


def hashable(value: Any) -> Hashable:
    """Returns the same for equal values of `parse_json`: 1 equals 1.0 but not true, and the order
    of an object's keys does not count."""
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
    for bracket in _NOT_A_BRACKET.sub("", _STRING.sub("", text)):
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
    raise WrongJson("has a number with more digits than a JSON column keeps; write it as a string")


def _refuse_constant(name: str) -> NoReturn:
    raise WrongJson(f"is not JSON, which does not have {name}")


def _require_unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise WrongJson("has a key twice in one object, and only one would be kept")
    return found
