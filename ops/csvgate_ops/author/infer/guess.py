"""Drafts a contract from a sample: its encoding, its table, and its columns."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from csvgate.contracts.encoding_names import codec_name
from csvgate.contracts.header_labels import clean, fold
from csvgate.csv.signatures import json_signature
from csvgate.validation.faults import FileFault
from csvgate_ops.author.check.output import Unusable
from csvgate_ops.author.infer.columns.columns import guess_columns
from csvgate_ops.author.infer.contract.draft import Column, Draft
from csvgate_ops.author.infer.contract.naming import column_names, identify_columns, match
from csvgate_ops.author.infer.file.binary import require_text
from csvgate_ops.author.infer.file.dialect.choose import declared_delimiter, find_table
from csvgate_ops.author.infer.file.dialect.delimiters import DELIMITERS
from csvgate_ops.author.infer.file.encoding import guess_encoding
from csvgate_ops.author.infer.file.footer import escaped
from csvgate_ops.author.infer.file.layout import Layout, lay_out
from csvgate_ops.author.infer.file.quotes import quotes_distinguish
from csvgate_ops.author.infer.file.rows import is_sound
from csvgate_ops.author.infer.file.sample import Sample, utf8_text
from csvgate_ops.author.infer.file.table import Table
from csvgate_ops.author.infer.file.traps import require_columns
from csvgate_ops.text import printable

_MANY_LINES: Final = 3
_EITHER_ORDER: Final = "every value could also be"
"""A part of the comment that timestamps.py writes."""
_JAPANESE: Final = ("shift_jis", "euc-jp")
_KANA: Final = re.compile("[\u3041-\u30ff]")
_SEARCHED: Final = 200
"""Rows that are searched for kana."""
_PATTERN: Final = 40
"""Characters of the header's line that the pattern for it has."""


def guess(sample: Sample, file: Path | None, dataset: str, most_rows: int) -> Draft:
    """Raises Unusable when there is not one certain table, and FileFault when the sample is not a
    CSV file."""
    encoding = guess_encoding(sample.data)
    if codec_name(encoding.encoding) is None:
        raise Unusable(
            f"the file seems to be in {encoding.encoding}, which csvgate does not read. Save it as "
            "UTF-8"
        )
    try:
        text = utf8_text(sample.data, encoding.encoding)
    except FileFault as error:
        if error.fault.code == "file.text_truncated":
            require_text(sample.data, encoding.encoding)
        raise
    if found := json_signature(text):
        raise FileFault("file.not_csv", found.message)
    require_text(sample.data, encoding.encoding)
    delimiter, skipped = declared_delimiter(text)
    line = 2 if skipped else 1
    text = text[skipped:]
    table = find_table(text, delimiter, line)
    if not table.rows:
        raise FileFault("file.empty", "the file is empty or has only blank lines; check the export")
    require_columns(table, DELIMITERS)
    whole = Sample(text, sample.complete)
    draft, _ = draft_table(whole, table, line, file, dataset, most_rows, encoding.encoding)
    draft.encoding_note = encoding.note
    draft.remarks[:0] = filter(None, [encoding.remark])
    return draft


def draft_table(
    sample: Sample,
    table: Table,
    line: int,
    file: Path | None,
    dataset: str,
    most_rows: int,
    encoding: str = "utf-8",
) -> tuple[Draft, Layout]:
    """Return the draft for a table in a UTF-8 text that begins with the given line, and how the
    text is divided. `encoding` is that of the file. Raises Unusable when the table is not
    certain."""
    layout = lay_out(sample.data, table, line, most_rows, whole=sample.complete)
    draft = _draft(layout, file, dataset, encoding)
    draft.complete = sample.complete and layout.complete
    draft.remarks = [*_about(layout), *layout.remarks, *_uncertain(draft)]
    return draft, layout


def _draft(layout: Layout, file: Path | None, dataset: str, encoding: str) -> Draft:
    width, found = layout.table.width, layout.header
    labels: Sequence[str] = found.labels or [""] * width
    usable = identify_columns(labels) and is_sound(tuple(labels), width)
    if layout.table.trailing and not fold(labels[-1]):
        usable = False  # a blank label at the end counts as a trailing delimiter
    header = bool(found.rows) and usable and not found.by_position
    preamble, rows = layout.preamble_lines, layout.rows
    by_position = bool(found.labels) and not header
    if by_position and layout.read:
        # Lines of a skipped header must be followed by a row.
        preamble = layout.header_end
    elif by_position and is_sound(tuple(labels), width):
        rows = [tuple(labels)]
    japanese = encoding in _JAPANESE or _has_kana(labels, rows)
    columns = _columns(labels, rows, layout, header=header, japanese=japanese)
    framed = header and _is_framed(labels, rows, layout)
    return Draft(
        dataset,
        match(dataset, file),
        encoding,
        layout.table.shape,
        columns[1:] if framed else columns,
        header=header,
        header_rows=found.rows,
        framed=framed,
        quoted_missing=not quotes_distinguish(layout.text, layout.table, columns),
        trailing_delimiter=layout.table.trailing,
        short_rows=layout.table.short,
        preamble_lines=preamble,
        preamble_until=_until(layout) if header else None,
        footer_lines=layout.footer.lines,
        footer_from=layout.footer.pattern,
        rows=layout.read + (by_position and not layout.read),
        complete=layout.complete,
        by_position=by_position,
        why_by_position=found.by_position,
        dialect_note="" if found.labels else "guessed: no header",
    )


def _is_framed(labels: Sequence[str], rows: Sequence[Sequence[str]], layout: Layout) -> bool:
    """Return whether each line begins with the delimiter, as in tables that programs draw."""
    return (
        layout.table.shape.delimiter == "|"
        and len(labels) > 2
        and not fold(labels[0])
        and not any(row[0].strip() for row in rows)
    )


def _until(layout: Layout) -> str | None:
    """Return a pattern for the line of the header, if there are so many lines before it that their
    number may vary between files."""
    if layout.preamble_lines < _MANY_LINES:
        return None
    table = layout.table
    first = next(row for row in table.rows if row.line == layout.preamble_lines + 1)
    start = first.text.splitlines()[0][:_PATTERN]
    if any(row.text.startswith(start) for row in table.rows if row.line < first.line):
        return None
    return "^" + escaped(start)


def _columns(
    labels: Sequence[str],
    rows: Sequence[Sequence[str]],
    layout: Layout,
    *,
    header: bool,
    japanese: bool,
) -> list[Column]:
    names = column_names(layout.header.names or labels, japanese=japanese)
    columns = guess_columns(names, rows, layout.table.shape)
    for column, label in zip(columns, labels, strict=True):
        # A blank label is declared as the empty text, whatever spaces it has.
        column.label = clean(label) if fold(label) else ""
        column.labelled = header and not fold(label)
        if label and label != column.name and not header:
            column.notes.insert(0, f"the header says '{printable(label.strip())}'")
    return columns


def _has_kana(labels: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return whether kana occur: Japanese writes words in Chinese characters, too."""
    return any(_KANA.search(text) for row in (labels, *rows[:_SEARCHED]) for text in row)


def _uncertain(draft: Draft) -> list[str]:
    """Return a sentence about dates that would silently be others if their order is guessed
    wrong."""
    names = [c.name for c in draft.columns if any(_EITHER_ORDER in note for note in c.notes)]
    if not names:
        return []
    return [
        f"Dates of {', '.join(names)} could have the day or the month first, and no value decides: "
        "look at its format."
    ]


def _about(layout: Layout) -> list[str]:
    """Return what was found around the table, as sentences."""
    found = []
    if layout.skipped:
        lines = layout.preamble_lines
        which = "line 1 is skipped:" if lines == 1 else f"lines 1 to {lines} are skipped, up to"
        found.append(f"Before the table, {which} {printable(layout.skipped)!r}")
    if layout.footer.lines:
        lines = layout.footer.lines
        which = "the last line is" if lines == 1 else f"the last {lines} lines are"
        text = printable(layout.footer.text)[:60]
        found.append(f"After the table, {which} skipped: {text!r}")
    return found
