"""Check that a syntax tree is a harmless expression over one row, the same on every run."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from csvgate.contracts.reading.mistakes import closest
from csvgate.enrichment.sql.allowed_functions import FUNCTIONS
from csvgate.enrichment.sql.process.engine import Node
from csvgate.enrichment.sql.refusal import RefusedExpression

_CLASSES: Final = (
    *("COLUMN_REF", "CONSTANT", "FUNCTION", "OPERATOR", "CAST"),
    *("COMPARISON", "CONJUNCTION", "CASE", "BETWEEN", "TYPE"),
)
_FORBIDDEN: Final = {
    "SUBQUERY": "a subquery: an expression sees one row; use a lookup",
    "WINDOW": "a window function: an expression sees one row",
    "PARAMETER": "a parameter: there is nothing to fill it with",
    "POSITIONAL_REFERENCE": "a column by its number: use its name",
    "STAR": "*: name the columns",
    "LAMBDA": "a lambda or ->: write json_extract(…) for JSON",
    "COLLATE": "a collation",
}
_OPERATORS: Final = (
    "OPERATOR_NOT",
    "OPERATOR_IS_NULL",
    "OPERATOR_IS_NOT_NULL",
    "OPERATOR_COALESCE",
    "OPERATOR_TRY",
    "COMPARE_IN",
    "COMPARE_NOT_IN",
    "ARRAY_EXTRACT",
    "ARRAY_SLICE",
)
_CLOCKS: Final = (
    "current_date",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
)
_TYPES: Final = frozenset(
    (
        *("boolean", "bool", "varchar", "string", "text", "char", "bpchar", "json", "uuid"),
        *("tinyint", "smallint", "integer", "int", "bigint", "int64", "hugeint"),
        *("utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"),
        *("float", "real", "double", "float64", "decimal", "numeric", "bignumeric"),
        *("blob", "bytes", "bytea", "date", "time", "datetime", "timestamp", "interval"),
        *("timestamp with time zone", "timestamptz", "time with time zone", "list"),
    )
)
"""Types that a value can be cast to, as DuckDB's parser spells them, and lists of such types. Deep
values crash a cast to others, such as VARIANT."""
_WIDEST: Final = 1_000
"""The most characters to pad a string to; a billion would exhaust the function's memory."""


def check(root: Node, columns: Mapping[str, str | None]) -> set[str]:
    """Return the columns that the expression uses, as `columns` spells them. Raises
    RefusedExpression."""
    spelled = {name.lower(): name for name in columns}
    used = set()
    # Outermost first, so that a subquery is refused as a subquery, not for what it contains.
    for node in reversed([*nodes(root)]):
        _check_node(node)
        if node["class"] == "COLUMN_REF":
            used.add(_column(node, spelled))
    unusable = [name for name in columns if name in used and columns[name] is None]
    if unusable:
        raise RefusedExpression(
            f"uses {', '.join(unusable)}, wider than the 38 digits an expression can compute with: "
            "declare BIGNUMERIC(38, …) or narrower"
        )
    return used


def nodes(node: Node) -> Iterator[Node]:
    """Yield an expression and all expressions in it, innermost first."""
    for child in children(node):
        yield from nodes(child)
    yield node


def children(node: Any) -> Iterator[Node]:
    """Yield the expressions directly inside an expression, or inside any part of it."""
    for value in node.values() if isinstance(node, dict) else node:
        if isinstance(value, dict) and "class" in value:
            yield value
        elif isinstance(value, dict | list):
            yield from children(value)


def _check_node(node: Node) -> None:
    kind = node["class"]
    if kind not in _CLASSES:
        raise RefusedExpression(f"uses {_FORBIDDEN.get(kind, kind.lower())}")
    if kind == "OPERATOR" and node["type"] not in _OPERATORS:
        raise RefusedExpression(f"uses {node['type'].lower()}")
    if kind == "FUNCTION":
        _check_function(node)
    if kind == "TYPE" and (node["type_name"].lower() not in _TYPES or node["schema"]):
        raise RefusedExpression(
            f"casts to {node['type_name']}, which is not among the types of BigQuery's columns"
        )
    if kind == "TYPE" and node["type_name"].upper() == "DECIMAL" and not node["children"]:
        # DuckDB would read it as DECIMAL(18,3) and silently round to three digits.
        raise RefusedExpression("casts to a NUMERIC without digits: write NUMERIC(38, 9)")


def _check_function(node: Node) -> None:
    name = node["function_name"].lower()
    if name not in FUNCTIONS or node["schema"] or node["catalog"]:
        raise RefusedExpression(
            f"calls {name}, which is not among the functions of one row that give the same result "
            "on every run (aggregates, clocks, random numbers and files are not)"
        )
    if node["distinct"] or node["filter"] or node["order_bys"]["orders"]:
        raise RefusedExpression(f"calls {name} as an aggregate: an expression sees one row")
    if name in ("lpad", "rpad"):
        literals = [a["expression"].get("literal", {}).get("text", "") for a in node["arguments"]]
        if len(literals) < 2 or not literals[1].isdigit() or int(literals[1]) > _WIDEST:
            raise RefusedExpression(
                f"calls {name} with a width that is not a literal number up to {_WIDEST}"
            )


def _unknown(name: str, columns: Iterable[str]) -> RefusedExpression:
    known = [*columns]
    if near := closest(name, known):
        hint = f"did you mean `{near}`?"
    else:
        hint = f"the columns are {', '.join(known)}"
    refused = RefusedExpression(f"uses an unknown column {name}; {hint}")
    refused.unknown = name
    return refused


def _column(node: Node, spelled: Mapping[str, str]) -> str:
    *qualifiers, last = node["column_names"]
    name = last.lower()
    if qualifiers:
        raise RefusedExpression(
            f"uses {'.'.join(node['column_names'])}: write the column's name alone"
        )
    if name not in spelled:
        if name in _CLOCKS:
            raise RefusedExpression(f"uses {name}, which differs from one run to the next")
        raise _unknown(last, spelled.values())
    return spelled[name]
