"""The faults of compressed files other than gzip, whose own faults are older."""

from csvgate.validation.faults import FileFault


def truncated(kind: str) -> FileFault:
    """The file ends within its data."""
    part = "the directory of its members" if kind == "zip" else f"its {kind} data does"
    message = f"the file ends before {part}; upload it again"
    return FileFault("file.compressed_truncated", message)


def corrupt(kind: str, members: int = 0) -> FileFault:
    """The data cannot be decompressed; `members` complete parts come before it."""
    what = (
        f"what follows its {kind} data is not {kind}"
        if members
        else (f"its {kind} data cannot be decompressed")
    )
    remedy = "compress and upload it again"
    return FileFault("file.compressed_corrupt", f"the file is damaged: {what}; {remedy}")


def needs_memory(kind: str, remedy: str) -> FileFault:
    """Decompressing the file takes more memory than it may."""
    message = (
        f"decompressing the file takes more than 128 MiB of memory, because its {kind} data refers "
        f"to bytes farther back; compress it {remedy}, and upload it again"
    )
    return FileFault("file.compressed_memory", message)
