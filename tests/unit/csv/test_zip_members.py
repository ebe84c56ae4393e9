"""One member of a zip archive is read: the only one, or the only one that `member` matches."""

import io
import struct
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.csv.compression import decompress
from csvgate.csv.compression import zip as zip_module
from csvgate.validation.faults import FileFault
from unit.csv.compressed import zipped

TEXT = b"a,b\n1,2\n"
OTHER = b"c\n3\n"


def fault(data: bytes, member: str | None = None, **options: Any) -> str:
    with pytest.raises(FileFault) as caught:
        list(decompress([data], member=member, **options))
    return str(caught.value)


def folder(name: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.mkdir(name)
        archive.writestr(f"{name}/orders.csv", TEXT)
        archive.writestr("__MACOSX/._orders.csv", b"\0\5\x16\7")
    return sink.getvalue()


@pytest.mark.parametrize(
    ("data", "member"),
    [
        (zipped(TEXT), None),
        (zipped(TEXT, zipfile.ZIP_STORED), None),
        (zipped(TEXT), "*.csv"),
        (folder("may"), None),
        (folder("may"), "may/*.csv"),
        (folder("may"), "**/orders.csv"),
        (zipped({"orders.csv": TEXT, "returns.csv": OTHER}), "orders.csv"),
        (zipped({"orders.csv": TEXT, "old/orders.csv": OTHER}), "*.csv"),
        (zipped({"orders.csv": TEXT, "readme.txt": OTHER}), "*.csv"),
        (zipped({"Aufträge.csv": TEXT, "readme.txt": OTHER}), "Auftr*.csv"),
        (b"#!/bin/sh\n" * 0 + zipped(TEXT), None),
    ],
)
def test_the_member_is_found(data: bytes, member: str | None) -> None:
    assert TEXT == b"".join(decompress([data], member=member))


def test_an_archive_without_files() -> None:
    assert fault(zipped({})) == (
        "file.zip_member: the zip archive contains no file; zip the CSV file and upload it again"
    )
    assert fault(zipped({"__MACOSX/x": b""}), "*.csv").startswith("file.zip_member")


def test_several_files_are_listed() -> None:
    data = zipped({"orders.csv": TEXT, "a\x1b[31m\nb.csv": OTHER, "x" * 500: OTHER})
    names = f"orders.csv, a\ufffd[31m b.csv, {'x' * 39}…"
    assert fault(data) == (
        f"file.zip_member: the zip archive has 3 files: {names}; "
        "upload one of them alone, or set the contract's `member` to a pattern for the name of the "
        "one to read"
    )
    many = fault(zipped({f"{n}.csv": b"" for n in range(2_000)}))
    assert "has 2,000 files: 0.csv, 1.csv" in many
    assert "9.csv and 1,990 more; upload" in many


def test_a_pattern_that_does_not_match_one_file() -> None:
    data = zipped({"may/orders.csv": TEXT, "may/returns.csv": OTHER, "readme.txt": b""})
    assert fault(data, "*.csv") == (
        "file.zip_member: the contract's `member` (*.csv) matches none of the files in the zip "
        "archive: may/orders.csv, may/returns.csv, readme.txt; rename the file in the archive, or "
        "change the pattern (`*` does not match across folders, `**/` does)"
    )
    assert fault(data, "may/*") == (
        "file.zip_member: the contract's `member` (may/*) matches 2 files in the zip archive: "
        "may/orders.csv, may/returns.csv; change the pattern, or upload one of them alone"
    )


@pytest.mark.parametrize(
    ("names", "what"),
    [
        (
            ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"],
            "an Excel workbook; export its sheet as CSV here; uploads and `csvgate check` read "
            "workbooks as they are, and the contract's `dialect.sheetName` says which sheet",
        ),
        (
            ["[Content_Types].xml", "xl/workbook.bin"],
            "a binary Excel workbook (.xlsb); save it as .xlsx, or export it as CSV",
        ),
        (
            ["mimetype", "content.xml", "META-INF/manifest.xml"],
            "an OpenDocument spreadsheet; export it as CSV",
        ),
        (["word/document.xml"], "a Word document; export it as CSV"),
    ],
)
def test_a_document_is_named(names: list[str], what: str) -> None:
    data = zipped(dict.fromkeys(names, b"<x/>"))
    for member in (None, "*.csv"):
        assert fault(data, member) == (
            f"file.not_csv: the file is not a CSV file: it starts like {what}"
        )
    both = zipped({**dict.fromkeys(names, b"<x/>"), "orders.csv": TEXT})
    assert TEXT == b"".join(decompress([both], member="*.csv"))


def patched(data: bytes, *, flags: int = 0, method: int | None = None) -> bytes:
    """The archive of one member with other flags and another method in both of its headers."""
    changed = bytearray(data)
    for at in (data.index(b"PK\3\4") + 6, data.rindex(b"PK\1\2") + 8):
        changed[at] |= flags
        if method is not None:
            changed[at + 2 : at + 4] = struct.pack("<H", method)
    return bytes(changed)


def test_an_encrypted_member() -> None:
    assert fault(patched(zipped(TEXT), flags=1)) == (
        "file.zip_encrypted: orders.csv in the zip archive is encrypted; upload it without a "
        "password"
    )


@pytest.mark.parametrize("method", [9, 12, 14, 93, 99])
def test_another_method(method: int) -> None:
    """The library's decompressors of bzip2 and LZMA do not limit memory."""
    found = fault(patched(zipped(TEXT), method=method))
    assert found.startswith("file.zip_method: orders.csv in the zip archive is compressed")
    assert f"(method {method})" in found


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_members_may_have_another_method(method: int) -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("orders.csv", TEXT)
        archive.writestr("notes.txt", b"x" * 5000, method)
    assert TEXT == b"".join(decompress([sink.getvalue()], member="*.csv"))


def test_an_archive_above_the_limit_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_module, "MOST_STORED", 5_000)
    data = zipped(bytes(range(256)) * 20, zipfile.ZIP_STORED)
    read = 0

    def pieces() -> Any:
        nonlocal read
        for at in range(0, 1_000_000, 100):
            read += 1
            yield data[at : at + 100] or b"\0" * 100

    with pytest.raises(FileFault, match=r"file\.zip_too_large: the zip archive has more than"):
        list(decompress(pieces()))
    assert 51 == read


def with_directory(size: int, entries: int = 1) -> bytes:
    """An archive whose end declares a directory of this size, in the form for large archives."""
    data = zipped(TEXT)
    start = data.rindex(b"PK\5\6")
    large = b"PK\6\6" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, entries, entries, size, 0)
    locator = b"PK\6\7" + struct.pack("<LQL", 0, start, 1)
    return data[:start] + large + locator + data[start:]


@pytest.mark.parametrize("size", [2**20 + 1, 2**40, 2**63, 2**64 - 1])
def test_a_directory_of_any_declared_size_is_bounded(size: int) -> None:
    found = fault(with_directory(size) + b"\0" * 0)
    assert found.startswith(("file.zip_too_large", "file.compressed_corrupt"))


def test_a_directory_that_is_too_large_is_not_parsed() -> None:
    data = zipped({f"{n:06d}-{'x' * 200}.csv": b"" for n in range(5_000)}, zipfile.ZIP_STORED)
    found = fault(data)
    assert found.startswith(
        "file.zip_too_large: the zip archive has a directory of more than 1 MiB"
    )


@given(st.data())
def test_a_damaged_archive_gives_its_text_or_a_fault(data: st.DataObject) -> None:
    """No exception of the library gets out, whatever bytes of the headers and the directory are."""
    whole = bytearray(zipped({"orders.csv": TEXT, "b/c.csv": OTHER}))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(4, len(whole) - 1))
        whole[at] = data.draw(st.sampled_from([0, 1, 0x50, 0x7F, 0xFF]))
    try:
        found = b"".join(decompress([bytes(whole)], member="orders.csv"))
    except FileFault:
        return
    assert found == TEXT
