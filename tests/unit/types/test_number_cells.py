"""Tables of cells with numbers: a text, and the column's value or the codes of its faults."""

from decimal import Decimal

import pytest

from csvgate.types.common.field_type import CellFault
from csvgate.validation.cells import Cells
from unit.types.cell import exact, read
from unit.validation.files import contract


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0), ("-5", -5), ("+5", 5), ("007", 7), ("0" * 5000 + "1", 1),
        ("9223372036854775807", 2**63 - 1), ("9223372036854775808", ["bigquery.range"]),
        ("-9223372036854775808", -(2**63)), ("9" * 5000, ["bigquery.range"]),
        ("1_000", ["type.integer"]), (" 5", ["type.integer"]), ("5 ", ["type.integer"]),
        ("5\n", ["type.integer"]), ("٣", ["type.integer"]), ("1.0", ["type.integer"]),
        ("1e3", ["type.integer"]), ("0x10", ["type.integer"]), ("--1", ["type.integer"]),
        ("-", ["type.integer"]), ("1,000", ["type.integer"]),
    ],
)  # fmt: skip
def test_integer(text: str, expected: object) -> None:
    assert expected == read(text, type="integer")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", "0"), ("1.50", "1.50"), ("-.5", "-0.5"), ("5.", "5"), ("+1", "1"),
        ("1e3", "1000.000000000"), ("15E-1", "1.5"), ("0.1", "0.1"),
        ("9" * 29, "9" * 29), ("9" * 30, ["bigquery.range"]), ("1e29", ["bigquery.range"]),
        ("0.123456789", "0.123456789"), ("0.1234567891", ["bigquery.scale"]),
        ("0.12345678900", "0.123456789"), ("1e-10", ["bigquery.scale"]), ("0e-20", "0E-9"),
        ("1e999999", ["bigquery.range"]), ("1e99999999999999999999", ["bigquery.range"]),
        ("1" * 5000, ["bigquery.range"]),
        ("NaN", ["bigquery.range"]), ("INF", ["bigquery.range"]), ("nan", ["type.number"]),
        ("Infinity", ["type.number"]), ("1_0", ["type.number"]), (" 1", ["type.number"]),
        ("١", ["type.number"]), ("1,5", ["type.number"]), (".", ["type.number"]),
        ("1e", ["type.number"]), ("", None),
    ],
)  # fmt: skip
def test_number(text: str, expected: object) -> None:
    assert expected == exact(read(text, type="number"))


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("NUMERIC(12, 2)", "9999999999.99", "9999999999.99"),
        ("NUMERIC(12, 2)", "10000000000", ["bigquery.range"]),
        ("NUMERIC(12, 2)", "1.005", ["bigquery.scale"]),
        ("NUMERIC(12, 2)", "1.500", "1.50"),
        ("BIGNUMERIC", "9" * 38 + "." + "9" * 38, "9" * 38 + "." + "9" * 38),
        ("BIGNUMERIC", "1e38", ["bigquery.range"]),
        ("FLOAT64", "0.1", 0.1),
        ("FLOAT64", "INF", float("inf")),
        ("FLOAT64", "1e309", ["bigquery.range"]),
        ("STRING", "1.50", "1.50"),
        ("STRING(3)", "1.50", ["bigquery.length"]),
    ],
)
def test_number_in_other_columns(kind: str, text: str, expected: object) -> None:
    assert expected == exact(read(text, type="number", bigquery=kind))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("9007199254740993", ["bigquery.scale"]), ("9007199254740992", 2.0**53), ("-1", -1.0)],
)
def test_integer_in_a_float_column(text: str, expected: object) -> None:
    assert expected == read(text, type="integer", bigquery="FLOAT64")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.234,5", "1234.5"), ("1234,5", "1234.5"), ("12.34.567", "1234567"),
        ("12,50.000", ["type.number"]), ("12.50", ["type.number"]), ("1..000", ["type.number"]),
        (".123", ["type.number"]), ("1234.567", ["type.number"]),
    ],
)  # fmt: skip
def test_number_with_other_characters(text: str, expected: object) -> None:
    assert expected == exact(read(text, type="number", decimalChar=",", groupChar="."))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("€ 1.50", "1.50"), ("95%", "95"), ("USD -2 net", "-2"), ("Rs. 5", "5"), (".5 kg", "0.5"),
        ("-€5", ["type.number"]), ("5-", ["type.number"]), ("(5)", ["type.number"]),
        ("1 2", ["type.number"]), ("kg", ["type.number"]),
    ],
)  # fmt: skip
def test_number_with_text_around_it(text: str, expected: object) -> None:
    assert expected == exact(read(text, type="number", bareNumber=False))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-$5.00", "-5.00"), ("$1.50", "1.50"), ("($500.00)", "-500.00"), ("$(5)", "-5"),
        ("$-5", "-5"), ("$ -5", "-5"), ("- $ 5", "-5"), ("+$5", "5"), ("5 EUR", "5"),
        ("EUR\u00a05", "5"), ("$ 5 EUR", "5"), ("120 m2", "120"), ("12.-", "12"), ("Rs.5", "5"),
        ("\u2212$5", "-5"), ("(5 EUR)", "-5"), ("(5) EUR", "-5"), ("$ 1e3", "1000.000000000"),
        ("-$-5", ["type.number"]), ("$ $5", ["type.number"]), ("(-5)", ["type.number"]),
        ("-(5)", ["type.number"]), ("($5", ["type.number"]), ("5)", ["type.number"]),
        ("$($5)", ["type.number"]), (" $5", ["type.number"]), ("5 ", ["type.number"]),
        ("m25", ["type.number"]), ("<5%", ["type.number"]), ("~7", ["type.number"]),
        ("v2", ["type.number"]), ("7.00 CR", ["type.number"]), ("$", ["type.number"]),
        ("5-", ["type.number"]), ("USD 5", ["type.number"]), ("$5\n", ["type.number"]),
    ],
)  # fmt: skip
def test_number_with_listed_text_around_it(text: str, expected: object) -> None:
    affixes = ["$", "EUR", "m2", ".-", "Rs", "Rs."]
    money = {"affixes": affixes, "negative": ["leading", "parentheses"]}
    assert expected == exact(read(text, type="number", **money))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.234,56-", "-1234.56"), ("10,00", "10.00"), ("10,00+", "10.00"), ("-10,00", "-10.00"),
        ("10\u2212", "-10"), ("10- €", "-10"), ("10 €-", "-10"), ("-10-", ["type.number"]),
        ("10 -", ["type.number"]), ("10--", ["type.number"]), ("(10)", ["type.number"]),
    ],
)  # fmt: skip
def test_number_with_a_trailing_minus(text: str, expected: object) -> None:
    german = {"decimalChar": ",", "groupChar": ".", "affixes": ["€"]}
    found = read(text, type="number", negative=["leading", "trailing"], **german)
    assert expected == exact(found)


def test_only_the_listed_ways_make_a_number_negative() -> None:
    for way, negative in [("leading", "-5"), ("trailing", "5-"), ("parentheses", "(5)")]:
        for text in ("-5", "\u22125", "5-", "(5)"):
            is_way = text.replace("\u2212", "-") == negative
            found = read(text, type="integer", negative=[way])
            assert (way, text, -5 if is_way else ["type.integer"]) == (way, text, found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 %", "0.05"), ("12%", "0.12"), ("12.345%", "0.12345"), ("-0.5%", "-0.005"),
        ("%50", "0.50"), ("100%", "1.00"), ("0.1234567891%", ["bigquery.scale"]),
        (".5%", "0.005"), ("5% net", ["type.number"]), ("9" * 29 + "%", f"{'9' * 27}.99"),
        ("5", ["type.number"]), ("%", ["type.number"]), ("%5%", ["type.number"]),
        ("5%%", ["type.number"]), ("1e3%", ["type.number"]), ("NaN", ["type.number"]),
        ("5 net", ["type.number"]), ("5‰", ["type.number"]),
    ],
)  # fmt: skip
def test_percentage_as_a_fraction(text: str, expected: object) -> None:
    field = {"percentAsFraction": True, "affixes": ["% net", "net"]}
    assert expected == exact(read(text, type="number", **field))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5.0", 5), ("5", 5), ("-5.000", -5), ("5.", 5), ("0." + "0" * 5000, 0),
        ("5.1", ["type.integer"]), ("5,0", ["type.integer"]), (".0", ["type.integer"]),
        ("5.0.0", ["type.integer"]), ("5.01", ["type.integer"]), ("5e0", ["type.integer"]),
        ("9223372036854775808.0", ["bigquery.range"]),
    ],
)  # fmt: skip
def test_integer_with_zeros_after_the_point(text: str, expected: object) -> None:
    assert expected == read(text, type="integer", wholeDecimals=True)
    german = {"decimalChar": ",", "groupChar": "."}
    swapped = text.translate(str.maketrans(".,", ",."))
    assert expected == read(swapped, type="integer", wholeDecimals=True, **german)


def test_an_integer_may_have_points_between_groups() -> None:
    texts = ["200.000.000", "15.000", "7", "1.5"]
    found = [read(text, type="integer", groupChar=".") for text in texts]
    assert [200_000_000, 15_000, 7, ["type.integer"]] == found


@pytest.mark.parametrize("declared", [" ", "\u00a0", "\u202f", "\u2009", "\u2007"])
@pytest.mark.parametrize("written", [" ", "\u00a0", "\u202f", "\u2009", "\u2007"])
def test_a_space_between_groups_stands_for_all_kinds(declared: str, written: str) -> None:
    field = {"type": "number", "groupChar": declared, "decimalChar": ","}
    assert Decimal("1234567.8") == read(f"1{written}234{declared}567,8", **field)
    assert ["type.number"] == read(f"1{written}23,5", **field)


def test_an_apostrophe_between_groups_may_be_typographic() -> None:
    assert 1_234_567 == read("1’234'567", type="integer", groupChar="'")
    assert 1_234_567 == read("1’234'567", type="integer", groupChar="’")
    assert ["type.integer"] == read("1’234", type="integer", groupChar=",")


def test_the_minus_sign_of_typography_is_a_minus() -> None:
    assert -5 == read("\u22125", type="integer")
    assert ["type.integer"] == read("\u2212\u22125", type="integer")
    assert Decimal("-1.5") == read("\u22121.5", type="number")
    assert Decimal("0.15") == read("15e\u22122", type="number")
    assert Decimal("-5") == read("€ \u22125", type="number", bareNumber=False)
    assert ["type.number"] == read("\u2212€5", type="number", bareNumber=False)


def test_a_message_says_how_numbers_are_written() -> None:
    field = {"affixes": ["€", "EUR"], "negative": ["trailing"], "groupChar": "."}
    rules = contract({"name": "a", "type": "integer", **field})
    cells = Cells(rules.schema_.fields[0], rules.schema_, required=False)
    with pytest.raises(CellFault) as caught:
        cells["x"]
    assert [
        (
            "type.integer",
            "is not a whole number: digits, perhaps with a sign in front, grouped by '.', perhaps "
            "beside one of: €, EUR; a negative one is written 5-",
        )
    ] == list(caught.value.faults)
