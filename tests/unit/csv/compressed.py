"""Compressed files for the tests, by the libraries that write them."""

import bz2
import gzip
import io
import lzma
import struct
import zipfile
from collections.abc import Callable, Mapping
from importlib.util import find_spec

HAS_ZSTD = find_spec("pyarrow") is not None


def zstd(data: bytes) -> bytes:
    import pyarrow

    packed: bytes = pyarrow.Codec("zstd").compress(data, asbytes=True)
    return packed


def zipped(
    files: Mapping[str, bytes] | bytes,
    method: int = zipfile.ZIP_DEFLATED,
    *,
    level: int | None = None,
) -> bytes:
    """An archive of these files, or of a single one."""
    members = {"orders.csv": files} if isinstance(files, bytes) else files
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method, compresslevel=level) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return sink.getvalue()


def skippable(data: bytes = b"a note") -> bytes:
    """A frame that readers of zstd ignore."""
    return b"\x53\x2a\x4d\x18" + struct.pack("<L", len(data)) + data


STREAMS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}
"""The kinds whose files are members one after the other."""
if HAS_ZSTD:
    STREAMS["zstd"] = zstd
KINDS = STREAMS | {"zip": zipped}
