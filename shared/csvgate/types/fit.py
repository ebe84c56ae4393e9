"""The fit of a value to its BigQuery column: what would be an error there is a fault here."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any, Final

from csvgate.contracts.model import FieldType
from csvgate.types.bigquery import BigQueryType
from csvgate.types.cell_fault import CellFault
from csvgate.types.durations import Duration
from csvgate.types.geopoints import Geopoint
from csvgate.types.json_text import WrongJson, require_storable, require_storable_numbers

Fit = Callable[[str, Any], object]
"""Takes a cell's text and its value; gives the column's value, or raises CellFault."""

_EXACT: Final = Context(prec=80, traps=[Inexact, InvalidOperation])
_INT64: Final = (-(2**63), 2**63 - 1)


def fit(column: BigQueryType, kind: FieldType = "string") -> Fit | None:
    """None when every value of the field's type is the column's value as it is."""
    if column.kind == "STRING":
        return _string(column.length)
    match kind:
        case "duration":
            return _seconds(_whole if column.kind == "INT64" else _decimal(column))
        case "geopoint":
            return _point
        case "object" | "array":
            return _json(require_storable_numbers)
    match column.kind:
        case "INT64":
            return _int64
        case "FLOAT64":
            return _float64
        case "NUMERIC" | "BIGNUMERIC":
            return _decimal(column)
        case "BYTES":
            return _bytes(column.length)
        case "JSON":
            return _json(require_storable)
    return None


def _string(length: int | None) -> Fit:
    if length is None:
        return lambda text, _: text
    fault = ("bigquery.length", f"has more than the {length} characters of its column")

    def check(text: str, _: object) -> str:
        if len(text) > length:
            raise CellFault(fault)
        return text

    return check


def _int64(_: str, value: int) -> int:
    if not _INT64[0] <= value <= _INT64[1]:
        raise CellFault(("bigquery.range", f"is outside {_INT64[0]} to {_INT64[1]} (INT64)"))
    return value


def _float64(_: str, value: int | Decimal) -> float:
    try:
        found = float(value)
    except OverflowError:
        found = float("inf")
    if found in (float("inf"), float("-inf")) and not (
        isinstance(value, Decimal) and value.is_infinite()
    ):
        raise CellFault(("bigquery.range", "is too large for FLOAT64"))
    if isinstance(value, int) and found != value:
        raise CellFault(("bigquery.scale", "has more digits than FLOAT64 keeps (about 16)"))
    return found


def _decimal(column: BigQueryType) -> Fit:
    """Zeros at the end of a fraction count for nothing: 1.50 fits one digit."""
    before, after = column.integer_digits, column.fraction_digits
    ceiling = Decimal(10) ** before
    step = Decimal(1).scaleb(-after)
    no_number = ("bigquery.range", f"is no number {column} has: NaN and INF need FLOAT64")
    too_large = ("bigquery.range", f"has more than {before} digits before the point ({column})")
    too_fine = ("bigquery.scale", f"has more than {after} digits after the point ({column})")

    def check(_: str, value: int | Decimal) -> Decimal:
        found = Decimal(value)
        if not found.is_finite():
            raise CellFault(no_number)
        # copy_abs because abs() would round.
        if found.copy_abs() >= ceiling:
            raise CellFault(too_large)
        exponent = found.as_tuple().exponent
        if isinstance(exponent, int) and -after <= exponent <= 0:
            return found
        try:
            return found.quantize(step, context=_EXACT)
        except (Inexact, InvalidOperation):
            raise CellFault(too_fine) from None

    return check


def _bytes(length: int | None) -> Fit:
    def check(text: str, _: object) -> bytes:
        try:
            found = b64decode(text, validate=True)
        except (NotBase64, ValueError):
            raise CellFault(("bigquery.bytes", "is not base64, as BYTES is written")) from None
        if length is not None and len(found) > length:
            fault = ("bigquery.length", f"has more than the {length} bytes of its column")
            raise CellFault(fault)
        return found

    return check


def _json(require: Callable[[str], None]) -> Fit:
    def check(text: str, _: object) -> str:
        try:
            require(text)
        except WrongJson as error:
            raise CellFault(("bigquery.json", str(error))) from None
        return text

    return check


def _point(_: str, value: Geopoint) -> str:
    return value.wkt


def _whole(text: str, value: Decimal) -> int:
    if value != int(value):
        raise CellFault(("bigquery.scale", "has a fraction of a second, which INT64 cannot keep"))
    return _int64(text, int(value))


def _seconds(number: Fit) -> Fit:
    """Of a duration that is so many seconds whatever the calendar; `number` fits these."""
    no_number = (
        "bigquery.duration",
        "has years or months, which are no number of seconds; use days, or a STRING column",
    )

    def check(text: str, value: Duration) -> object:
        if value.months:
            raise CellFault(no_number)
        return number(text, value.seconds)

    return check
