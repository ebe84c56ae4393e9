"""The rows of a chunk, read from the staging bucket.

A message about a chunk carries its address, and no rows. The address is computed from the settings
and the seal, as in enrich_records; `dataref` in the message is shown and never followed.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from csvgate.contracts.hashing import from_json
from csvgate.ports import Message
from csvgate.protocol.events import ChunkAddress
from csvgate.protocol.messages.validated_records import parse_validated_records
from csvgate.protocol.staging import read_staged, staged_uri
from csvgate.runtime.errors import Permanent
from csvgate.text import shorten
from csvgate_ops.operate.dead_letters.content.content import Grid
from csvgate_ops.operate.dead_letters.content.masking import Mask
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter

_CELL: Final = 200
"""The most characters shown of a cell."""


@dataclass(frozen=True, slots=True)
class ChunkFacts:
    """The chunk that a message is about, as the message says it."""

    upload: str
    plan: str
    seal: int
    address: ChunkAddress


@dataclass(frozen=True, slots=True)
class Preview:
    grid: Grid | None = None
    remark: str = ""
    """Why the rows cannot be shown."""


def chunk_of(letter: DeadLetter) -> ChunkFacts | None:
    """Return the chunk that the letter's message is about; None if it is about none, or is not one
    of csvgate's messages. Requires `letter.data`. What is masked depends on the letter's upload, so
    a letter whose attributes name another upload than its message shows no rows."""
    if letter.kind != "chunk":
        return None
    try:
        found = parse_validated_records(Message(letter.data or b"", letter.attributes))
    except Permanent:
        return None
    if found.chunk is None or found.upload != letter.upload:
        return None
    return ChunkFacts(found.upload, found.plan, found.seal, found.chunk)


def preview(chunk: ChunkFacts, context: DeadLetterContext, mask: Mask, rows: int) -> Preview:
    """Return the first rows of the staged chunk, if its bytes are those that the seal lists. Raises
    Transient."""
    entries = context.ledger.upload(chunk.upload)
    sealed, received = entries.seal(chunk.seal), entries.received()
    if sealed is None or received is None:
        return Preview(remark=f"The ledger has no seal {chunk.seal} of this upload.")
    listed = sealed.chunks[chunk.address.index : chunk.address.index + 1]
    if not listed or listed[0].sha256 != chunk.address.sha256:
        return Preview(remark="The seal of the upload does not list this chunk.")
    bucket, sha256 = context.buckets["staging"], listed[0].sha256
    where = staged_uri(bucket, chunk.upload, sha256)
    try:
        data = read_staged(context.store, bucket, chunk.upload, sha256)
        if data is None:
            return Preview(remark=f"The staged chunk {where} is gone.")
        if hashlib.sha256(data).hexdigest() != sha256:
            return Preview(remark=f"The bytes of {where} are not those that the seal lists.")
        return Preview(chunk_grid(data, mask.and_of(from_json(received.contract)), rows))
    except Permanent as broken:
        return Preview(remark=broken.message)


def chunk_grid(data: bytes, mask: Mask, rows: int) -> Grid:
    """Return the first `rows` rows of a chunk, with long cells cut. Raises Permanent
    `chunk.malformed`."""
    from csvgate.chunks.arrow import decode

    table = decode(data)
    columns = tuple(str(name) for name in table.column_names)
    values = [
        [_cell(mask, name, value) for value in column.to_pylist()]
        for name, column in zip(columns, table.slice(0, rows).columns, strict=True)
    ]
    return Grid(
        columns=columns,
        masked=mask.hidden(columns),
        rows=tuple(zip(*values, strict=True)),
        total=int(table.num_rows),
    )


def _cell(mask: Mask, column: str, value: Any) -> str:
    return "" if value is None else shorten(mask.cell(column, str(value)), _CELL)
