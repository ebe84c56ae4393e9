"""A file as the functions get it from Cloud Storage: in pieces."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

PIECE: Final = 1024 * 1024


def pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
