"""Small files of all shapes, large enough for the vectorised path."""

from pathlib import Path
from typing import Final

from bench.shapes.registry import BY_NAME
from bench.shapes.shape import ShapeFile, write

from csvgate.validation.validate import VECTOR_BYTES

ROWS: Final = {"events": 8_000, "wide": 1_500, "texts": 1_500}
"""The others have 5,000."""


def small(name: str, folder: Path) -> ShapeFile:
    made = write(BY_NAME[name], folder, ROWS.get(name, 5_000))
    # gzip makes the orders smaller, not their text.
    assert made.path.stat().st_size > VECTOR_BYTES or made.path.suffix == ".gz"
    return made
