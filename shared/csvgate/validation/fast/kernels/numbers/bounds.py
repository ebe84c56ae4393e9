"""The minimum and the maximum of a field, as integers that the values of a column are compared
with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal, Inexact
from typing import Any, Final

from csvgate.types.common.field_type import FieldConstraints, Scalar
from csvgate.validation.fast.arrays import Ints, Ints32, Mask

_MAX_BOUND: Final = 2**62
_CONSTRAINTS: Final = (
    # The constraint, whether it is an upper bound, and the step to the nearest allowed integer.
    ("minimum", False, 0),
    ("exclusive_minimum", False, 1),
    ("maximum", True, 0),
    ("exclusive_maximum", True, -1),
)
_EPOCH: Final = datetime(1970, 1, 1)
_MICROSECOND: Final = timedelta(microseconds=1)
_EXACT: Final = Context(prec=100, traps=[Inexact])
"""The default context would round a bound of more than 28 digits to another bound."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the greatest integer that the constraints allow."""

    least: int | None = None
    greatest: int | None = None

    def __bool__(self) -> bool:
        return self.least is not None or self.greatest is not None

    def apply(self, values: Ints | Ints32, cleared: Mask) -> None:
        """Set `cleared` to false where values are out of bounds."""
        if self.least is not None:
            cleared &= values >= self.least
        if self.greatest is not None:
            cleared &= values <= self.greatest


def bounds_of(
    constraints: FieldConstraints, cast: Callable[[Scalar], Any], *, scale: int = 0
) -> Bounds | None:
    """Return the bounds in units of the last of `scale` digits after the point; None if they have
    more digits. `cast` makes values of declared ones. Dates are days, times and timestamps are
    microseconds, since midnight or 1970."""
    lower, upper = list[int](), list[int]()
    for name, is_upper, step in _CONSTRAINTS:
        given = getattr(constraints, name)
        if given is None:
            continue
        bound = _as_number(cast(given))
        if bound is None:
            return None
        scaled = _scaled(bound, scale)
        if scaled is None:
            return None
        (upper if is_upper else lower).append(scaled + step)
    return Bounds(max(lower, default=None), min(upper, default=None))


def _scaled(bound: int | Decimal, scale: int) -> int | None:
    """Return the bound times 10**`scale`; None if that is not an integer or too large."""
    try:
        scaled = Decimal(bound).scaleb(scale, _EXACT)
    except Inexact:
        return None
    if not scaled.is_finite() or scaled.copy_abs() > _MAX_BOUND:
        return None
    return int(scaled) if scaled == scaled.to_integral_value() else None


def _as_number(value: object) -> int | Decimal | None:
    match value:
        case int() | Decimal():
            return value
        case datetime() if value.tzinfo is not None:
            # In UTC it may be outside the years that a datetime has.
            offset = value.utcoffset() or timedelta()
            return (value.replace(tzinfo=None) - _EPOCH - offset) // _MICROSECOND
        case datetime():
            return (value - _EPOCH) // _MICROSECOND
        case date():
            return value.toordinal() - _EPOCH.toordinal()
        case time():
            return (datetime.combine(_EPOCH, value) - _EPOCH) // _MICROSECOND
    return None
