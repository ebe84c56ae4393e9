"""Makes zip archives and Excel workbooks for the examples. Nothing in them is compressed, because
versions of zlib compress differently, and docs/faults.md shows their sizes."""

import struct
import zlib
from collections.abc import Mapping
from typing import Final

_ROWS: Final = b"a,b\n1,2\n"
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET: Final = "xl/worksheets/sheet1.xml"


def zip_of_tables(*names: str, flags: int = 0, method: int = 0) -> bytes:
    """Return a zip archive of files that have a header and a row each."""
    return _archive(dict.fromkeys(names, _ROWS), flags=flags, method=method)


def workbook(*cells: str, sheets: tuple[str, ...] = ("Orders",), size: int | None = None) -> bytes:
    """Return a workbook whose first sheet has the header a, b and a row of these cells, which are
    XML without the cells' places. `size` is the sheet's size in bytes that the archive declares;
    None for the right one."""
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="r{number}"/>'
        for number, name in enumerate(sheets, 1)
    )
    head = "".join(f'<c t="str"><v>{label}</v></c>' for label in "ab")
    rows = f"<row>{head}</row><row>{''.join(cells)}</row>"
    found = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": "<Relationships>"
        f'<Relationship Id="r1" Type="{_LINKS}/worksheet" Target="/{_SHEET}"/></Relationships>',
        _SHEET: f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    }
    sizes = {} if size is None else {_SHEET: size}
    return _archive({name: text.encode() for name, text in found.items()}, sizes=sizes)


def _archive(
    members: Mapping[str, bytes],
    *,
    sizes: Mapping[str, int] | None = None,
    flags: int = 0,
    method: int = 0,
) -> bytes:
    data, directory = b"", b""
    for name, text in members.items():
        size = (sizes or {}).get(name, len(text))
        measures = struct.pack("<LLLHH", zlib.crc32(text), len(text), size, len(name), 0)
        common = struct.pack("<HHHHH", 20, flags, method, 0, 0x21) + measures
        directory += b"PK\1\2\x14\0" + common + struct.pack("<HHHLL", 0, 0, 0, 0, len(data))
        directory += name.encode()
        data += b"PK\3\4" + common + name.encode() + text
    end = struct.pack("<HHHHLLH", 0, 0, len(members), len(members), len(directory), len(data), 0)
    return data + directory + b"PK\5\6" + end
