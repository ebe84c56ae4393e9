"""`/` of decimals, exact: DuckDB's own goes through floating point.

As BigQuery divides NUMERIC: nine fraction digits, halves away from zero. Of two integers it stays
floating point, as in BigQuery.
"""

from collections.abc import Mapping
from typing import Final

from derived_types import decimal_of, is_decimal, quoted
from locked_duckdb import LockedDuckDB, Node
from sql_checker import RefusedExpression, nodes

_SCALE: Final = 9
_MOST_DIGITS: Final = 37
_MOST_DIVISIONS: Final = 8
"""Each names its operands twice: n of them nested make 2^n copies of the innermost."""


class ExactDivision:
    """Rewrites the divisions of one syntax tree; `columns` gives DuckDB types."""

    def __init__(self, engine: LockedDuckDB, tree: Node, columns: Mapping[str, str]) -> None:
        self._engine = engine
        self._tree = tree
        typed = [f"CAST(NULL AS {kind}) AS {quoted(n)}" for n, kind in columns.items()]
        self._row = f"(SELECT {', '.join(typed) or '1'})"

    def rewrite(self, root: Node) -> None:
        """In place. Raises RefusedExpression, and SqlError where types do not go together."""
        divisions = [n for n in nodes(root) if n.get("function_name") in ("/", "//")]
        if len(divisions) > _MOST_DIVISIONS:
            raise RefusedExpression(f"divides more than {_MOST_DIVISIONS} times")
        for node in divisions:
            left, right = (self.text(argument["expression"]) for argument in node["arguments"])
            left_type, right_type = self.type(left), self.type(right)
            if not _has_decimal(left_type, right_type):
                continue
            if node["function_name"] == "//":
                raise RefusedExpression("uses // on decimals: write trunc(a / b)")
            quotient = self._engine.parse(
                f"SELECT {exact_quotient(left, left_type, right, right_type)}"
            )
            node.clear()
            node.update(quotient["statements"][0]["node"]["select_list"][0])

    def text(self, node: Node) -> str:
        """The expression's SQL, in parentheses."""
        [statement] = self._tree["statements"]
        select = {**statement, "node": {**statement["node"], "select_list": [node]}}
        sql = self._engine.unparse({**self._tree, "statements": [select]})
        return f"({sql.removeprefix('SELECT ')})"

    def type(self, sql: str) -> str:
        """DuckDB's type of an expression over the columns."""
        [kind] = self._engine.types(f"SELECT {sql} FROM {self._row}")  # noqa: S608 - checked
        return kind


def _has_decimal(left: str, right: str) -> bool:
    numbers = decimal_of(left) is not None and decimal_of(right) is not None
    return numbers and (is_decimal(left) or is_decimal(right))


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
    power = 10**shift
    if is_decimal(kind):
        return f"CAST({value} * CAST('{power}' AS DECIMAL({shift + 1},0)) AS HUGEINT)"
    return f"(CAST({value} AS HUGEINT) * CAST('{power}' AS HUGEINT))"
