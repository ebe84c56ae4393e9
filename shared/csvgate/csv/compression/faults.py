"""The faults of compressed files. Those of gzip have codes of their own."""

from typing import Final

from csvgate.validation.faults import FileFault

MOST_MEMORY: Final = 128 * 1024 * 1024
"""The bytes of memory that decompressing a file may take (128 MiB). xz and zstd files may ask for
4 GiB; `xz -9` writes files that need 65 MiB."""


def truncated(kind: str) -> FileFault:
    """The file ends within its data."""
    part = "the directory of its members" if kind == "zip" else f"its {kind} data does"
    message = f"the file ends before {part}; upload it again"
    if kind == "gzip":
        return FileFault("file.gzip_truncated", message)
    return FileFault("file.compressed_truncated", message)


def corrupt(kind: str, members: int = 0) -> FileFault:
    """The data cannot be decompressed; `members` complete parts come before it."""
    what = f"its {kind} data cannot be decompressed"
    if members:
        what = f"what follows its {kind} data is not {kind}"
    message = f"the file is damaged: {what}; compress and upload it again"
    if kind == "gzip":
        return FileFault("file.gzip_corrupt", message)
    return FileFault("file.compressed_corrupt", message)


def needs_memory(kind: str, remedy: str) -> FileFault:
    """Decompressing the file takes more than MOST_MEMORY."""
    message = (
        f"decompressing the file takes more than {MOST_MEMORY // 1024**2} MiB of memory, because "
        f"its {kind} data refers to bytes farther back; compress it {remedy}, and upload it again"
    )
    return FileFault("file.compressed_memory", message)
