"""What the function and its DuckDB process write to each other: JSON, then perhaps an Arrow stream.

JSON is preceded by its length in 8 bytes. An Arrow stream has an end marker, so it needs no length.
"""

import json
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


class Ended(Exception):
    """The other process closed its end in the middle of a frame, or before it."""


def write_json(pipe: IO[bytes], value: dict[str, Any]) -> None:
    data = json.dumps(value).encode()
    pipe.write(len(data).to_bytes(8, "little") + data)


def read_json(pipe: IO[bytes]) -> dict[str, Any]:
    """Raises Ended."""
    data = _exactly(pipe, int.from_bytes(_exactly(pipe, 8), "little"))
    found: dict[str, Any] = json.loads(data)
    return found


def write_table(pipe: IO[bytes], table: "pa.Table") -> None:
    import pyarrow as pa

    with pa.ipc.new_stream(pipe, table.schema) as stream:
        stream.write_table(table)


def read_table(pipe: IO[bytes], most: int) -> "pa.Table":
    """Read a stream of at most `most` bytes. Raises Ended."""
    import pyarrow as pa

    try:
        with pa.ipc.open_stream(_Limited(pipe, most)) as stream:
            return stream.read_all()
    except pa.ArrowException as error:
        raise Ended from error


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) != size:
        raise Ended
    return data


@dataclass(slots=True)
class _Limited:
    """A file that ends after so many bytes, so that Arrow allocates no more."""

    pipe: IO[bytes]
    left: int
    closed: bool = False

    def read(self, size: int) -> bytes:
        if size > self.left:
            raise Ended
        self.left -= size
        return self.pipe.read(size)

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def flush(self) -> None:
        """Nothing is written."""

    def close(self) -> None:
        """The pipe stays open."""
        self.closed = True
