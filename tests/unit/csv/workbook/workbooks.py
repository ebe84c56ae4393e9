"""Workbooks for tests: written by openpyxl, or part by part for hostile ones."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from openpyxl import Workbook as Written

from csvgate.contracts.model import Contract
from csvgate.csv.compression import decompress
from csvgate.csv.workbook import Workbook
from csvgate.validation.batch import Batch
from csvgate.validation.validate import validate
from unit.protocol.orders import orders

NUMBERS = ("amount", "quantity")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Any]]], formats: Mapping[str, str] | None = None
) -> bytes:
    """Return a workbook of these rows. `formats` are number formats by cell of the first sheet."""
    written = Written()
    written.remove(written.worksheets[0])
    for name, rows in sheets.items():
        sheet = written.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for place, code in (formats or {}).items():
        written.worksheets[0][place].number_format = code
    return saved(written)


def saved(written: Written) -> bytes:
    sink = io.BytesIO()
    written.save(sink)
    return sink.getvalue()


def orders_sheet(valid: int, bad: int) -> bytes:
    """The rows of `orders` below a title and a blank row, with numbers as numbers."""
    lines = csv.DictReader(io.StringIO(orders(valid, bad).decode()))
    labels = list(lines.fieldnames or ())
    rows = [
        [
            float(line[name]) if name in NUMBERS and line[name] != "twelve" else line[name]
            for name in labels
        ]
        for line in lines
    ]
    return workbook({"Orders": [labels, [], *rows]})


def parts(sheet: str, texts: str | None = None, **others: str | bytes) -> bytes:
    """Return a workbook whose sheet has this XML in it, and these XML parts. A name in `others` is
    that of a part without its ending, whose content replaces it. Without `styles`, there are
    none."""
    styles = f'<Relationship Id="rId3" Type="{_LINKS}/styles" Target="styles.xml"/>'
    found: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>'
        '<sheet name="Orders" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": "<Relationships>"
        f'<Relationship Id="rId1" Type="{_LINKS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_LINKS}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        f"{styles if 'styles' in others else ''}</Relationships>",
        "xl/sharedStrings.xml": texts or f'<sst xmlns="{_MAIN}"><si><t>name</t></si></sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}">{sheet}</worksheet>',
    }
    found |= {f"xl/{name}.xml": content for name, content in others.items()}
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return sink.getvalue()


def csv_of(data: bytes, rules: Contract) -> str:
    """Return the CSV that a workbook becomes, without its byte order mark."""
    return b"".join(decompress([data], workbook=Workbook(rules))).decode("utf-8-sig")


def batches(data: bytes, rules: Contract, **options: Any) -> list[Batch]:
    """Read a workbook as the function does."""
    book = Workbook(rules)
    pieces = decompress([data], workbook=book)
    return list(book.engine(pieces, partial(validate, **options)))
