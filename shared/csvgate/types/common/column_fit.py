"""Fitting values to BigQuery columns: what would be an error in BigQuery is a fault of the cell."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Final

from csvgate.types.bigquery import BigQueryType
from csvgate.types.common.field_type import CellFault, Fit
from csvgate.types.common.json_text import WrongJson

_EXACT: Final = Context(prec=80, traps=[Inexact, InvalidOperation])
_INT64: Final = (-(2**63), 2**63 - 1)


def fit_number(column: BigQueryType) -> Fit | None:
    """Return the fit of an integer or a decimal; None for a column of any other kind."""
    match column.kind:
        case "INT64":
            return fit_int64
        case "FLOAT64":
            return _fit_float64
        case "NUMERIC" | "BIGNUMERIC":
            return fit_decimal(column)
    return None


def fit_int64(_: str, value: int) -> int:
    """Raises CellFault `bigquery.range`."""
    if not _INT64[0] <= value <= _INT64[1]:
        raise CellFault(("bigquery.range", f"is outside {_INT64[0]} to {_INT64[1]} (INT64)"))
    return value


def _fit_float64(_: str, value: int | Decimal) -> float:
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


def fit_decimal(column: BigQueryType) -> Fit:
    """Return the fit of NUMERIC or BIGNUMERIC. Zeros at the end of the digits after the point are
    dropped where there are too many: 1.50 fits a column with one such digit.

    The fit raises CellFault `bigquery.range`, `bigquery.scale`.
    """
    before, after = column.integer_digits, column.fraction_digits
    ceiling = Decimal(10) ** before
    step = Decimal(1).scaleb(-after)
    not_finite = (
        "bigquery.range",
        f"cannot be represented as {column}; use FLOAT64 for NaN and infinity",
    )
    too_large = ("bigquery.range", f"has more than {before} digits before the point ({column})")
    too_fine = ("bigquery.scale", f"has more than {after} digits after the point ({column})")

    def fit(_: str, value: int | Decimal) -> Decimal:
        found = Decimal(value)
        if not found.is_finite():
            raise CellFault(not_finite)
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

    return fit


def fit_bytes(length: int | None) -> Fit:
    """Return the fit of text in base64. It raises CellFault `bigquery.bytes`, `bigquery.length`."""

    def fit(text: str, _: object) -> bytes:
        try:
            found = b64decode(text, validate=True)
        except (NotBase64, ValueError):
            message = "is not base64, in which a BYTES column is written"
            raise CellFault(("bigquery.bytes", message)) from None
        if length is not None and len(found) > length:
            fault = ("bigquery.length", f"has more than the {length} bytes of its column")
            raise CellFault(fault)
        return found

    return fit


def fit_json(require: Callable[[str], None]) -> Fit:
    """Return the fit of texts that `require` accepts; where it raises WrongJson, the fit raises
    CellFault `bigquery.json`."""

    def fit(text: str, _: object) -> str:
        try:
            require(text)
        except WrongJson as error:
            raise CellFault(("bigquery.json", str(error))) from None
        return text

    return fit
