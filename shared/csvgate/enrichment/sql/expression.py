"""Compile one scalar SQL expression over a row: parse it, check it, make it exact.

DuckDB's own parser reads it. Every node of the syntax tree must be of a kind that is known to be
harmless and to give the same result on every run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from csvgate.enrichment.sql.bounds import bounded
from csvgate.enrichment.sql.exact_decimals import ExactDecimals
from csvgate.enrichment.sql.growth import Size
from csvgate.enrichment.sql.process.engine import Engine, Node
from csvgate.enrichment.sql.process.engine_errors import EngineCrashed, EngineTooSlow, SqlError
from csvgate.enrichment.sql.refusal import RefusedExpression
from csvgate.enrichment.sql.syntax_check import check

_MOST_CHARACTERS: Final = 4_000


@dataclass(frozen=True, slots=True)
class Expression:
    sql: str
    columns: tuple[str, ...]
    """The columns it uses, in the schema's spelling and order."""
    type: str
    """DuckDB's type of the result."""
    size: Size
    """At most how long a value is."""


def compile_expression(
    text: str,
    columns: Mapping[str, str | None],
    sizes: Mapping[str, Size],
    engine: Engine,
) -> Expression:
    """Compile the expression. `columns` gives DuckDB types by name, None for a column that DuckDB
    cannot hold; `sizes` how long their values can be. Raises RefusedExpression."""
    try:
        return _compile(text, columns, sizes, engine)
    except (EngineCrashed, EngineTooSlow):
        raise RefusedExpression("makes DuckDB crash or hang before it sees a row") from None


def _compile(
    text: str,
    columns: Mapping[str, str | None],
    sizes: Mapping[str, Size],
    engine: Engine,
) -> Expression:
    tree = _parse(text, engine)
    root = tree["statements"][0]["node"]["select_list"][0]
    try:
        used = check(root, columns)
        known = {name: kind for name in columns if name in used and (kind := columns[name])}
        size = bounded(root, {name.lower(): sizes[name] for name in used})
        exact = ExactDecimals(engine, tree, known)
        exact.rewrite(root)
        sql = exact.text(root)
        return Expression(sql, tuple(known), exact.type(sql), size)
    except RecursionError:
        raise RefusedExpression("is nested too deeply") from None
    except SqlError as error:
        raise RefusedExpression(f"is refused by DuckDB: {error}") from None


def _parse(text: str, engine: Engine) -> Node:
    if len(text) > _MOST_CHARACTERS:
        raise RefusedExpression(f"is longer than {_MOST_CHARACTERS:,} characters")
    try:
        # The line end closes a comment, so that it cannot hide the parenthesis.
        tree = engine.parse(f"SELECT ({text}\n)")
        plain = engine.parse("SELECT (1)")
    except (SqlError, RecursionError, ValueError):
        raise RefusedExpression("cannot be read as SQL, or is nested too deeply") from None
    if tree["error"]:
        raise RefusedExpression(f"cannot be read as SQL: {_syntax_error(text, tree)}")
    if _frame(tree) != _frame(plain):
        raise RefusedExpression("is more than one expression: no FROM, no second statement")
    return tree


def _syntax_error(text: str, tree: Node) -> str:
    if tree.get("position") == str(len(f"SELECT ({text}\n".encode())):
        # It would name the parenthesis, which is not in the contract.
        return "it ends before it is complete"
    return str(tree["error_message"])


def _frame(tree: Node) -> Any:
    """Return the statement without the expression: equal for any two SELECTs of one bare
    expression."""

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            skipped = ("query_location", "query_location_length", "select_list", "named_param_map")
            return {k: bare(v) for k, v in value.items() if k not in skipped}
        return [bare(v) for v in value] if isinstance(value, list) else value

    lists = [len(s["node"].get("select_list", ())) for s in tree["statements"]]
    return lists, bare(tree)
