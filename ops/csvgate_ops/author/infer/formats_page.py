"""Makes docs/formats.md from the table of the small files in tests/files."""

import tomllib
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Final

_TITLES: Final = {
    "header": "Headers",
    "table": "What surrounds the table, and its shape",
    "dialect": "Delimiters, quotes and escapes",
    "numbers": "Numbers",
    "dates": "Dates and times",
    "columns": "Other columns",
    "encodings": "Encodings",
    "workbooks": "Excel workbooks",
    "workbook_cells": "Cells of Excel workbooks",
    "not_csv": "Files that are not CSV",
}
_OF_COLUMNS: Final = ("numbers", "dates", "columns", "workbook_cells")
_INTRODUCTION: Final = """\
# Formats of files

What csvgate makes of the files that people have. Each row of the tables is a small file in
[tests/files](../tests/files), which the tests infer and check; they build the workbooks from
text files. The whole contract of each file is in [expected.toml](../tests/files/expected.toml),
from which `make docs` generates this page.

`csvgate infer` writes the properties that a table names, apart from `totals`, and
[contracts.md](contracts.md) explains them. *Refused* means that infer writes no contract and says
why, with a remedy.

## What must be declared

A sample does not show these properties, or not for certain. Write them into the contract that infer
has drafted:

| you know that | write |
|---|---|
| times without a time zone are those of a place | `timezone: Europe/Berlin` |
| 5 % should be 0.05 | `percentAsFraction: true` |
| `""` is an empty text, and only a cell without quotes is missing | `quotedMissing: false` |
| a column may be absent | `optional: true`, perhaps with a `default` |
| a column has several names | `label: [Customer, Client]` |
| there may be further columns | `extraColumns: ignore` or `rescue` |
| a cell has several values between commas | `type: list` |
| words stand for other values | `replace: {"n/v": ""}` |
| spaces around texts do not count | `trim: true` |
| the footer varies in length | `footerFrom: "^Total"` |
| the footer or a file beside it states totals | `totals: {pattern: "^Total;(?P<rows>[0-9]+)"}` |
| an archive has several files | `member: "*.csv"` |
| the sheet of a workbook has another name each month | `sheetNumber: 2` |
"""


def formats_page(table: Path) -> str:
    """Return the page for a table of files, which is a TOML document."""
    rows = tomllib.loads(table.read_text(encoding="utf-8"))
    parts = [_INTRODUCTION]
    for folder, files in groupby(rows.items(), key=lambda item: item[0].partition("/")[0]):
        about_columns = folder in _OF_COLUMNS
        lines = [f"| {row['about']} | {_made(row, about_columns)} |\n" for _, row in files]
        parts.append(f"\n## {_TITLES[folder]}\n\n| file | contract |\n|---|---|\n{''.join(lines)}")
    return "".join(parts)


def _made(row: Mapping[str, Any], about_columns: bool) -> str:
    """Return what becomes of a file, as the cell of a table: its dialect, or the columns of files
    that are `about_columns`."""
    if error := row.get("error"):
        return f"refused: {_escaped(error)} …"
    dialect, *columns = row["contract"]
    words = [f"`{_escaped(word)}`" for word in _words(dialect)]
    if about_columns:
        words = [f"`{_escaped(text)}`" for column in columns if (text := _special(column))]
    made = ", ".join(dict.fromkeys(words)) or "text" * about_columns or "as it is"
    if about_columns:
        notes = row.get("comments", {}).values()
        made += "".join(f"; comment: {_escaped(text)}" for text in notes)
    if totals := row.get("totals"):
        made += f"; `totals.pattern`: `{_escaped(totals)}`"
    if rejected := row.get("rejected"):
        made += f"; {rejected} rejected"
    return made


def _words(dialect: str) -> Iterator[str]:
    """Yield the properties of a dialect, whose values may have spaces."""
    word = ""
    for part in dialect.split(" "):
        if "=" in part and word:
            yield word
            word = part
        else:
            word = f"{word} {part}" if word else part
    if word:
        yield word


def _special(column: str) -> str:
    """Return the type of a column with its properties, or an empty text if it is a plain string."""
    if " label=" in column and " boolean" not in column:
        return ""
    _, _, rest = column.partition(" ")
    return "" if rest in ("string", "integer") else rest


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
