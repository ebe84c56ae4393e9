"""Finds the character with which lines begin that are not rows: comments, and the rulers that
programs draw between the lines of a table."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from csvgate_ops.author.infer.file.dialect.search import Search, fit
from csvgate_ops.author.infer.file.header import vote
from csvgate_ops.author.infer.file.rows import Row
from csvgate_ops.author.infer.file.table import Table

_COMMENTS: Final = "#%!;*/"
_RULERS: Final = "+-="
_RULER: Final = re.compile(r"[-+=|: ]{3,}")
_FRAME: Final = (" ", "|")
"""Characters with which rows begin between rulers. A number with a sign could begin a row
otherwise, which would then be skipped."""


def without_comments(search: Search, table: Table) -> Table:
    """Return the table, or a better one in which lines with a comment character are skipped."""
    for char in _comment_chars(table):
        commented = search.table(replace(table.shape, comment_char=char))
        if fit(commented) > fit(table) and not _hides_header(table, commented):
            table = commented
    return table


def is_ruler(text: str) -> bool:
    """Return whether a line or cell has only the characters of which rulers are made."""
    return _RULER.fullmatch(text) is not None and text.strip(" |:") != ""


def _comment_chars(table: Table) -> Iterator[str]:
    """Yield the characters with which lines begin that are not rows of the table, the commonest in
    practice first."""
    strange = [row.text for row in table.rows if not table.fits(row)]
    strange += [row.text for row in table.rows[: table.first]]
    for char in _COMMENTS:
        if char not in table.shape.delimiter and any(text.startswith(char) for text in strange):
            yield char
    framed = all(row.text.startswith(_FRAME) for row in table.inside if table.fits(row))
    for char in _RULERS if framed else "":
        lines = [text for text in strange if text.startswith(char)]
        if lines and all(map(is_ruler, lines)):
            yield char


def _hides_header(table: Table, commented: Table) -> bool:
    """Return whether the last comment before the rows is the header, as in `#chrom<TAB>pos`."""
    hidden = [row for row in table.rows if row.line < commented.rows[commented.first].line]
    char = commented.shape.comment_char or ""
    if not hidden or not hidden[-1].text.startswith(char):
        return False
    labels = _uncommented(hidden[-1], char)
    rows = [c for row in commented.inside if (c := commented.cells(row))]
    if len(labels) != commented.width or not rows:
        return False
    return vote(labels, rows).score > max(vote(rows[0], rows[1:]).score, 1)


def _uncommented(row: Row, char: str) -> tuple[str, ...]:
    first, *others = row.cells or ("",)
    return (first.lstrip(char).strip(), *others)
