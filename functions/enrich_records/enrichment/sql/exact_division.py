"""`/` of decimals, exact: DuckDB's own goes through floating point.

As BigQuery divides NUMERIC: nine fraction digits, halves away from zero. Of two integers it stays
floating point, as in BigQuery.
"""

from typing import Final

from enrichment.sql.result_types import decimal_of, is_decimal
from enrichment.sql.syntax_check import RefusedExpression

_SCALE: Final = 9
_MOST_DIGITS: Final = 37


def exact_quotient(left: str, left_type: str, right: str, right_type: str) -> str:
    """SQL for left / right as DECIMAL(38,9). Raises RefusedExpression beyond DuckDB's digits."""
    _, left_scale = decimal_of(left_type) or (0, 0)
    _, right_scale = decimal_of(right_type) or (0, 0)
    shift = _SCALE + right_scale - left_scale
    dividend = _whole(left, left_type, left_scale + max(shift, 0))
    divisor = _whole(right, right_type, right_scale + max(-shift, 0))
    quotient = f"CAST(csvgate_divide({dividend}, {divisor}) AS DECIMAL(38,0))"
    return f"({quotient} * CAST('0.000000001' AS DECIMAL(9,9)))"


def _whole(value: str, kind: str, shift: int) -> str:
    """value · 10^shift, a whole number; an overflow fails the row."""
    if shift > _MOST_DIGITS:
        raise RefusedExpression("divides numbers with too many fraction digits: round them first")
    if is_decimal(kind):
        return f"CAST({value} * CAST('{10**shift}' AS DECIMAL(38,0)) AS HUGEINT)"
    return f"(CAST({value} AS HUGEINT) * CAST('{10**shift}' AS HUGEINT))"
