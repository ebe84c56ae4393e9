"""Numbers with groups, with text around them, and of many digits, as the kernels read them."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow")

from unit.validation.fast.agreement import assert_agreement
from unit.validation.fast.columns import cleared_by_type

GERMAN = {"type": "number", "bigquery": "NUMERIC", "decimalChar": ",", "groupChar": "."}
MONEY = {"type": "number", "bigquery": "NUMERIC", "bareNumber": False, "groupChar": ","}
FIELDS: dict[str, dict[str, Any]] = {
    "german": GERMAN,
    "german float": GERMAN | {"bigquery": "FLOAT64"},
    "bounded": GERMAN | {"constraints": {"minimum": -1000, "exclusiveMaximum": "12345.6"}},
    "narrow": GERMAN | {"bigquery": "NUMERIC(7, 1)"},
    "swiss": {"type": "number", "bigquery": "BIGNUMERIC", "groupChar": "'"},
    "spaces": {"type": "number", "bigquery": "STRING(9)", "groupChar": " ", "decimalChar": ","},
    "odd": {"type": "number", "groupChar": "e", "decimalChar": "E"},
    "middle dot": {"type": "number", "decimalChar": "·", "groupChar": "\u202f"},
    "french money": MONEY | {"decimalChar": ",", "groupChar": "\u00a0"},
    "arabic integer": {"type": "integer", "groupChar": "٬"},
    "float": {"type": "number", "bigquery": "FLOAT64"},
    "bounded float": {
        "type": "number",
        "bigquery": "FLOAT64",
        "constraints": {"minimum": "0.3", "exclusiveMaximum": 90},
    },
    "float around text": MONEY | {"bigquery": "FLOAT64", "groupChar": None},
    "grouped": {"type": "integer", "groupChar": "."},
    "grouped bounds": {"type": "integer", "groupChar": ".", "constraints": {"maximum": 1234567}},
    "integer numeric": {"type": "integer", "bigquery": "NUMERIC(20, 2)"},
    "integer float": {"type": "integer", "bigquery": "FLOAT64"},
    "integer text": {"type": "integer", "bigquery": "STRING", "constraints": {"minimum": 5}},
    "money": MONEY,
    "money float": MONEY | {"bigquery": "FLOAT64"},
    "units": {"type": "integer", "bareNumber": False, "groupChar": " "},
    "affixes": {"type": "number", "affixes": ["€", "$", "EUR", "kg", "k.", ".-"]},
    "affixes and groups": GERMAN | {"affixes": ["€", "EUR"], "negative": ["leading", "trailing"]},
    "affixes float": {"type": "number", "bigquery": "FLOAT64", "affixes": ["$", "x" * 9, "e"]},
    "accounting": {
        "type": "number", "groupChar": ",", "affixes": ["$"],
        "negative": ["parentheses", "trailing"], "constraints": {"maximum": 100},
    },
    "only trailing": {"type": "integer", "negative": ["trailing"], "constraints": {"minimum": -9}},
    "percent": {"type": "number", "percentAsFraction": True, "affixes": ["net"]},
    "percent float": {"type": "number", "bigquery": "FLOAT64", "percentAsFraction": True},
    "percent narrow": {
        "type": "number", "bigquery": "NUMERIC(10, 8)", "percentAsFraction": True,
        "decimalChar": ",", "negative": ["leading", "parentheses"],
        "constraints": {"minimum": "0.01"},
    },
    "whole decimals": {"type": "integer", "wholeDecimals": True, "constraints": {"minimum": -5}},
    "whole german": {
        "type": "integer", "bigquery": "NUMERIC", "wholeDecimals": True, "decimalChar": ",",
        "groupChar": "\u202f", "affixes": ["€"],
    },
    "whole float": {"type": "integer", "bigquery": "FLOAT64", "wholeDecimals": True},
    "apostrophes": {"type": "integer", "groupChar": "’", "affixes": ["CHF"]},
    "missing": GERMAN | {"missingValues": ["", "-", "n/a", "-999", "1.234,5", "x" * 30]},
}  # fmt: skip
DIGITS = st.text("0123456789", min_size=1, max_size=3)
GROUPS = st.lists(st.text("0123456789", min_size=2, max_size=4) | st.just("000"), max_size=7)
MARKS = st.sampled_from([*".,' eE·\u202f\u00a0’"])
GROUPED = st.builds(
    lambda sign, first, mark, groups, point, after: (
        sign + mark.join([first, *groups]) + (point + after if after is not None else "")
    ),
    st.sampled_from(["", "", "", "-", "+", "--", "\u2212"]),
    DIGITS | st.text("0123456789", max_size=20),
    MARKS,
    GROUPS,
    MARKS,
    st.none() | st.text("0123456789", max_size=11),
)
AFFIXES = st.sampled_from(
    ["", "", "€", "€ ", " EUR", "%", " %", "$", "(", ")", "-", "x" * 9, "\u00a0€", ".", ",", "e",
     "e3", "\0", "\n", "1", "٣", "k.", "-$", "$ -", "- €", "($", "$)", " EUR)", "+", "\u2212", "%-",
     ".-", "% net", "e", "(%", "+$", "kg-"]
)  # fmt: skip
FLOATS = st.one_of(
    st.floats().map(repr),
    st.floats().map("{:.17e}".format),
    st.from_regex(r"[+-]?[0-9]{0,26}\.?[0-9]{0,26}([eE][+-]?[0-9]{0,3})?\n?", fullmatch=True),
    st.sampled_from(
        [
            "0.3",
            "0.30000000000000001",
            "0.29999999999999999",
            "89.999999999999999",
            "90.0",
            "90",
            "9007199254740993",
            "2.2250738585072011e-308",
            "1e22",
            "1e23",
            "8.5e22",
            "-0e0",
            "1e99",
            "9" * 24,
            "9" * 25,
            "0." + "4" * 24,
            "5.",
            ".5",
            "1e",
            "1e+",
            "0.1\0",
            "0.1٣",
        ]
    ),
)
STRANGE = st.sampled_from(
    [b"", b"\0", b"1\0", b"1\xb75", b"1\x1e5", b"1\x1f234", "1·5".encode(), "١٢".encode(),
     "1\u202f234".encode(), "1\u00a0234,5\u00a0€".encode(), b"\xe25",
     b"NaN", b"-INF", b"1e5", b"1.234.567,", b",5", b".234", b"-", b"+", b"n/a", b"-999", b"x" * 30,
     b"9223372036854775807", b"9223372036854775808", b"-9223372036854775808", b"1" * 300, b"0" * 40,
     b"999999999999999999", b"123.456.789.012.345.678", b"1.123.456.789.012.345.678", b"1.,5",
     b"9007199254740992", b"9007199254740993", b"999.999.999,99999999", b"1.000.000.000,000000001",
     b"1,2.345", b"1.2,345", b"12345.678", b"-.5", b"1-234", b"1--234", b"\xe2\x82\xac5", b"5\xe2"]
)  # fmt: skip
CELLS = st.one_of(
    GROUPED.map(str.encode),
    st.builds(lambda a, b, c: f"{a}{b}{c}".encode(), AFFIXES, GROUPED, AFFIXES),
    FLOATS.map(str.encode),
    STRANGE,
)


@pytest.mark.parametrize("name", FIELDS)
@settings(max_examples=60, deadline=None)
@given(st.lists(CELLS, max_size=30))
@example([b"1.234.567,89"] * 9 + [b"1-234"])
def test_cleared_numbers_are_those_that_the_rules_read(name: str, cells: list[bytes]) -> None:
    assert_agreement(cells, **FIELDS[name])


@pytest.mark.parametrize("sign", ["", "-", "+"])
@pytest.mark.parametrize("point", ["", ",5", ",25", ",12345678"])
@pytest.mark.parametrize("digits", range(1, 19))
def test_groups_of_three_are_read_and_others_are_not(digits: int, point: str, sign: str) -> None:
    number = "123456789987654321"[:digits]
    grouped = f"{int(number):,}".replace(",", ".")
    value = Decimal(f"{sign}{number}{point.replace(',', '.')}")
    wrong = [grouped[:at] + "." + grouped[at:] for at in range(len(grouped) + 1)]
    wrong += [grouped[:at] + grouped[at + 1 :] for at, char in enumerate(grouped) if char == "."]
    wrong += [
        grouped[:at] + char + grouped[at + 1 :] for at in range(len(grouped)) for char in "-,/:"
    ]
    plain = [each for each in wrong if each.isdigit() and each]
    cells = [f"{sign}{each}{point}".encode() for each in [number, grouped, *wrong]]
    _, values = cleared_by_type(cells, **GERMAN)
    assert [value, value] == values[:2]
    if digits > 6:
        # With a single mark left out, the others are in the wrong places.
        assert plain == []
    assert_agreement(cells, **GERMAN)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["€5", "€ 7.50", "€1,234.00"], ["5", "7.5", "1234"]),
        (["5 %", "12.5 %", "-3 %"], ["5", "12.5", "-3"]),
        (["EUR 1,234.50", "USD 3", "12 kg"], ["1234.5", "3", "12"]),
        (["(5)", "5-", "-€5", "€-5", "5 +"], [None, None, None, "-5", None]),
        (["1 2", "5.5.", "€.5", "x", "€"], [None, "5.5", None, None, None]),
    ],
)
def test_text_around_numbers_is_dropped(cells: list[str], expected: list[str | None]) -> None:
    _, values = cleared_by_type([cell.encode() for cell in cells], **MONEY)
    assert [None if text is None else Decimal(text) for text in expected] == values
    assert_agreement([cell.encode() for cell in cells], **MONEY)


@pytest.mark.parametrize(
    ("field", "cells", "expected"),
    [
        ({"affixes": ["$"]}, ["-$5.00", "$1.50", "$-7", "$8", "9"], ["-5", "1.5", "-7", "8", "9"]),
        (
            {"affixes": ["$"], "negative": ["parentheses"], "groupChar": ","},
            ["($1,500.00)", "$2", "($3)", "-4", "(5)", "(-6)", "+7"],
            ["-1500", "2", "-3", None, "-5", None, "7"],
        ),
        ({"affixes": ["$"]}, ["+$5", "+$-6", "+$7"], ["5", None, "7"]),
        ({"negative": ["trailing"]}, ["5-", "6", "7+", "-8", "-9-"], ["-5", "6", "7", None, None]),
        ({"percentAsFraction": True}, ["5%", "12.5 %", "-3%", "4"], [".05", ".125", "-.03", None]),
        (
            {"percentAsFraction": True},
            ["1.1234567%", "1.12345678%", "2%"],
            ["0.011234567", None, "0.02"],
        ),
        (
            {"percentAsFraction": True, "bigquery": "NUMERIC(10, 8)"},
            ["1.1234567%", "1.1234560%", "2%"],
            [None, "0.01123456", "0.02"],
        ),
        ({}, ["\u22125", "\u22126.25", "7", "-\u22128"], ["-5", "-6.25", "7", None]),
        ({"groupChar": ","}, ["12,34,567.5", "1,00,000", "12,50"], ["1234567.5", "100000", None]),
        ({"groupChar": " "}, ["1\u00a0234", "1\u202f234 567", "1\t234"], ["1234", "1234567", None]),
    ],
)  # fmt: skip
def test_these_forms_are_read_in_bulk(
    field: dict[str, Any], cells: list[str], expected: list[str | None]
) -> None:
    _, values = cleared_by_type([cell.encode() for cell in cells], type="number", **field)
    assert [None if text is None else Decimal(text) for text in expected] == values
    assert_agreement([cell.encode() for cell in cells], type="number", **field)


def test_many_different_affixes_are_left_to_the_rules() -> None:
    """Each pair is tried on all cells that are left, so the number of pairs is bounded."""
    cells = [f"{chr(ord('a') + n % 26)}{chr(ord('a') + n // 26)} {n}".encode() for n in range(500)]
    clear = assert_agreement(cells, **MONEY)
    assert 0 < sum(clear) < 20


@pytest.mark.parametrize("required", [False, True])
def test_missing_values_may_look_like_numbers(required: bool) -> None:
    field = FIELDS["missing"] | {"constraints": {"required": required}}
    cells = [b"-999", b"-998", b"", b"-", b"n/a", b"N/A", b"1.234,5", b"1.234,50", b"x" * 30]
    clear, values = cleared_by_type(cells, **field)
    kept = [not required, True, *[not required] * 3, False, not required, True, not required]
    assert kept == clear
    assert [None, Decimal(-998), *[None] * 5, Decimal("1234.5"), None] == values


@pytest.mark.parametrize("character", ["·", "٫", "\u00a0", "\u202f", "’"])
@pytest.mark.parametrize("name", ["decimalChar", "groupChar"])
def test_a_mark_of_several_bytes_is_read_as_a_whole(name: str, character: str) -> None:
    """One of its bytes alone would be invalid UTF-8, but look like the mark."""
    wrong = [bytes([byte]) for byte in (ord(character) & 0xFF, *character.encode(), 0x1E, 0x1F)]
    cells = [f"1{character}234".encode(), b"1", *(b"1" + byte + b"234" for byte in wrong)]
    clear, values = cleared_by_type(cells, type="number", **{name: character})
    value = Decimal("1.234") if name == "decimalChar" else Decimal(1234)
    assert ([value, Decimal(1)], [True, True]) == (values[:2], clear[:2])
    assert not any(clear[2:])
    assert_agreement(cells, type="number", **{name: character})
