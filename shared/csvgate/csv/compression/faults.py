"""The faults of compressed files. Those of gzip have codes of their own."""

from typing import Final

from csvgate.validation.faults import FileFault

MOST_MEMORY: Final = 128 * 1024 * 1024
"""The bytes of memory that decompressing a file may take (128 MiB). xz and zstd files may ask for
4 GiB; `xz -9` writes files that need 65 MiB."""


def truncated(kind: str) -> FileFault:
    """The file ends within its data."""
    code = "file.gzip_truncated" if kind == "gzip" else "file.compressed_truncated"
    part = "the directory of its members" if kind == "zip" else f"its {kind} data does"
    return FileFault(code, f"the file ends before {part}; upload it again")


def corrupt(kind: str, members: int = 0) -> FileFault:
    """The data cannot be decompressed; `members` complete parts come before it."""
    code = "file.gzip_corrupt" if kind == "gzip" else "file.compressed_corrupt"
    what = f"its {kind} data cannot be decompressed"
    if members:
        what = f"what follows its {kind} data is not {kind}"
    return FileFault(code, f"the file is damaged: {what}; compress and upload it again")


def needs_memory(kind: str, remedy: str) -> FileFault:
    """Decompressing the file takes more than MOST_MEMORY."""
    message = (
        f"decompressing the file takes more than {MOST_MEMORY // 1024**2} MiB of memory, because "
        f"its {kind} data refers to bytes farther back; compress it {remedy}, and upload it again"
    )
    return FileFault("file.compressed_memory", message)
