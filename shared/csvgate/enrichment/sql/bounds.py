"""The length of every value in an expression, by the rules of its functions.

Functions whose time or memory grows with the product of two lengths need short arguments.
"""

from collections.abc import Callable, Mapping
from typing import Final

from csvgate.enrichment.sql.allowed_functions import words
from csvgate.enrichment.sql.growth import (
    Size,
    largest,
    require_bounded,
    require_short,
    require_total,
    total,
)
from csvgate.enrichment.sql.process.engine import Node
from csvgate.enrichment.sql.refusal import RefusedExpression

_SHORT: Final = 128
"""Bytes of numbers and times as text, digests and names of days."""
_COMPARED: Final = 1_000
"""Bytes of texts that are compared character by character."""
_SOUGHT: Final = 4_000
"""Bytes of a text that is sought in another, or normalised."""
_POINTER: Final = 16
"""Bytes that DuckDB needs for an element of a list."""

# The result is a number, a truth value, a time, an interval, or a short text.
_FIXED: Final = words(
    """
    + - * / // % ** ^ ~~ !~~ ~~* !~~* & | << >> ~ ^@
    abs acos asin atan atan2 cbrt ceil ceiling cos cot degrees even exp floor gcd isfinite isinf
    isnan lcm ln log log10 log2 mod pi pow power radians round round_even sign sin sqrt tan trunc
    bit_count xor ascii bit_length char_length character_length chr contains damerau_levenshtein
    ends_with hamming instr jaccard jaro_similarity jaro_winkler_similarity length levenshtein md5
    octet_length ord position prefix regexp_full_match regexp_matches sha1 sha256 starts_with
    strlen strpos suffix unicode
    date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day
    dayname dayofmonth dayofweek dayofyear days_in_month epoch epoch_ms epoch_us hour isodow
    isoyear last_day make_date make_time make_timestamp make_timestamptz microsecond millisecond
    minute month monthname quarter second strptime time_bucket timezone to_days
    to_hours to_microseconds to_milliseconds to_minutes to_months to_quarters to_seconds
    to_timestamp to_weeks to_years try_strptime week weekday weekofyear year yearweek
    array_length json_array_length json_exists json_type json_valid len list_contains typeof
    """
)
_TIMES_FIRST: Final[Mapping[str, float]] = {
    **dict.fromkeys(
        words(
            """
            array_extract array_slice decode encode from_base64 from_hex list_extract list_slice
            left ltrim nullif regexp_extract reverse right rtrim split_part substr substring trim
            unhex url_decode json_extract json_extract_string json_value
            """
        ),
        1,
    ),
    # The longest case mapping takes 3 bytes instead of 2.
    **dict.fromkeys(("lcase", "lower", "ucase", "upper"), 1.5),
    **dict.fromkeys(("base64", "hex", "to_base64", "to_hex"), 2),
    **dict.fromkeys(("nfc_normalize", "strip_accents", "url_encode"), 3),
    **dict.fromkeys(("regexp_escape", "translate"), 4),
    # Every character may become an element.
    **dict.fromkeys(("split", "string_split"), 1 + _POINTER),
}
_SUM: Final[Mapping[str, float]] = {
    **dict.fromkeys(("||", "concat", "overlay", "list_value"), 1),
    # A control character is escaped as \\u0000.
    **dict.fromkeys(("json_array", "json_object", "to_json"), 6),
}
_BRANCHES: Final = ("greatest", "least", "if")
_OWN: Final = ("concat_ws", "lpad", "rpad", "regexp_replace", "replace", "strftime")
RULES: Final = _FIXED | _TIMES_FIRST.keys() | _SUM.keys() | set(_BRANCHES) | set(_OWN)

_COMPARING: Final = words(
    "damerau_levenshtein jaccard jaro_similarity jaro_winkler_similarity levenshtein"
)
_SEEKING: Final = words(
    """
    contains instr position strpos split split_part string_split replace translate ltrim rtrim trim
    ~~ !~~ ~~* !~~*
    """
)
_PATTERNS: Final = words("regexp_extract regexp_full_match regexp_matches regexp_replace")
_PATHS: Final = words(
    "json_array_length json_exists json_extract json_extract_string json_type json_value"
)
_CUTTING: Final = {"left": 1, "right": 1, "substr": 2, "substring": 2}
"""Which argument is the number of characters that are left."""
_TEXT_TYPES: Final = ("varchar", "string", "text", "char", "bpchar")


def bounded(root: Node, columns: Mapping[str, Size]) -> Size:
    """Return the size of a checked expression's values. `columns` gives those of its columns by
    their names in lower case. Raises RefusedExpression."""
    reader = _Reader(columns)
    size = reader.size(root)
    require_total(reader.total)
    return size


class _Reader:
    def __init__(self, columns: Mapping[str, Size]) -> None:
        self._columns = columns
        self.total = Size.of(0)

    def size(self, node: Node) -> Size:
        match node["class"]:
            case "COLUMN_REF":
                return self._columns[node["column_names"][-1].lower()]
            case "CONSTANT":
                return Size.of(len(_literal(node).encode()))
            case "FUNCTION":
                return self._made(self._function(node), f"calls {node['function_name']} for values")
            case "CAST":
                return self._made(self._cast(node), "casts to values")
            case "CASE":
                for case in node["case_checks"]:
                    self.size(case["when_expr"])
                cases = [self.size(case["then_expr"]) for case in node["case_checks"]]
                return largest([*cases, self.size(node["else_expr"])])
            case "OPERATOR":
                found = [self.size(child) for child in node["children"]]
                if node["type"] == "OPERATOR_COALESCE":
                    return largest(found)
                if node["type"] in ("OPERATOR_TRY", "ARRAY_EXTRACT", "ARRAY_SLICE"):
                    return found[0]
            case "COMPARISON":
                self.size(node["left"])
                self.size(node["right"])
            case "BETWEEN":
                for part in ("input", "lower", "upper"):
                    self.size(node[part])
            case "CONJUNCTION":
                for child in node["children"]:
                    self.size(child)
            case other:
                raise RefusedExpression(f"uses {other.lower()}")
        return Size.of(_SHORT)

    def _made(self, size: Size, what: str) -> Size:
        require_bounded(size, what)
        self.total = self.total.plus(size)
        return size

    def _cast(self, node: Node) -> Size:
        child, kind = self.size(node["child"]), node["type_expr"]["type_name"].lower()
        if kind in _TEXT_TYPES:
            # A byte may become \\x00.
            return child.times(4).plus(Size.of(_SHORT))
        if kind == "json":
            return child.times(6).plus(Size.of(_SHORT))
        if kind == "list":
            return child.times(1 + _POINTER).plus(Size.of(_POINTER))
        return child if kind in ("blob", "bytes", "bytea") else Size.of(_SHORT)

    def _function(self, node: Node) -> Size:
        name = node["function_name"].lower()
        arguments = [argument["expression"] for argument in node["arguments"]]
        sizes = [self.size(argument) for argument in arguments]
        _check_arguments(name, arguments, sizes)
        if not sizes or name in _FIXED:
            return Size.of(_SHORT)
        if name in _TIMES_FIRST:
            found = sizes[0].times(_TIMES_FIRST[name] * _paths(name, arguments))
            cut = _CUTTING.get(name, len(arguments))
            characters = _count(arguments[cut]) if cut < len(arguments) else None
            return found if characters is None else found.up_to(4 * characters)
        if name in _SUM:
            overhead = Size.of(_POINTER * len(sizes))
            return total(sizes).times(_SUM[name]).plus(overhead)
        if name in _BRANCHES:
            return largest(sizes)
        return _RULES[name](arguments, sizes)


def _check_arguments(name: str, arguments: list[Node], sizes: list[Size]) -> None:
    """Raises RefusedExpression for arguments whose product would take too much time."""
    if name in _COMPARING:
        for size in sizes:
            require_short(size, _COMPARED, name)
    if name in _SEEKING:
        for size in sizes[1:]:
            require_short(size, _SOUGHT, name)
    if name == "nfc_normalize":
        require_short(sizes[0], _SOUGHT, name)
    if name in _PATTERNS and any(a["class"] != "CONSTANT" for a in arguments[1:2]):
        raise RefusedExpression(f"calls {name} with a pattern that is not a literal")
    if name in _PATHS:
        for path in arguments[1:2]:
            _check_path(name, path)


def _check_path(name: str, path: Node) -> None:
    """Raises RefusedExpression for a path with wildcards, whose values may contain each other. A
    path that is computed could have them."""
    if path.get("function_name") == "list_value":
        for argument in path["arguments"]:
            _check_path(name, argument["expression"])
    elif path["class"] == "CONSTANT":
        if "*" in _literal(path):
            raise RefusedExpression(f"calls {name} with *, which may find values in values")
    elif path["class"] != "COLUMN_REF":
        raise RefusedExpression(f"calls {name} with a path that is neither a literal nor a column")


def _paths(name: str, arguments: list[Node]) -> int:
    """Return how many values a call extracts."""
    many = name in _PATHS and arguments[1:2] and arguments[1].get("function_name") == "list_value"
    return max(1, len(arguments[1]["arguments"])) if many else 1


def _padded(arguments: list[Node], _: list[Size]) -> Size:
    """Return the size of a padded text. `syntax_check` requires a literal width."""
    return Size.of(4 * (_count(arguments[1]) or 0))


def _joined(_: list[Node], sizes: list[Size]) -> Size:
    return total([*sizes[1:], sizes[0].times(max(0, len(sizes) - 2))])


def _replaced(arguments: list[Node], sizes: list[Size]) -> Size:
    text, sought, put = sizes
    literal = arguments[1]["class"] == "CONSTANT"
    # An empty text is not sought.
    growth = put.most / max(1, sought.most if literal else 1)
    return text.times(max(1, growth))


def _replaced_pattern(arguments: list[Node], sizes: list[Size]) -> Size:
    """Return the size of a text in which matches are replaced. A match may be empty, and the
    replacement may repeat the match and its groups."""
    text = arguments[2]
    if text["class"] != "CONSTANT":
        raise RefusedExpression("calls regexp_replace with a replacement that is not a literal")
    growth = sizes[2].most + _literal(text).count("\\") + 1
    return sizes[0].times(growth).plus(Size.of(growth))


def _formatted(_: list[Node], sizes: list[Size]) -> Size:
    """Return the size of a formatted time. DuckDB requires a literal format, one of the two
    arguments."""
    return total(sizes).times(32)


_RULES: Final[Mapping[str, Callable[[list[Node], list[Size]], Size]]] = {
    "lpad": _padded,
    "rpad": _padded,
    "concat_ws": _joined,
    "replace": _replaced,
    "regexp_replace": _replaced_pattern,
    "strftime": _formatted,
}


def _literal(node: Node) -> str:
    """Return the text of a literal; empty for NULL and the truth values."""
    text: str = (node.get("literal") or {}).get("text") or ""
    return text


def _count(node: Node) -> int | None:
    """Return a literal number that is not negative."""
    text = _literal(node) if node["class"] == "CONSTANT" else ""
    return int(text) if text.isdigit() else None
