"""Writes a draft as YAML that is easy to edit: one field per line, with comments for guesses."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from csvgate.csv.decoding import displayable
from csvgate_ops.author.infer.contract.draft import Column, Draft
from csvgate_ops.text import display_width, printable

_UNQUOTED: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_RESERVED: Final = frozenset(["true", "false", "null", "yes", "no", "on", "off", "y", "n"])
"""Words that are not strings in YAML 1.1, which many editors still use."""
UNUSABLE_LABELS: Final = "labels of the header are blank, repeated, damaged or reserved"
"""Why labels do not identify columns."""
_ALIGNED: Final = 120
_SHORT: Final = 60
"""Comments are aligned beside lines up to this width: of fields, and of other properties."""

Value = None | bool | int | float | str | Sequence["Value"] | Mapping[str, "Value"]


def yaml_text(draft: Draft) -> str:
    """Return the YAML text. Strings that YAML could read as another type are quoted."""
    head = [
        (f"dataset: {flow(draft.dataset)}", ""),
        (f"match: {flow(draft.match)}", "the names of objects in the uploads bucket"),
        (f"encoding: {flow(draft.encoding)}", draft.encoding_note),
        (f"dialect: {flow(_dialect(draft))}", _dialect_note(draft)),
    ]
    table = draft.dataset.replace("-", "_")
    tail = [
        (f"destination: {flow({'dataset': 'uploads', 'table': table})}", _partition(draft)),
        (
            f"limits: {flow({'rejected_rate': 1.0})}",
            "0.2: refuse files with over 20% rejected rows",
        ),
        (f"notify: {flow({'completed': [], 'rejected': [], 'failed': []})}", "email addresses"),
    ]
    fields = [
        (f"    - {flow(_field(c, header=draft.header))}", "; ".join(c.notes)) for c in draft.columns
    ]
    lines = [
        f"# {printable(draft.origin)}",
        *_commented(head, _SHORT),
        "schema:",
        '  missingValues: [""]',
        *_extra_columns(draft),
        "  fields:",
        *_commented(fields, _ALIGNED),
        *_commented(tail, _SHORT),
    ]
    return "\n".join(lines) + "\n"


def _commented(lines: Sequence[tuple[str, str]], most: int) -> Iterator[str]:
    widths = [display_width(text) for text, note in lines if note and display_width(text) <= most]
    column = max(widths, default=0)
    for text, note in lines:
        space = " " * max(column - display_width(text), 0)
        yield f"{text}{space}  # {printable(note)}" if note else text


def _dialect(draft: Draft) -> Mapping[str, Value]:
    shape = draft.shape
    dialect: dict[str, Value] = {
        "delimiter": shape.delimiter,
        "quoteChar": shape.quote_char,
        "doubleQuote": shape.escape_char is None,
    }
    if shape.escape_char:
        dialect["escapeChar"] = shape.escape_char
    if shape.skip_initial_space:
        dialect["skipInitialSpace"] = True
    if not draft.quoted_missing:
        dialect["quotedMissing"] = False
    if shape.comment_char:
        dialect["commentChar"] = shape.comment_char
    if shape.formula_text:
        dialect["formulaText"] = True
    if draft.sheet_name is not None:
        dialect["sheetName"] = draft.sheet_name
    dialect["header"] = draft.header
    if draft.header and draft.header_rows > 1:
        dialect["headerRows"] = list(range(1, draft.header_rows + 1))
    if draft.trailing_delimiter:
        dialect["trailingDelimiter"] = True
    if draft.short_rows:
        dialect["shortRows"] = "pad"
    if draft.preamble_until:
        dialect["preambleUntil"] = draft.preamble_until
    elif draft.preamble_lines:
        dialect["preambleLines"] = draft.preamble_lines
    if draft.footer_from:
        dialect["footerFrom"] = draft.footer_from
    elif draft.footer_lines:
        dialect["footerLines"] = draft.footer_lines
    return dialect


def _dialect_note(draft: Draft) -> str:
    if draft.by_position and draft.preamble_lines:
        return f"columns by position, because {draft.why_by_position or UNUSABLE_LABELS}"
    if not draft.header and any(column.label for column in draft.columns):
        return "guessed: the only line is a row; if it is the header, add preambleLines: 1"
    if not draft.quoted_missing and not draft.dialect_note:
        return 'guessed: "" is an empty text, and only a cell without quotes is missing'
    return draft.dialect_note


def _extra_columns(draft: Draft) -> Iterator[str]:
    if draft.framed:
        delimiter = draft.shape.delimiter
        yield f"  extraColumns: ignore  # the empty cell before the {delimiter} at the beginning"


def _partition(draft: Draft) -> str:
    for column in draft.columns:
        if column.required and column.bigquery in ("TIMESTAMP", "DATETIME", "DATE"):
            return f"consider partition_by: {column.name}"
    return ""


def _field(column: Column, *, header: bool) -> Mapping[str, Value]:
    constraints: dict[str, Value] = {
        "required": column.required or None,
        "unique": column.unique or None,
        "minimum": column.minimum,
        "enum": column.enum,
    }
    given: dict[str, Value] = {
        "name": column.name,
        "label": column.label if header and column.renamed else None,
        "title": _title(column) if not header else None,
        "type": column.type,
        "format": column.format,
        "language": column.language,
        "bigquery": column.bigquery,
        "delimiter": column.delimiter,
        "itemType": column.item_type,
        "decimalChar": column.decimal_char,
        "groupChar": column.group_char,
        "affixes": column.affixes,
        "negative": column.negative,
        "wholeDecimals": column.whole_decimals or None,
        "trim": column.trim or None,
        "trueValues": column.true_values,
        "falseValues": column.false_values,
        "missingValues": column.missing_values,
        "constraints": {k: v for k, v in constraints.items() if v is not None} or None,
        "sensitive": column.sensitive or None,
    }
    return {name: value for name, value in given.items() if value is not None}


def _title(column: Column) -> str | None:
    """Return the label of a column that is read by position, without bytes that are not text."""
    return displayable(column.label) if column.renamed and column.label.strip() else None


def flow(value: Value) -> str:
    """Return a value in YAML's flow style, on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _scalar(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(flow, value)) + "]"
    return str(value)


def _scalar(text: str) -> str:
    if _UNQUOTED.fullmatch(text) and text.casefold() not in _RESERVED:
        return text
    if text == '"':
        return "'\"'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char == "\t":
        return "\\t"
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    code = ord(char)
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )
