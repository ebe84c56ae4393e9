"""What the csvgate contenders read: the contract, and a file in pieces."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from bench.paths import CONTRACT
from csvgate.contracts.load import load
from csvgate.contracts.model import Contract

PIECE: Final = 1024 * 1024
"""Bytes that the functions read from Cloud Storage at a time."""


@cache
def orders_contract() -> Contract:
    """The contract of every file here, loaded once, as an instance of a function loads it."""
    return load(CONTRACT)


def pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
