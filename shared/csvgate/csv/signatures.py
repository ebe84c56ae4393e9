"""Recognises files that are not CSV by their first bytes."""

import json
import re
from typing import Final, NamedTuple

HEAD_BYTES: Final = 1024
"""The bytes at the beginning of a file that decide (1 KiB)."""
_EXPORT: Final = "export it as CSV"
_UNPACK: Final = "upload the CSV file that is in it"


class Signature(NamedTuple):
    """What a file is instead of CSV, and what to do."""

    what: str
    remedy: str = _EXPORT

    @property
    def message(self) -> str:
        """The message of the fault `file.not_csv`."""
        return f"the file is not a CSV file: it starts like {self.what}; {self.remedy}"


_TOO_OFTEN: Final = Signature("a file that was compressed more than twice", _UNPACK)
_SIGNATURES: Final = (
    (
        b"PK\x03\x04",
        Signature(
            "an Excel workbook or an archive in an archive",
            "upload the workbook or the CSV file itself",
        ),
    ),
    (
        b"\xd0\xcf\x11\xe0",
        Signature(
            "an old Excel workbook (.xls), or a workbook with a password",
            "save it as .xlsx without a password, or export it as CSV",
        ),
    ),
    (b"%PDF-", Signature("a PDF document")),
    (b"PAR1\x15", Signature("a Parquet file")),
    (b"PARE\x15", Signature("an encrypted Parquet file")),
    (b"ARROW1\0\0", Signature("an Arrow or Feather file")),
    (b"Obj\x01", Signature("an Avro file")),
    (b"SQLite format 3\0", Signature("a SQLite database", "export one of its tables as CSV")),
    (b"\0\x01\0\0Standard Jet DB\0", Signature("an Access database", "export a table as CSV")),
    (b"\0\x01\0\0Standard ACE DB\0", Signature("an Access database", "export a table as CSV")),
    (b"\x89HDF\r\n\x1a\n", Signature("an HDF5 file")),
    (b"\x89PNG\r\n\x1a\n", Signature("a PNG image")),
    (b"\xff\xd8\xff", Signature("a JPEG image")),
    (b"GIF87a", Signature("a GIF image")),
    (b"GIF89a", Signature("a GIF image")),
    (b"II*\0", Signature("a TIFF image")),
    (b"MM\0*", Signature("a TIFF image")),
    (b"{\\rtf", Signature("a document in RTF")),
    (
        b"version https://git-lfs.github.com/spec/",
        Signature(
            "a pointer of Git LFS, which has the checksum of the data and not the data",
            "fetch the data with `git lfs pull` and upload the file again",
        ),
    ),
    (b"\x1f\x8b", _TOO_OFTEN),
    (b"\x28\xb5\x2f\xfd", _TOO_OFTEN),
    (b"\xfd7zXZ\x00", _TOO_OFTEN),
    (b"7z\xbc\xaf\x27\x1c", Signature("a 7-Zip archive", _UNPACK)),
    (b"Rar!\x1a\x07", Signature("a RAR archive", _UNPACK)),
)
_PATTERNS: Final = (
    (re.compile(rb"BZh[1-9]1AY&SY"), _TOO_OFTEN),
    (
        re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype\s+html|html)\b", re.IGNORECASE),
        Signature("a web page, perhaps a login form or an error page instead of the download"),
    ),
    (re.compile(rb"(\xef\xbb\xbf)?\s*<\?xml[ \t\r\n]"), Signature("an XML document")),
)
_TAR: Final = slice(257, 262)
"""Where a TAR archive has its signature: after the name, the owner and the times of a file."""
_LINE_BYTES: Final = 64 * 1024
"""The part of the text that is examined as JSON (64 KiB)."""
_OBJECT: Final = re.compile(r'\ufeff?\s*(?P<list>\[\s*)?\{\s*"(?:[^"\\]|\\.)*"\s*:')


def signature_of(head: bytes) -> Signature | None:
    """Return what the stored bytes begin like, or None if they may be CSV."""
    for prefix, signature in _SIGNATURES:
        if head.startswith(prefix):
            return signature
    if head[_TAR] == b"ustar" and b"\0" in head[: _TAR.start]:
        return Signature("a TAR archive", _UNPACK)
    return next((signature for form, signature in _PATTERNS if form.match(head)), None)


def json_signature(head: bytes) -> Signature | None:
    """Return whether text in UTF-8 begins like a JSON object, or a list of objects, with a key.

    CSV can begin so only if its quote is not `"`, which would be a stray quote there.
    """
    text = head[:_LINE_BYTES].decode("utf-8", "replace")
    found = _OBJECT.match(text)
    if not found:
        return None
    if not found["list"] and _is_object(text.lstrip("\ufeff").split("\n", 1)[0]):
        return Signature("newline-delimited JSON (NDJSON)")
    return Signature("JSON")


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
