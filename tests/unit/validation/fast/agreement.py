"""Asserts that the kernels of a field clear only what the rules accept, with the same values."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from unit.types.cell import exact, read
from unit.validation.fast.columns import cleared, cleared_by_type


def assert_agreement(cells: Sequence[bytes], **field: Any) -> list[bool]:
    """Return which cells the kernel of the field's type clears."""
    expected = [_read(cell, field) for cell in cells]
    for kernel in (cleared, cleared_by_type):
        is_cleared, values = kernel(cells, **field)
        for cell, fine, wanted, actual in zip(cells, is_cleared, expected, values, strict=True):
            if fine:
                assert (cell, comparable(wanted)) == (cell, comparable(actual))
    return is_cleared


def _read(cell: bytes, field: dict[str, Any]) -> object:
    """Return what the rules read, or the codes of the faults, which equal no value."""
    try:
        text = cell.decode()
    except UnicodeDecodeError:
        return ["encoding.invalid"]
    return ["cell.nul"] if "\0" in text else read(text, **field)


def comparable(value: object) -> object:
    """Return the same for a value of the rules and for one of Arrow."""
    if isinstance(value, Decimal):
        # A decimal of Arrow has no negative zero.
        return str((value + 0).normalize())
    return repr(value) if isinstance(value, float) else exact(value)
