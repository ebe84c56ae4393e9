"""Reads what a message of an Arrow IPC stream declares, without decoding it.

pyarrow offers no such thing. Arrow's metadata are flatbuffers, whose offsets pyarrow has verified
when it returns a message. Field numbers are those of Arrow's Message.fbs.
"""

from struct import unpack_from
from typing import TYPE_CHECKING, Final, Self

from csvgate.light_dataclass import dataclass

if TYPE_CHECKING:
    import pyarrow as pa

_VERSION_5: Final = 4
_BUFFER_BYTES: Final = 16
"""A buffer's offset in the body and its length."""


class WrongChunk(ValueError):
    """The message says what csvgate cannot have written, and repeats no values."""


@dataclass(frozen=True, slots=True)
class DeclaredBatch:
    """A record batch, or the values of a dictionary."""

    rows: int
    decoded_bytes: int
    """The sum of its buffers after decompression, as each of them declares it."""

    @classmethod
    def of(cls, message: "pa.ipc.Message") -> Self:
        """Raises WrongChunk for a message that csvgate cannot have written."""
        metadata = memoryview(message.metadata)
        root = _Table.root(metadata)
        if root.number(0, "<h") != _VERSION_5 or root.table(4) is not None:
            raise WrongChunk("a message is not of Arrow's version 5, or has metadata of its own")
        batch = root.table(2)
        if batch is not None and message.type == "dictionary":
            if batch.number(2, "<B"):
                raise WrongChunk("a dictionary is sent in parts")
            batch = batch.table(1)
        if batch is None:
            raise WrongChunk("a message has no batch")
        compressed = batch.table(3) is not None
        body = memoryview(message.body) if message.body is not None else memoryview(b"")
        sizes = (buffer_bytes(body, *place, compressed=compressed) for place in batch.pairs(2))
        return cls(batch.number(0, "<q"), sum(sizes))


def buffer_bytes(body: memoryview, offset: int, length: int, *, compressed: bool) -> int:
    """Return how many bytes Arrow allocates for a buffer in a message's body. Raises WrongChunk."""
    if offset < 0 or length < 0 or offset + length > len(body):
        raise WrongChunk("a buffer is outside its message")
    if not compressed or not length:
        return length
    if length < 8:
        raise WrongChunk("a compressed buffer has no length")
    # A compressed buffer begins with its decompressed length; -1 says that it is not compressed.
    (declared,) = unpack_from("<q", body, offset)
    if declared < -1:
        raise WrongChunk("a buffer has a negative length")
    return length - 8 if declared == -1 else int(declared)


@dataclass(frozen=True, slots=True)
class _Table:
    """A flatbuffers table."""

    data: memoryview
    at: int

    @classmethod
    def root(cls, data: memoryview) -> Self:
        return cls(data, unpack_from("<I", data)[0])

    def number(self, field: int, layout: str) -> int:
        """Return a number; 0 is the default of all that are read."""
        place = self._place(field)
        return int(unpack_from(layout, self.data, place)[0]) if place else 0

    def table(self, field: int) -> "_Table | None":
        """Return the table that a field refers to, if there is one. A vector can be asked for, to
        see whether it is there."""
        place = self._place(field)
        return _Table(self.data, self._followed(place)) if place else None

    def pairs(self, field: int) -> list[tuple[int, int]]:
        """Return a vector of structs of two 64-bit numbers."""
        place = self._place(field)
        if not place:
            return []
        start = self._followed(place)
        (count,) = unpack_from("<I", self.data, start)
        starts = range(start + 4, start + 4 + count * _BUFFER_BYTES, _BUFFER_BYTES)
        return [unpack_from("<qq", self.data, at) for at in starts]

    def _place(self, field: int) -> int:
        """Return where the field is, 0 if it is absent."""
        (back,) = unpack_from("<i", self.data, self.at)
        vtable, slot = self.at - back, 4 + 2 * field
        (size,) = unpack_from("<H", self.data, vtable)
        if slot >= size:
            return 0
        (offset,) = unpack_from("<H", self.data, vtable + slot)
        return self.at + offset if offset else 0

    def _followed(self, place: int) -> int:
        return place + int(unpack_from("<I", self.data, place)[0])
