"""The digits after the point of NUMERIC and BIGNUMERIC, for every scale and one digit more: in the
cells of an upload and in those of a reference."""

from decimal import Decimal

import pytest

from csvgate.references.cells import parse_cell
from csvgate.types.bigquery import parse
from unit.types.cell import exact, read

LONGEST = 40
"""Decimals: more than any column has."""
KINDS = [f"NUMERIC({scale + 1}, {scale})" for scale in range(10)]
KINDS += [f"BIGNUMERIC({scale + 1}, {scale})" for scale in range(39)]
KINDS += ["NUMERIC", "BIGNUMERIC"]


def cells() -> list[tuple[int, str]]:
    """Return for each number of decimals a cell whose last digit is not zero."""
    return [(count, "1." + "1".zfill(count)) for count in range(1, LONGEST + 1)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_has_at_most_the_decimals_of_its_column(kind: str) -> None:
    scale = parse(kind).fraction_digits
    for count, text in cells():
        expected = text if count <= scale else ["bigquery.scale"]
        assert (text, expected) == (text, exact(read(text, type="number", bigquery=kind)))


@pytest.mark.parametrize("kind", KINDS)
def test_zeros_after_the_last_decimal_are_dropped(kind: str) -> None:
    scale = parse(kind).fraction_digits
    for count in range(LONGEST):
        text = "1." + "2" * min(count, scale) + "0" * (LONGEST - count)
        found = read(text, type="number", bigquery=kind)
        assert isinstance(found, Decimal)
        assert (Decimal(text), True) == (found, -found.as_tuple().exponent <= scale)  # type: ignore[operator]  # an int


@pytest.mark.parametrize("kind", KINDS)
def test_a_reference_has_at_most_the_decimals_of_its_column(kind: str) -> None:
    column = parse(kind)
    for count, text in cells():
        if count <= column.fraction_digits:
            assert Decimal(text) == parse_cell(text, column)
            assert Decimal(text) == parse_cell(f"{text}000", column)
            continue
        with pytest.raises(ValueError, match=f" and {count} after the point; "):
            parse_cell(text, column)
