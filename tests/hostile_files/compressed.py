"""Files in other kinds of compression than gzip: good ones, damaged ones, archives and bombs."""

import bz2
import io
import lzma
import struct
import zipfile
import zlib

import pyarrow

from hostile_files.rows import Made, rows
from unit.protocol.orders import HEADER, row


def compressed() -> Made:
    text = HEADER + rows(2_000)
    zeros = HEADER + b"\0" * 30_000_000
    zstd = pyarrow.Codec("zstd")
    made: Made = {}
    for kind, packed, bomb in (
        ("bzip2", bz2.compress(text), bz2.compress(zeros)),
        ("xz", lzma.compress(text), lzma.compress(zeros, preset=1)),
        ("zstd", zstd.compress(text, asbytes=True), zstd.compress(zeros, asbytes=True)),
        ("zip", archive({"orders.csv": text}), archive({"orders.csv": zeros})),
    ):
        made[kind] = (packed, None)
        made[f"{kind} cut"] = (packed[: len(packed) // 2], "file.compressed_truncated")
        made[f"{kind} with a bomb"] = (bomb, "row.too_long")
    two = archive({"may.csv": text, "june.csv": text})
    return made | {
        "bzip2 of many streams": (
            b"".join(map(bz2.compress, [HEADER, *map(row, range(2_000))])),
            None,
        ),
        "xz that asks for gigabytes": (_large_xz(text), "file.compressed_memory"),
        "a zip archive of two files": (two, "file.zip_member"),
        "a zip archive of nothing": (archive({}), "file.zip_member"),
        "a zip archive of a zip archive": (archive({"a.zip": two}), "file.not_csv"),
        "a zip archive of many files": (
            archive({f"{n:06}{'x' * 200}": b"" for n in range(10_000)}),
            "file.zip_too_large",
        ),
        "a zip archive with a password": (_encrypted(text), "file.zip_encrypted"),
    }


def archive(files: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return sink.getvalue()


def _large_xz(text: bytes) -> bytes:
    """Write the size of the dictionary, in the header of the first block, as 4 GiB."""
    packed = bytearray(lzma.compress(text, preset=0))
    packed[16] = 40
    packed[20:24] = struct.pack("<L", zlib.crc32(packed[12:20]))
    return bytes(packed)


def _encrypted(text: bytes) -> bytes:
    packed = bytearray(archive({"orders.csv": text}))
    packed[6] |= 1
    packed[packed.rindex(b"PK\1\2") + 8] |= 1
    return bytes(packed)
