"""The lines of a sidecar in UTF-8."""

from typing import Final

from csvgate.contracts.model import Encoding
from csvgate.csv.decoding import open_text
from csvgate.csv.lines import physical_lines
from csvgate.validation.faults import FileFault

MAX_BYTES: Final = 64 * 1024
"""The largest sidecar (64 KiB). It states a few totals."""


def sidecar_lines(data: bytes, encoding: Encoding, where: str) -> list[bytes]:
    """Return the lines of the sidecar at `where`, which is in the contract's encoding unless it has
    a byte order mark. Raises FileFault `file.sidecar_unreadable`."""
    if len(data) > MAX_BYTES:
        raise too_large(where)
    try:
        _, text = open_text([data], encoding)
        return [line for lines in physical_lines(text, MAX_BYTES * 4) for line in lines]
    except FileFault as error:
        message = f"{where} cannot be read: {error.fault.message}"
        raise FileFault("file.sidecar_unreadable", message) from None


def too_large(where: str) -> FileFault:
    """Return the fault of a sidecar that is larger than MAX_BYTES."""
    return FileFault(
        "file.sidecar_unreadable",
        f"{where} has more than {MAX_BYTES:,} bytes; upload one that has only the totals",
    )


def missing(where: str) -> FileFault:
    """Return the fault of an upload without its sidecar."""
    return FileFault(
        "file.sidecar_missing",
        f"{where}, which states the totals of the file, does not exist; upload it, then upload the "
        "file again",
    )
