"""The text files of tests/files become the workbooks that they describe."""

import io
import zipfile
from pathlib import Path

import pytest

from unit.csv.workbook.described import built
from unit.csv.workbook.workbooks import SAVED_AT, csv_of
from unit.validation.files import contract
from world import ROOT

SOURCES = sorted((ROOT / "tests/files").glob("*/*.xlsx.toml"))
COLUMNS = contract("id", "born", "share")
EVERYTHING = """
days_from_1904 = true
[sheets.Orders]
formats = { "C2:C3" = "0.0%" }
merged = ["A4:B4"]
rows = [
    ["id", "born", "share"],
    [1, 1984-02-29, 0.055],
    ["", 2001-12-31, 1],
    ["Total"],
]
[sheets.Lists]
hidden = true
rows = [["code"]]
"""


def described(folder: Path, text: str) -> bytes:
    source = folder / "things.xlsx.toml"
    source.write_text(text, encoding="utf-8")
    return built(source)


def test_the_properties_of_sheets(tmp_path: Path) -> None:
    data = described(tmp_path, EVERYTHING)
    assert csv_of(data, COLUMNS) == (
        "id,born,share\r\n1,1984-02-29,0.055\r\n,2001-12-31,1\r\nTotal,,\r\n"
    )
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        book = found.read("xl/workbook.xml").decode()
        sheet = found.read("xl/worksheets/sheet1.xml").decode()
        styles = found.read("xl/styles.xml").decode()
    assert 'date1904="1"' in book
    assert 'name="Lists" sheetId="2" state="hidden"' in book
    assert 'mergeCell ref="A4:B4"' in sheet
    assert 'formatCode="0.0%"' in styles
    assert '"A3"' not in sheet
    assert described(tmp_path, f"kept = 0.25\n{EVERYTHING}") == data[: len(data) // 4]


def test_cells_of_xml(tmp_path: Path) -> None:
    """With a result of a formula, and rich text."""
    cells = "<row><c><f>1+1</f><v>2</v></c><c t='inlineStr'><is><r><t>a</t></r></is></c></row>"
    head = "".join(f"<c t='inlineStr'><is><t>{name}</t></is></c>" for name in ("id", "born"))
    data = described(tmp_path, f'sheet_xml = "<sheetData><row>{head}</row>{cells}</sheetData>"')
    assert csv_of(data, contract("id", "born")) == "id,born\r\n2,a\r\n"


def test_other_files(tmp_path: Path) -> None:
    data = described(tmp_path, '[members]\n"xl/workbook.bin" = "\\u0000x"')
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert {name: found.read(name) for name in found.namelist()} == {"xl/workbook.bin": b"\0x"}
    assert described(tmp_path, 'hex = "d0 cf\\n11"\npadded_to = 5') == b"\xd0\xcf\x11\0\0"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", ValueError),
        ('hex = "00"\nsheet_xml = "<sheetData/>"', ValueError),
        ('hex = "00"\npaded_to = 5', TypeError),
        ("[sheets.A]\nrows = []\nhiden = true", TypeError),
    ],
)
def test_a_mistake_in_a_source_is_refused(
    tmp_path: Path, text: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        described(tmp_path, text)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_the_bytes_do_not_depend_on_the_time(source: Path) -> None:
    data = built(source)
    assert data == built(source)
    if source.name == "cut_off.xlsx.toml":
        return
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert {info.date_time for info in found.infolist()} == {SAVED_AT.timetuple()[:6]}
        if "docProps/core.xml" in found.namelist():
            saved_at = f">{SAVED_AT.isoformat()}Z<".encode()
            assert found.read("docProps/core.xml").count(saved_at) == 2
