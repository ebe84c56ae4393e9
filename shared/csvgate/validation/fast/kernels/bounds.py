"""Minimum and maximum, on numbers that are whole, perhaps after scaling."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from csvgate.contracts.checks.declared_values import cast
from csvgate.contracts.model import SchemaField
from csvgate.validation.fast.words import Ints, Mask

_LARGEST: Final = 2**62
_NAMES: Final = (
    # The least and the greatest that are allowed, in units of the last digit.
    ("minimum", 0, 0),
    ("exclusive_minimum", 0, 1),
    ("maximum", 1, 0),
    ("exclusive_maximum", 1, -1),
)


@dataclass(frozen=True, slots=True)
class Bounds:
    least: int | None = None
    greatest: int | None = None

    def keep(self, values: Ints, fine: Mask) -> None:
        """Makes `fine` false where values are outside."""
        if self.least is not None:
            fine &= values >= self.least
        if self.greatest is not None:
            fine &= values <= self.greatest


def bounds_of(field: SchemaField, scale: int) -> Bounds | None:
    """In units of the last of `scale` digits after the point; None when they cannot be said so."""
    lower, upper = list[int](), list[int]()
    for name, side, step in _NAMES:
        given = getattr(field.constraints, name)
        if given is None:
            continue
        bound = cast(given, field.type)
        if not isinstance(bound, int | Decimal):
            return None
        scaled = Decimal(bound).scaleb(scale) if Decimal(bound).is_finite() else None
        if scaled is None or scaled != scaled.to_integral_value() or abs(scaled) > _LARGEST:
            return None
        (upper if side else lower).append(int(scaled) + step)
    return Bounds(max(lower, default=None), min(upper, default=None))
