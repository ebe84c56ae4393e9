"""Workbooks for tests: written by openpyxl, or part by part for hostile ones."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from openpyxl import Workbook as Written
from openpyxl.writer.excel import ExcelWriter

from csvgate.contracts.model import Contract
from csvgate.csv.compression import decompress
from csvgate.csv.workbook import Workbook
from csvgate.validation.batch import Batch
from csvgate.validation.validate import validate
from unit.protocol.orders import orders

NUMBERS = ("amount", "quantity")
SAVED_AT = datetime(2026, 11, 3, 8, 30)
"""When each workbook was created and saved, so that its bytes are always the same."""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Any]]], formats: Mapping[str, str] | None = None
) -> bytes:
    """Return a workbook of these rows. `formats` are number formats by cell of the first sheet."""
    written = unsaved(sheets)
    for place, code in (formats or {}).items():
        written.worksheets[0][place].number_format = code
    return saved(written)


def unsaved(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Written:
    """Return these rows as openpyxl has them, to be changed and then `saved`."""
    written = Written()
    written.remove(written.worksheets[0])
    for name, rows in sheets.items():
        sheet = written.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return written


def saved(written: Written) -> bytes:
    """Return the bytes of a workbook. openpyxl's own `save` would write the current time."""
    written.properties.created = written.properties.modified = SAVED_AT
    sink = io.BytesIO()
    ExcelWriter(written, zipfile.ZipFile(sink, "w")).save()
    with zipfile.ZipFile(sink) as found:
        return archive({name: found.read(name) for name in found.namelist()})


def archive(members: Mapping[str, str | bytes]) -> bytes:
    """Return a zip archive of these members, which were saved at `SAVED_AT`."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as written:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, SAVED_AT.timetuple()[:6])
            written.writestr(info, content, zipfile.ZIP_DEFLATED)
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
    return archive(found)


def csv_of(data: bytes, rules: Contract) -> str:
    """Return the CSV that a workbook becomes, without its byte order mark."""
    return b"".join(decompress([data], workbook=Workbook(rules))).decode("utf-8-sig")


def batches(data: bytes, rules: Contract, **options: Any) -> list[Batch]:
    """Read a workbook as the function does."""
    book = Workbook(rules)
    pieces = decompress([data], workbook=book)
    return list(book.engine(pieces, partial(validate, **options)))
