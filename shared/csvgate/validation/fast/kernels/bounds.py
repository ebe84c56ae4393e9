"""Minimum and maximum, on numbers that are whole, perhaps after scaling."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from csvgate.types.common.field_type import FieldConstraints, Scalar
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


def bounds_of(
    constraints: FieldConstraints, cast: Callable[[Scalar], Any], *, scale: int
) -> Bounds | None:
    """The bounds in units of the last of `scale` digits after the point; None if they have more
    digits. `cast` makes numbers of declared values."""
    lower, upper = list[int](), list[int]()
    for name, side, step in _NAMES:
        given = getattr(constraints, name)
        if given is None:
            continue
        bound = cast(given)
        if not isinstance(bound, int | Decimal):
            return None
        scaled = Decimal(bound).scaleb(scale) if Decimal(bound).is_finite() else None
        if scaled is None or scaled != scaled.to_integral_value() or abs(scaled) > _LARGEST:
            return None
        (upper if side else lower).append(int(scaled) + step)
    return Bounds(max(lower, default=None), min(upper, default=None))
