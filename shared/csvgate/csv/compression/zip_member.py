"""Chooses the member of a zip archive that is the CSV file."""

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING, Final

from csvgate.contracts.globs import compile_glob
from csvgate.csv.labels import display_label, join_limited
from csvgate.csv.signatures import Signature
from csvgate.validation.faults import FileFault

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

_MOST_NAMES: Final = 10
"""The names in one message."""
METHODS: Final = (0, 8)
"""Stored and deflate. The library reads two more, whose memory it does not limit."""
ENCRYPTED: Final = 0x1
"""The flag of an encrypted member."""
WORKBOOK: Final = "xl/workbook.xml"
"""The member of an Excel workbook (.xlsx) that lists its sheets."""
_CONTENT_TYPES: Final = "[Content_Types].xml"
"""A member that every Office document has."""
_DOCUMENTS: Final = (
    (
        WORKBOOK,
        Signature(
            "an Excel workbook",
            "export its sheet as CSV here; uploads and `csvgate check` read workbooks as they are, "
            "and the contract's `dialect.sheetName` says which sheet",
        ),
    ),
    (
        "xl/workbook.bin",
        Signature("a binary Excel workbook (.xlsb)", "save it as .xlsx, or export it as CSV"),
    ),
    ("word/document.xml", Signature("a Word document")),
    ("META-INF/manifest.xml", Signature("an OpenDocument spreadsheet")),
    ("Index/Document.iwa", Signature("a Numbers spreadsheet")),
)
"""A member that every document of a kind has."""


def chosen_member(archive: "ZipFile", pattern: str | None) -> "ZipInfo":
    """Return the only file in an archive, or the only one whose name matches the pattern. Folders,
    and the notes that macOS adds, do not count.

    Raises FileFault `file.not_csv`, `file.zip_member`, `file.zip_encrypted` and `file.zip_method`.
    """
    files = [info for info in archive.infolist() if _is_file(info)]
    found = files
    if pattern is not None:
        matches = compile_glob(pattern).matches
        found = [info for info in files if matches(info.filename)]
    if pattern is None or not found:
        _refuse_documents({info.filename for info in files})
    if len(found) != 1:
        raise FileFault("file.zip_member", _not_one(found or files, len(found), pattern))
    info = found[0]
    if info.flag_bits & ENCRYPTED:
        message = f"{_name(info)} in the zip archive is encrypted; upload it without a password"
        raise FileFault("file.zip_encrypted", message)
    if info.compress_type not in METHODS:
        message = (
            f"{_name(info)} in the zip archive is compressed in a way that is not supported "
            f"(method {info.compress_type}); zip it with the usual method, which is deflate, or "
            "compress it with gzip, zstd, bzip2 or xz"
        )
        raise FileFault("file.zip_method", message)
    return info


def is_workbook(archive: "ZipFile", pattern: str | None) -> bool:
    """Return whether an archive is an Excel workbook, and the pattern does not match a member."""
    names = {info.filename for info in archive.infolist()}
    if not names.issuperset((WORKBOOK, _CONTENT_TYPES)):
        return False
    return pattern is None or not any(map(compile_glob(pattern).matches, names))


def _refuse_documents(names: Container[str]) -> None:
    for name, signature in _DOCUMENTS:
        if name in names:
            raise FileFault("file.not_csv", signature.message)


def _is_file(info: "ZipInfo") -> bool:
    # Not `is_dir`, which raises IndexError for an empty name.
    return not info.filename.endswith("/") and not info.filename.startswith("__MACOSX/")


def _not_one(shown: "Sequence[ZipInfo]", count: int, pattern: str | None) -> str:
    """Return the message for an archive in which `count` files match."""
    names = [_name(info) for info in shown[:_MOST_NAMES]]
    listed = join_limited(names) + (
        "" if len(shown) <= _MOST_NAMES else f" and {len(shown) - _MOST_NAMES:,} more"
    )
    if not shown:
        return "the zip archive contains no file; zip the CSV file and upload it again"
    if pattern is None:
        return (
            f"the zip archive has {count:,} files: {listed}; upload one of them alone, or set the "
            "contract's `member` to a pattern for the name of the one to read"
        )
    if count:
        return (
            f"the contract's `member` ({pattern}) matches {count:,} files in the zip archive: "
            f"{listed}; change the pattern, or upload one of them alone"
        )
    return (
        f"the contract's `member` ({pattern}) matches none of the files in the zip archive: "
        f"{listed}; rename the file in the archive, or change the pattern (`*` does not match "
        "across folders, `**/` does)"
    )


def _name(info: "ZipInfo") -> str:
    """Return the name in one line, without characters that are not displayed."""
    shown = display_label(info.filename)
    return "".join(char if char.isprintable() else "\ufffd" for char in shown)
