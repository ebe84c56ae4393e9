"""Files that are no CSV text, or in an encoding that no contract has, by their first bytes."""

import codecs
import re
from typing import Final

from csvgate.validation.faults import FileFault

_FOREIGN: Final = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF-", "a PDF document"),
    (b"PAR1\x15", "a Parquet file"),
    (b"\x1f\x8b", "compressed with gzip once more than twice"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; gzip is what is expanded here"),
    (b"\xfd7zXZ\x00", "compressed with xz; gzip is what is expanded here"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
)
_BZIP2: Final = re.compile(rb"BZh[1-9]1AY&SY")
_WEB_PAGE: Final = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype\s+html|html)\b", re.IGNORECASE)
_UTF32: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def refuse_foreign(head: bytes) -> None:
    """Raises FileFault `file.not_csv`, and `file.encoding` for UTF-32."""
    if head.startswith(_UTF32):
        message = "the file is in UTF-32, by its byte order mark; save it as UTF-8"
        raise FileFault("file.encoding", message)
    found = next((what for signature, what in _FOREIGN if head.startswith(signature)), None)
    if _BZIP2.match(head):
        found = "compressed with bzip2; gzip is what is expanded here"
    elif _WEB_PAGE.match(head):
        found = "a web page, perhaps of a login or an error in place of the download"
    if found:
        raise FileFault("file.not_csv", f"the file is {found}, by its first bytes; export CSV text")


def utf16_without_mark(head: bytes) -> str | None:
    """utf-16-le or utf-16-be when the first two characters are ASCII in UTF-16."""
    first = head[:4]
    if len(first) == 4 and all(first[::2]) and not any(first[1::2]):
        return "utf-16-le"
    if len(first) == 4 and all(first[1::2]) and not any(first[::2]):
        return "utf-16-be"
    return None
