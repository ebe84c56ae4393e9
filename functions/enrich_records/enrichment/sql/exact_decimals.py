"""Makes DuckDB compute decimals exactly, or fail on the row; by itself it may do neither.

`/` and `%` of decimals can go through floating point, CASE and its like round their branches to the
fewest fraction digits when all digits do not fit, and `*` of short decimals stops at 18 digits.
"""

from collections.abc import Mapping
from typing import Any, Final

from enrichment.sql.exact_division import exact_quotient
from enrichment.sql.locked_duckdb import LockedDuckDB, Node
from enrichment.sql.result_types import decimal_of, is_decimal, quoted
from enrichment.sql.syntax_check import RefusedExpression, nodes

_MOST_DIVISIONS: Final = 8
"""Each names its operands twice: n of them nested make 2^n copies of the innermost."""
_SHORT: Final = 18
"""Digits of a decimal that DuckDB keeps in 64 bits."""
_OF_ONE_TYPE: Final = ("greatest", "least", "list_value", "%", "mod", "nullif")
_Place = tuple[Any, Any]
"""A list or dictionary, and where in it a syntax node is."""


class ExactDecimals:
    """Rewrites one syntax tree; `columns` gives DuckDB types."""

    def __init__(self, engine: LockedDuckDB, tree: Node, columns: Mapping[str, str]) -> None:
        self._engine = engine
        self._tree = tree
        typed = [f"CAST(NULL AS {kind}) AS {quoted(name)}" for name, kind in columns.items()]
        self._row = f"(SELECT {', '.join(typed) or '1'})"

    def rewrite(self, root: Node) -> None:
        """In place. Raises RefusedExpression, and SqlError where types do not go together."""
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
        """The expression's SQL, in parentheses."""
        [statement] = self._tree["statements"]
        select = {**statement, "node": {**statement["node"], "select_list": [node]}}
        sql = self._engine.unparse({**self._tree, "statements": [select]})
        return f"({sql.removeprefix('SELECT ')})"

    def type(self, sql: str) -> str:
        """DuckDB's type of an expression over the columns."""
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
        quotient = self._parsed(exact_quotient(left, left_type, right, right_type))
        node.clear()
        node.update(quotient)

    def _multiply(self, node: Node) -> None:
        """Widen one factor beyond 18 digits, so that DuckDB takes 38 for the product."""
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
        """Give decimals that meet the same digits: the most that any has after the point."""
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
    """The operands that DuckDB gives one common type."""
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
