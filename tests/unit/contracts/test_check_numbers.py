"""Each rule about how numbers are written has a case that breaks it, and one that follows it."""

from collections.abc import Callable
from typing import Any

import pytest

Found = list[tuple[str, str]]

NOT_BARE: dict[str, dict[str, Any]] = {
    "affixes": {"affixes": ["€"]},
    "percentAsFraction": {"percentAsFraction": True},
    "negative": {"negative": ["trailing"]},
}
AFFIXES: list[tuple[str, dict[str, Any], str]] = [
    ("", {}, "is empty; drop it"),
    ("EUR", {}, "'EUR' is listed twice; keep one"),
    (
        "€ ",
        {},
        "'€ ' has spaces around it; drop them, they are accepted in any case",
    ),
    (
        "%",
        {"percentAsFraction": True},
        "'%' is part of every cell because of percentAsFraction; drop it here",
    ),
    *(
        (
            sign,
            {},
            f"{sign!r} has a sign or a parenthesis; see `negative` for how numbers may be negative",
        )
        for sign in ("(", "-", "-x", "(EUR)", "a+", "a\u2212b")
    ),
    (
        ".-",
        {"negative": ["trailing"]},
        "'.-' has a minus, which `negative: [trailing]` would read as the sign; drop one of them",
    ),
    *(
        (
            digits,
            {"groupChar": "x"},
            f"{digits!r} has digits that could be part of the number; only a unit such as "
            "m2 may have them",
        )
        for digits in ("2x", "e3", "E-3", "x00", ".5", "€5", "٣")
    ),
    (".", {}, "'.' ends with the decimal point, so .5 would have two meanings; drop it"),
]
"""The second text in `affixes`, other properties, and the mistake."""
BROKEN: list[tuple[dict[str, Any], str, str | None]] = [
    (
        {"decimalChar": ","},
        "decimalChar",
        "applies to integer and number, not to string; drop it",
    ),
    (
        {"type": "integer", "decimalChar": ","},
        "decimalChar",
        "applies to an integer with wholeDecimals only; drop it",
    ),
    (
        {"type": "integer", "wholeDecimals": True, "groupChar": "."},
        "groupChar",
        "is the same as decimalChar, so numbers would have two meanings; change one of them",
    ),
    (
        {"type": "number", "decimalChar": "’", "groupChar": "'"},
        "groupChar",
        "is the same as decimalChar, so numbers would have two meanings; change one of them",
    ),
    ({"affixes": ["€"]}, "affixes", "applies to integer and number, not to string; drop it"),
    (
        {"type": "integer", "percentAsFraction": True},
        "percentAsFraction",
        "applies to number, not to integer; drop it",
    ),
    (
        {"type": "number", "wholeDecimals": True},
        "wholeDecimals",
        "applies to integer, not to number; drop it",
    ),
    (
        {"type": "date", "negative": ["trailing"]},
        "negative",
        "applies to integer and number, not to date; drop it",
    ),
    (
        {"type": "number", "negative": ["behind"]},
        "negative[0]",
        "'behind' is not one of leading, trailing, parentheses",
    ),
    (
        {"type": "number", "negative": "trailing"},
        "negative",
        "should be a list, but is a single text; write [trailing]",
    ),
    (
        {"type": "number", "negative": []},
        "negative",
        "is empty; list leading, trailing or parentheses, or drop it",
    ),
    (
        {"type": "number", "negative": ["trailing", "trailing"]},
        "negative[1]",
        "'trailing' is listed twice; keep one",
    ),
    *(
        (
            {"type": "number", "bareNumber": False, **more},
            "bareNumber",
            f"cannot be used with {name}, because it drops any text around a number; drop it, "
            "and list such texts in affixes",
        )
        for name, more in NOT_BARE.items()
    ),
    *(
        ({"type": "number", "affixes": ["EUR", affix], **more}, "affixes[1]", message)
        for affix, more, message in AFFIXES
    ),
    (
        {"type": "number", "affixes": ["$", "$."]},
        "affixes[1]",
        "'$.' ends with the decimal point, so $.5 would have two meanings; drop it",
    ),
    ({"groupChar": ","}, "groupChar", "applies to integer and number, not to string; drop it"),
    ({"bareNumber": False}, "bareNumber", "applies to integer and number, not to string; drop it"),
    (
        {"type": "number", "decimalChar": "comma"},
        "decimalChar",
        "'comma' should be one character, neither a digit nor a sign",
    ),
    (
        {"type": "number", "groupChar": "0"},
        "groupChar",
        "'0' should be one character, neither a digit nor a sign",
    ),
    (
        {"type": "number", "groupChar": "."},
        "groupChar",
        "is the same as decimalChar, so numbers would have two meanings; change one of them",
    ),
]


@pytest.mark.parametrize(("field", "path", "message"), BROKEN)
def test_broken_rules(
    require_mistake: Callable[..., None], field: dict[str, Any], path: str, message: str | None
) -> None:
    require_mistake(field, path, message)


@pytest.mark.parametrize(
    "field",
    [
        {"type": "integer", "bigquery": "NUMERIC", "groupChar": " ", "bareNumber": False},
        {"type": "number", "decimalChar": ",", "groupChar": ".", "bigquery": "BIGNUMERIC(40, 2)"},
        {
            "type": "number",
            "affixes": ["€", "Rs", "Rs.", "m2", ".-", "US $"],
            "negative": ["leading"],
        },
        {"type": "number", "percentAsFraction": True, "negative": ["trailing", "parentheses"]},
        {"type": "integer", "groupChar": ".", "affixes": ["."]},
        {"type": "integer", "wholeDecimals": True, "decimalChar": ",", "groupChar": "."},
    ],
)
def test_valid_contracts(found: Callable[..., Found], field: dict[str, Any]) -> None:
    assert found(schema={"fields": [{"name": "a", **field}]}) == []
