"""Numbers near the limits of their column, of the kernels and of a word: decimals that the scale
allows and one more, digits that a FLOAT64 keeps and some more, bounds and their neighbours.

What is expected is computed here, from the text alone, and not taken from the rules.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from random import Random

import pytest

pytest.importorskip("pyarrow")

from unit.types.cell import read
from unit.validation.fast.columns import cleared_by_type

MAX_NUMERIC_SCALE = 9
MAX_KERNEL_DECIMALS = 8
"""Digits after the point that the kernel of decimal numbers reads; with more, the rules read."""


@pytest.mark.parametrize("scale", range(MAX_NUMERIC_SCALE + 1))
@pytest.mark.parametrize("before", ["0", "7", "-1234567", "12345678", "999999999"])
def test_a_kernel_clears_no_more_decimals_than_the_scale(scale: int, before: str) -> None:
    decimals = ["1".zfill(count) for count in range(1, 12)]
    cells = [f"{before}.{digits}".encode() for digits in decimals]
    bigquery = f"NUMERIC({scale + 9}, {scale})"
    clear, values = cleared_by_type(cells, type="number", bigquery=bigquery)
    fits = [count <= min(scale, MAX_KERNEL_DECIMALS) for count in range(1, 12)]
    assert fits == clear
    assert [
        Decimal(cell.decode()) if fit else None for cell, fit in zip(cells, fits, strict=True)
    ] == values


@pytest.mark.parametrize("scale", range(MAX_NUMERIC_SCALE + 1))
def test_zeros_after_the_scale_fit(scale: int) -> None:
    cells = [f"3.{'4' * kept}{'0' * (count - kept)}"
             for count in range(1, MAX_KERNEL_DECIMALS + 1)
             for kept in range(min(scale, count) + 1)]  # fmt: skip
    clear, values = cleared_by_type(
        [cell.encode() for cell in cells], type="number", bigquery=f"NUMERIC({scale + 9}, {scale})"
    )
    assert all(clear)
    assert list(map(Decimal, cells)) == values


def numbers_of(digits: int) -> Iterator[str]:
    """Yield numbers of so many digits, with the point at every place; many are not FLOAT64s."""
    random = Random(digits)  # noqa: S311  # the same numbers in each run
    for after in range(min(digits, MAX_KERNEL_DECIMALS) + 1):
        texts = ["9" * digits, "1" + "0" * (digits - 2) + "1"]
        texts += [str(random.randrange(10 ** (digits - 1), 10**digits)) for _ in range(40)]
        for text in texts:
            before = text[: digits - after] or "0"
            yield f"{before}.{text[digits - after :]}" if after else before


@pytest.mark.parametrize("digits", range(1, 20))
def test_a_float_is_the_nearest_to_its_text(digits: int) -> None:
    texts = list(numbers_of(max(digits, 2)))
    texts += [f"-{text}" for text in texts]
    column = {"type": "number", "bigquery": "FLOAT64"}
    clear, values = cleared_by_type([text.encode() for text in texts], **column)
    wrong = [
        (text, value)
        for text, fine, value in zip(texts, clear, values, strict=True)
        if fine and float(text).hex() != value.hex()
    ]
    assert [] == wrong
    assert [] == [text for text in texts if float(text).hex() != read(text, **column).hex()]  # type: ignore[attr-defined]  # floats
    if digits <= 15:
        assert any(clear)


@pytest.mark.parametrize("digits", range(1, 22))
def test_an_integer_has_all_its_digits(digits: int) -> None:
    texts = ["9" * digits, "1".ljust(digits, "0"), "123456789012345678901"[:digits]]
    texts += [sign + text for sign in "+-" for text in texts]
    clear, values = cleared_by_type([text.encode() for text in texts], type="integer")
    fits = [abs(int(text)) < 2**63 for text in texts]
    assert fits == clear
    assert [int(text) if fit else None for text, fit in zip(texts, fits, strict=True)] == values


@pytest.mark.parametrize("digits", range(1, 10))
def test_a_decimal_has_all_its_digits(digits: int) -> None:
    texts = [f"{sign}{'987654321'[:digits]}.{'12345678'[:after]}"
             for sign, after in product(("", "-"), range(1, 9))]  # fmt: skip
    clear, values = cleared_by_type(
        [text.encode() for text in texts], type="number", bigquery="NUMERIC"
    )
    assert all(clear)
    assert list(map(Decimal, texts)) == values


STEPS = {"integer": ("4", "5", "6"), "number": ("4.99999999", "5", "5.00000001")}
"""For each type a bound, and the nearest values below and above that a kernel reads."""


@pytest.mark.parametrize("type_", STEPS)
@pytest.mark.parametrize(
    ("constraint", "fits"),
    [
        ("minimum", [False, True, True]),
        ("exclusiveMinimum", [False, False, True]),
        ("maximum", [True, True, False]),
        ("exclusiveMaximum", [True, False, False]),
    ],
)
def test_a_bound_and_its_neighbours(type_: str, constraint: str, fits: list[bool]) -> None:
    field = {"type": type_, "constraints": {constraint: 5}}
    assert fits == cleared_by_type([text.encode() for text in STEPS[type_]], **field).cleared
    found = [read(text, **field) for text in STEPS[type_]]
    assert fits == [not isinstance(value, list) for value in found]
