"""docs/faults.md, made from the list of codes.

python -m csvgate.validation.docs > docs/faults.md
"""

import json
import sys
from collections.abc import Iterator
from typing import Final

from csvgate.csv.compression import decompress
from csvgate.references.keys import key_sets
from csvgate.text import shorten
from csvgate.validation.codes import CODES, Code
from csvgate.validation.examples import EXAMPLES, Example
from csvgate.validation.faults import Fault, FileFault
from csvgate.validation.validate import validate

_GROUPS: Final = {
    "file": ("The file", "The file as a whole cannot be loaded. None of its rows is."),
    "header": ("The header", "The file as a whole cannot be loaded. None of its rows is."),
    "correction": (
        "A mended reject file",
        "Of the file as a whole, or of a row that is not loaded.",
    ),
    "row": ("The row", "The row has no cells that could be checked."),
    "encoding": ("The cell", "A row is told all the faults of all its cells at once."),
    "bigquery": ("The column", "The value would be an error in BigQuery, or be changed by it."),
}

_SHOWN_CHARACTERS: Final = 120


def faults_page() -> str:
    """The page's Markdown."""
    return "\n".join(_lines())


def faults_of(example: Example) -> list[Fault]:
    """What the engine says about an example."""
    contract = example.contract()
    texts = {name: text.encode() for name, text in example.references.items()}
    try:
        pieces = decompress([example.data], max_bytes=contract.limits.max_bytes)
        batches = list(validate(pieces, contract, references=key_sets(contract, texts)))
    except FileFault as error:
        return [error.fault]
    return [fault for batch in batches for row in batch.rejected for fault in row.faults]


def _lines() -> Iterator[str]:
    yield "# Faults"
    yield ""
    yield (
        "A fault has a line (as an editor counts them, from 1), a column where there is one, a "
        "code, the value and a message. Codes are stable. This page is made from the code's own "
        "list (`make docs`), and every message in it comes from running the example."
    )
    for code in CODES.values():
        prefix = code.code.split(".")[0]
        if prefix in _GROUPS and code.code == _first_of(prefix):
            title, words = _GROUPS[prefix]
            yield from ("", f"## {title}", "", words)
        yield from _entry(code)
    yield ""


def _first_of(prefix: str) -> str:
    return next(code for code in CODES if code.startswith(f"{prefix}."))


def _entry(code: Code) -> Iterator[str]:
    yield from ("", f"### `{code.code}`", "", f"**{code.title}.** {code.meaning}")
    if code.code not in EXAMPLES:
        return
    example = EXAMPLES[code.code]
    fields = ", ".join(json.dumps(field) for field in example.fields)
    schema = "".join(f", {json.dumps(name)}: {json.dumps(v)}" for name, v in example.schema.items())
    rest = "".join(f"{name}: {json.dumps(v)}, " for name, v in example.rest.items())
    yield from ("", f"`{rest}schema: {{fields: [{fields}]{schema}}}`", "", "```csv")
    yield from _shown(example.data)
    yield "```"
    for name, reference in example.references.items():
        yield from ("", f"with the reference `{name}`", "", "```csv")
        yield from _shown(reference.encode())
        yield "```"
    for fault in faults_of(example):
        where = f"line {fault.line}" + (f", column `{fault.column}`" if fault.column else "")
        yield from ("", f"> {where}: {fault.message}")


def _shown(data: bytes) -> list[str]:
    encoding = "ascii" if data.startswith(b"\x1f\x8b") else "utf-8"
    text = data.decode(encoding, "backslashreplace")
    return [
        "".join(
            char if char.isprintable() else f"\\x{ord(char):02x}"
            for char in shorten(line, _SHOWN_CHARACTERS)
        )
        for line in text.split("\n")
        if line
    ]


if __name__ == "__main__":
    sys.stdout.write(faults_page())
