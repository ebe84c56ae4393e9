"""Damaged and hostile workbooks are refused in bounded memory and work."""

import gzip
import io
import tracemalloc
import zipfile
from contextlib import suppress
from typing import Any

import pytest

from csvgate.csv.compression import decompress
from csvgate.csv.work import counted
from csvgate.csv.workbook import Workbook, members, texts
from csvgate.validation.faults import FileFault
from unit.csv.workbook.workbooks import batches, csv_of, parts, workbook
from unit.validation.files import contract, cut

MIB = 1024**2
HEAD = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
NAME = contract("name")


def rows(*found: str) -> str:
    return f"<sheetData>{HEAD}{''.join(found)}</sheetData>"


def fault(data: bytes, **options: Any) -> str:
    with pytest.raises(FileFault) as caught:
        for _ in decompress([data], workbook=Workbook(NAME), **options):
            pass
    return str(caught.value)


DTD = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (parts("", "<sst><si><t>open"), "a part of it is not XML"),
        (parts("", DTD + "<sst><si><t>&b;</t></si></sst>"), "document type definition"),
        (parts(rows(), styles=f"{DTD}<styleSheet/>"), "document type definition"),
        (parts("", "<!DOCTYPE sst SYSTEM 'file:///etc/passwd'><sst/>"), "document type definition"),
        (parts("", "<a>" * 100 + "</a>" * 100), "more than 64 elements"),
        (parts("", f"<sst><!--{' ' * 2 * MIB}--></sst>"), "more than 1 MiB"),
        (parts("", f'<sst a="{" " * 2 * MIB}"/>'), "more than 1 MiB"),
        (
            parts("", f"<sst><si><t>{'a' * 2 * MIB}</t></si></sst>"),
            "more than a million characters",
        ),
        (
            parts(rows('<row r="2"><c r="A2" t="s"><v>1</v></c></row>')),
            "a text that does not exist",
        ),
        (parts(rows('<row r="2"><c r="A2" t="s"><v>-1</v></c></row>')), "that does not exist"),
        (parts(rows('<row r="2"><c r="A2" t="s"><v>0_0</v></c></row>')), "that does not exist"),
        (parts(rows('<row r="2"><c r="A2" t="s"><v>٠</v></c></row>')), "that does not exist"),
        (parts(rows('<row r="2"><c r="A2"><v>nan</v></c></row>')), "value of cell A2"),
        (parts(rows('<row r="2"><c r="A2"><v>1_0</v></c></row>')), "value of cell A2"),
        (parts(rows('<row r="2"><c r="A2" t="q"><v>1</v></c></row>')), "value of cell A2"),
        (parts(rows('<row r="2"><c r="ZZZ2"><v>1</v></c></row>')), "more than 16,384 columns"),
        (parts(rows(f'<row r="2">{"<c/>" * 17_000}</row>')), "more than 16,384 columns"),
        (parts(rows('<row r="2"><c r="2A"><v>1</v></c></row>')), "a place that does not exist"),
        (parts(rows('<row r="2"><c r="A2"/><c r="A2"/></row>')), None),
        (parts(rows('<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>')), "two cells"),
        (parts(rows('<row r="1"/>')), "followed by a row whose number is not higher"),
        (parts(rows('<row r="1048577"/>')), "after the last one"),
        (parts(rows('<row r="99999999999999999999"/>')), "after the last one"),
        (parts(rows('<row r="2"><row r="3"/></row>')), "a row within it"),
        (parts(rows('<c r="A2"><v>1</v></c>')), "a cell outside of a row"),
        (parts(rows(), workbook="<workbook/>"), "it has no sheets"),
        (parts(rows(), **{"_rels/workbook.xml": ""}), None),
        (parts(rows(), **{"worksheets/sheet1": "<worksheet>"}), "is not XML"),
    ],
)
def test_damaged(data: bytes, words: str | None) -> None:
    if words is None:
        assert csv_of(data, NAME) == "name\r\n"
    else:
        assert words in fault(data)


def test_relation_to_a_missing_part() -> None:
    data = parts(rows()).replace(b"worksheets/sheet1.xml", b"worksheets/sheet9.xml")
    assert "file.workbook" in fault(data) or "file.compressed_corrupt" in fault(data)


def test_cut_anywhere() -> None:
    whole = workbook({"S": [["name"], ["Ada"]]})
    for length in range(10, len(whole), 97):
        assert fault(whole[:length]).startswith("file.compressed_")


def test_wrong_checksum() -> None:
    """A changed byte of the stored sheet is noticed, even if it is still XML."""
    sink = io.BytesIO()
    whole = io.BytesIO(parts(rows('<row r="2"><c><v>12345</v></c></row>')))
    with zipfile.ZipFile(whole) as found, zipfile.ZipFile(sink, "w") as archive:
        for name in found.namelist():
            archive.writestr(name, found.read(name))
    data = sink.getvalue()
    assert csv_of(data, NAME) == "name\r\n12345\r\n"
    assert "file.compressed_corrupt" in fault(data.replace(b"<v>12345", b"<v>12346"))


def test_archives_within_archives() -> None:
    """A workbook may be compressed once more, but not be the member of an archive."""
    whole = workbook({"S": [["name"], ["Ada"]]})
    assert csv_of(gzip.compress(whole), NAME) == "name\r\nAda\r\n"
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("stock.xlsx", whole)
    with pytest.raises(FileFault, match="upload the workbook or the CSV file itself"):
        batches(sink.getvalue(), NAME)
    # What is in the workbook is not looked at, except for the parts of the sheet.
    sheet = rows('<row r="2"><c t="inlineStr"><is><t>Bo</t></is></c></row>')
    others: dict[str, Any] = {"embeddings/zip": sink.getvalue()}
    inside = parts(sheet, **others)
    assert csv_of(inside, NAME) == "name\r\nBo\r\n"


def test_links_to_other_files_are_not_followed() -> None:
    link = (
        '<Relationships><Relationship Id="rId1" TargetMode="External" Target="file:///etc/passwd" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
        "</Relationships>"
    )
    data = parts(rows()).replace(b"xl/_rels/workbook.xml.rels", b"xl/_rels/workbook.xml.old_")
    assert "a part that it refers to is missing" in fault(data)
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as found, zipfile.ZipFile(sink, "w") as archive:
        for name in found.namelist():
            archive.writestr(name, found.read(name))
        archive.writestr("xl/_rels/workbook.xml.rels", link)
    assert "Orders is not a sheet of cells but a missing part" in fault(sink.getvalue())


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        ("1e999", "1e999"),
        ("-1e999", "-1e999"),
        ("9" * 40, "9" * 40),
        ("-000000000000000000000000000000000000007", "-7"),
    ],
)
@pytest.mark.parametrize("style", range(4))
def test_extreme_numbers(stored: str, written: str, style: int) -> None:
    """Whatever their format is: without one, as a date, as a time span, as a percentage."""
    assert written == shown(stored, style)


def test_a_number_close_to_zero() -> None:
    assert ["0", "1e-999", "00:00:00", "0"] == [shown("1e-999", style) for style in range(4)]


def shown(stored: str, style: int) -> str:
    styles = '<styleSheet><cellXfs><xf/><xf numFmtId="14"/><xf numFmtId="46"/><xf numFmtId="9"/>'
    cell = f'<row><c s="{style}"><v>{stored}</v></c></row>'
    data = parts(rows(cell), styles=f"{styles}</cellXfs></styleSheet>")
    return csv_of(data, NAME).splitlines()[1]


def test_each_byte_changed() -> None:
    """Whatever is damaged, the result is a fault or rows, and never another exception."""
    whole = workbook({"S": [["name"], ["Ada"]]})
    for at in range(0, len(whole), 41):
        changed = bytearray(whole)
        changed[at] ^= 0x15
        with suppress(FileFault):
            list(decompress([bytes(changed)], workbook=Workbook(NAME)))


def test_pieces_do_not_matter() -> None:
    data = workbook({"S": [["name"], ["Ada"], ["Bo"]]})
    found = b"".join(decompress(cut(data, [7] * 900), workbook=Workbook(NAME)))
    assert found.decode("utf-8-sig") == csv_of(data, NAME) == "name\r\nAda\r\nBo\r\n"


def test_too_large_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = rows(*(f"<row><c><v>{n}</v></c></row>" for n in range(1_000)))
    monkeypatch.setattr(members, "_MOST_OTHER", 10_000)
    assert "has a part of more than" in fault(parts(sheet, f"<sst>{' ' * 20_000}</sst>"))
    monkeypatch.setattr(texts, "_MOST_MEMORY", 10_000)
    assert "take more than 128 MiB" in fault(parts(sheet, "<sst>" + "<si/>" * 200 + "</sst>"))


@pytest.mark.parametrize("declared", [None, b"\xff\xff\xff\x7f"])
def test_repeated_tags(monkeypatch: pytest.MonkeyPatch, declared: bytes | None) -> None:
    """A part that expands very far is not read, whatever size the archive declares for it."""
    monkeypatch.setattr(members, "_FREE", MIB)
    data = parts(rows() + "<q/>" * 300_000)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").compress_size
    assert "expands to more than 250 times its size" in fault(
        data if declared is None else data.replace(size.to_bytes(4, "little"), declared)
    )


def test_bombs() -> None:
    """A declared size is a limit: more bytes of a member are never decompressed."""
    assert "file.expands_too_far" in fault(
        parts(rows("<row><c t='inlineStr'><is><t>some text</t></is></c></row>" * 10_000)),
        max_bytes=50_000,
    )
    shared = f"<sst><si><t>{'a' * 1_000_000}</t></si></sst>"
    row = "<row>" + '<c t="s"><v>0</v></c>' * 5 + "</row>"
    assert "more than 4 million characters" in fault(parts(f"<sheetData>{row}</sheetData>", shared))
    row = '<row><c t="s"><v>0</v></c></row>'
    many = parts(f"<sheetData>{row * 100}</sheetData>", shared)
    assert "file.expands_too_far" in fault(many, free_bytes=MIB)


@pytest.mark.parametrize(
    "sheet",
    [
        '<dimension ref="A1:XFD1048576"/>'
        + rows('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
        rows(*(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(2, 3_000))),
        rows(*(f'<row r="{n}"/>' for n in range(2, 9_000))),
        rows(" " * MIB),
        rows() + f"<extLst>{'<ext/>' * 100_000}</extLst>",
    ],
)
def test_gaps_cost_nothing(sheet: str) -> None:
    """Neither rows nor columns that are not written are read: work and memory follow the bytes."""
    data = parts(sheet)
    tracemalloc.start()
    with counted() as work:
        batches(data, NAME)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert work.scanned < 6 * (len(data) + len(sheet)) + 10_000
    assert work.framed + work.judged < 10_000
    assert peak < 12 * MIB


def test_line_of_the_last_row() -> None:
    sheet = rows('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')
    assert [1_048_576] == [n for batch in batches(parts(sheet), NAME) for n in batch.lines]


def test_workbooks_without_their_reader_are_refused() -> None:
    with pytest.raises(FileFault, match=r"dialect\.sheetName"):
        list(decompress([parts("")]))


@pytest.mark.parametrize(
    ("head", "words"),
    [(b"\xd0\xcf\x11\xe0", "a workbook with a password"), (b"PK\x05\x06" + b"\0" * 18, "no file")],
)
def test_other_workbooks_are_named(head: bytes, words: str) -> None:
    with pytest.raises(FileFault, match=words):
        batches(head + b"\0" * 4, NAME)
