"""The memory that one upload takes in validate_and_parse."""

from typing import Final

from csvgate.enrichment.sql.process.engine import MEMORY_BYTES
from csvgate_ops.deploy.estimate.upload_size import Shape, UploadSize

_UPLOAD: Final = 620
"""MiB for reading any file."""
_EXPRESSIONS: Final = 110 + MEMORY_BYTES / 2**20
"""MiB for DuckDB's process: what it takes by itself, and the most that it may take for rows."""
_KEY_BYTES: Final = 17
"""Bytes for each unique key of a row."""


def upload_memory(size: UploadSize, shape: Shape) -> float:
    """Return the most memory that reading the upload takes, in MiB."""
    keys = size.rows * shape.unique_keys * _KEY_BYTES / 2**20
    return _UPLOAD + (_EXPRESSIONS if shape.expressions else 0) + keys
