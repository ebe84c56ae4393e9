"""Generates docs/faults.md from the list of codes and the faults of the examples.

python -m csvgate.validation.docs > docs/faults.md
"""

import json
import sys
from collections.abc import Iterator
from functools import partial
from typing import Final

from csvgate.csv.compression import HEAD_BYTES, decompress
from csvgate.csv.compression.kinds import kind_of
from csvgate.csv.compression.zip_member import WORKBOOK
from csvgate.csv.workbook import Workbook
from csvgate.enrichment.judging.plan import prepare
from csvgate.enrichment.judging.row_judge import RowJudge
from csvgate.references.keys import key_sets
from csvgate.text import shorten
from csvgate.totals.file_totals import FileTotals
from csvgate.validation.codes import CODES, Code
from csvgate.validation.examples import EXAMPLES, Example
from csvgate.validation.faults import Fault, FileFault
from csvgate.validation.validate import validate

_GROUPS: Final = {
    "file": ("The file", "The file cannot be loaded as a whole: none of its rows is loaded."),
    "header": ("The header", "The file cannot be loaded as a whole: none of its rows is loaded."),
    "correction": (
        "A corrected reject file",
        "These faults concern the corrected file as a whole, or a row of it that is not loaded.",
    ),
    "row": (
        "The row",
        "The row is rejected without checking its cells, because they cannot be separated.",
    ),
    "encoding": ("The cell", "The row is rejected, with all the faults of all its cells."),
    "bigquery": ("The column", "BigQuery would refuse the value, or change it."),
    "derive": (
        "The contract's expressions",
        "The row is rejected because of what `derive` or `checks` compute from its values. Rows "
        "with other faults are not computed.",
    ),
}

_MAX_CHARACTERS: Final = 120


def faults_page() -> str:
    """Return the page as Markdown."""
    return "\n".join(_lines())


def faults_of(example: Example) -> list[Fault]:
    """Return the faults that the engine reports for an example."""
    contract = example.contract()
    strings = {name: text.encode() for name, text in example.references.items()}
    try:
        workbook = Workbook(contract)
        pieces = decompress(
            [example.data],
            max_bytes=contract.limits.max_bytes,
            member=contract.member,
            workbook=workbook,
        )
        totals = FileTotals(contract) if contract.totals else None
        engine = partial(
            validate,
            references=key_sets(contract, strings),
            judge=RowJudge(prepare(contract, strings.__getitem__)),
            footer=totals.footer if totals else None,
        )
        batches = list(workbook.engine(pieces, engine))
        if totals is not None:
            for batch in batches:
                totals.add(batch)
            totals.footer.extend(workbook.footer)
            totals.compare()
    except FileFault as error:
        return [error.fault]
    return [fault for batch in batches for row in batch.rejected for fault in row.faults]


def _lines() -> Iterator[str]:
    yield "# Faults"
    yield ""
    yield (
        "A fault has a line (counted from 1, as editors do), a column if it concerns one, a stable "
        "code, the value, and a message. This page is generated from the source code (`make "
        "docs`). Each example shows part of a contract, a file, and the message that csvgate "
        "reports for it."
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
    properties = "".join(f"{name}: {json.dumps(v)}, " for name, v in example.properties.items())
    yield from ("", f"`{properties}schema: {{fields: [{fields}]{schema}}}`", "")
    if kind := kind_of(example.data[:HEAD_BYTES]):
        name = "Excel workbook" if WORKBOOK.encode() in example.data else kind.name
        yield f"A file of {len(example.data):,} bytes ({name})."
    else:
        yield from ("```csv", *_shown(example.data), "```")
    for name, reference in example.references.items():
        yield from ("", f"with this reference `{name}`:", "", "```csv")
        yield from _shown(reference.encode())
        yield "```"
    for fault in faults_of(example):
        where = f"line {fault.line}" + (f", column `{fault.column}`" if fault.column else "")
        yield from ("", f"> {where}: {fault.message}")


def _shown(data: bytes) -> list[str]:
    text = data.decode("utf-8", "backslashreplace")
    return [
        "".join(
            char if char.isprintable() else f"\\x{ord(char):02x}"
            for char in shorten(line, _MAX_CHARACTERS)
        )
        for line in text.split("\n")
        if line
    ]


if __name__ == "__main__":
    sys.stdout.write(faults_page())
