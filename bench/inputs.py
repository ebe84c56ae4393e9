"""What the contenders read: a file in pieces, as text, and as csvgate's batches."""

import gzip
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Final

from csvgate.contracts.model import Contract
from csvgate.csv.compression import decompress
from csvgate.validation.batch import Batch
from csvgate.validation.validate import validate

PIECE: Final = 1024 * 1024
"""Bytes that the functions read from Cloud Storage at a time."""


def pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def batches(
    source: Iterable[bytes],
    contract: Contract,
    processors: int = 1,
    watch: Callable[[Iterator[bytes]], Iterator[bytes]] = iter,
) -> Iterator[Batch]:
    """Validate a file, compressed or not. `watch` passes the decompressed pieces on."""
    decompressed = decompress(source, max_bytes=contract.limits.max_bytes, member=contract.member)
    return validate(watch(decompressed), contract, processors=processors)


def encoding_of(contract: Contract) -> str:
    """Return the encoding of a contract that names one."""
    if not isinstance(contract.encoding, str):
        raise TypeError(f"{contract.dataset}: the shapes have one encoding each")
    return contract.encoding


def open_text(path: Path, contract: Contract, errors: str = "surrogateescape") -> IO[str]:
    """Open a file for the module csv, in the contract's encoding."""
    opened = gzip.open if path.suffix == ".gz" else open
    return opened(path, "rt", encoding=encoding_of(contract), errors=errors, newline="")
