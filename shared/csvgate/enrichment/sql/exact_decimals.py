"""Rewrite an expression so that DuckDB computes decimals exactly, or fails on the row.

By itself DuckDB may do neither: `/` and `%` of decimals can go through floating point, CASE and
similar expressions round their branches to the fewest fraction digits when not all digits fit, and
`*` of short decimals stops at 18 digits. The division of two integers stays floating point, as in
BigQuery.
"""

from collections.abc import Mapping
from typing import Any, Final

from csvgate.enrichment.sql.process.engine import Engine, Node
from csvgate.enrichment.sql.refusal import RefusedExpression
from csvgate.enrichment.sql.result_types import decimal_of, is_decimal, quoted
from csvgate.enrichment.sql.syntax_check import nodes

_MOST_DIVISIONS: Final = 8
"""A division repeats its operands: n nested divisions copy the innermost one 2^n times."""
_SHORT: Final = 18
"""Digits of the decimals that DuckDB keeps in 64 bits."""
_QUOTIENT_SCALE: Final = 9
_MOST_SHIFTED: Final = 37
"""Powers of ten up to this one fit DuckDB's decimals."""
_OF_ONE_TYPE: Final = ("greatest", "least", "list_value", "%", "mod", "nullif")
_Place = tuple[Any, Any]
"""A list or dictionary, and where in it a syntax node is."""


class ExactDecimals:
    """Rewrites one syntax tree; `columns` gives DuckDB types."""

    def __init__(self, engine: Engine, tree: Node, columns: Mapping[str, str]) -> None:
        self._engine = engine
        self._tree = tree
        typed = [f"CAST(NULL AS {kind}) AS {quoted(name)}" for name, kind in columns.items()]
        self._row = f"(SELECT {', '.join(typed) or '1'})"

    def rewrite(self, root: Node) -> None:
        """Rewrite the tree in place. Raises RefusedExpression, and SqlError for types that do not
        match."""
        found = list(nodes(root))
        if sum(node.get("function_name") in ("/", "//") for node in found) > _MOST_DIVISIONS:
            raise RefusedExpression(f"divides more than {_MOST_DIVISIONS} times")
        for node in found:
            match node.get("function_name"):
                case "/" | "//":
                    self._divide(node)
                case "*":
                    self._multiply(node)
                case _:
                    self._align(_branches(node))

    def text(self, node: Node) -> str:
        """Return the expression's SQL, in parentheses."""
        [statement] = self._tree["statements"]
        select = {**statement, "node": {**statement["node"], "select_list": [node]}}
        sql = self._engine.unparse({**self._tree, "statements": [select]})
        return f"({sql.removeprefix('SELECT ')})"

    def type(self, sql: str) -> str:
        """Return DuckDB's type of an expression over the columns."""
        [kind] = self._engine.types(f"SELECT {sql} FROM {self._row}")  # noqa: S608 - checked
        return kind

    def _typed(self, place: _Place) -> tuple[str, str]:
        holder, key = place
        sql = self.text(holder[key])
        return sql, self.type(sql)

    def _put(self, place: _Place, sql: str) -> None:
        holder, key = place
        holder[key] = self._parsed(sql)

    def _parsed(self, sql: str) -> Node:
        node: Node = self._engine.parse(f"SELECT {sql}")["statements"][0]["node"]["select_list"][0]
        return node

    def _divide(self, node: Node) -> None:
        (left, left_type), (right, right_type) = map(self._typed, _arguments(node))
        if not _has_decimal([left_type, right_type]):
            return
        if node["function_name"] == "//":
            raise RefusedExpression("uses // on decimals: write trunc(a / b)")
        quotient = self._parsed(_exact_quotient(left, left_type, right, right_type))
        node.clear()
        node.update(quotient)

    def _multiply(self, node: Node) -> None:
        """Widen one factor beyond 18 digits: then DuckDB computes the product with 38."""
        places = _arguments(node)
        typed = [self._typed(place) for place in places]
        if not _has_decimal([kind for _, kind in typed]):
            return
        sizes = [decimal_of(kind) or (0, 0) for _, kind in typed]
        decimals = [at for at, (_, kind) in enumerate(typed) if is_decimal(kind)]
        enough = any(sizes[at][0] > _SHORT for at in decimals)
        if not enough and sum(width for width, _ in sizes) > _SHORT:
            at = decimals[0]
            self._put(places[at], f"CAST({typed[at][0]} AS DECIMAL({_SHORT + 1},{sizes[at][1]}))")

    def _align(self, places: list[_Place]) -> None:
        """Cast operands of one common type to the largest number of fraction digits among them."""
        typed = [self._typed(place) for place in places]
        numbers = {kind for _, kind in typed if kind != '"NULL"'}
        if len(numbers) < 2 or not _has_decimal([*numbers]):
            return
        scale = max(number[1] for kind in numbers if (number := decimal_of(kind)))
        for place, (sql, _) in zip(places, typed, strict=True):
            self._put(place, f"CAST({sql} AS DECIMAL(38,{scale}))")


def _arguments(node: Node) -> list[_Place]:
    return [(argument, "expression") for argument in node["arguments"]]


def _branches(node: Node) -> list[_Place]:
    """Return the operands that DuckDB gives one common type."""
    if node["class"] == "CASE":
        cases = [(case, "then_expr") for case in node["case_checks"]]
        return [*cases, (node, "else_expr")]
    if node["type"] == "OPERATOR_COALESCE":
        return [(node["children"], at) for at in range(len(node["children"]))]
    name = node.get("function_name", "").lower()
    if name == "if":
        return _arguments(node)[1:]
    return _arguments(node) if name in _OF_ONE_TYPE else []


def _has_decimal(kinds: list[str]) -> bool:
    numbers = all(decimal_of(kind) is not None for kind in kinds)
    return numbers and any(map(is_decimal, kinds))


def _exact_quotient(left: str, left_type: str, right: str, right_type: str) -> str:
    """Return SQL for left / right as BigQuery divides NUMERIC: DECIMAL(38,9), halves away from
    zero. Raises RefusedExpression when DuckDB has too few digits for it."""
    _, left_scale = decimal_of(left_type) or (0, 0)
    _, right_scale = decimal_of(right_type) or (0, 0)
    shift = _QUOTIENT_SCALE + right_scale - left_scale
    dividend = _as_integer(left, left_type, left_scale + max(shift, 0))
    divisor = _as_integer(right, right_type, right_scale + max(-shift, 0))
    quotient = f"CAST(csvgate_divide({dividend}, {divisor}) AS DECIMAL(38,0))"
    return f"({quotient} * CAST('0.000000001' AS DECIMAL(9,9)))"


def _as_integer(value: str, kind: str, shift: int) -> str:
    """Return SQL for value · 10^shift as an integer. An overflow fails the row."""
    if shift > _MOST_SHIFTED:
        raise RefusedExpression("divides numbers with too many fraction digits: round them first")
    if is_decimal(kind):
        return f"CAST({value} * CAST('{10**shift}' AS DECIMAL(38,0)) AS HUGEINT)"
    return f"(CAST({value} AS HUGEINT) * CAST('{10**shift}' AS HUGEINT))"
