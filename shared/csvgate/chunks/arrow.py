"""Valid rows as Arrow IPC streams, compressed with zstd: what travels to enrich_records.

pyarrow is imported in functions only: a file without a valid row never pays for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from csvgate.chunks.narrowing import narrow, widen
from csvgate.contracts.model import Contract
from csvgate.contracts.table import column_type
from csvgate.runtime.errors import Permanent
from csvgate.types.bigquery import BigQueryType
from csvgate.validation.batch import Batch

if TYPE_CHECKING:
    import pyarrow as pa

LINE: Final = "_line"
"""The first column of a chunk: physical lines, int64."""
MAX_BYTES: Final = 7_000_000
"""Of one encoded chunk: a Pub/Sub message takes 10 MB, attributes and all."""
_END_OF_STREAM: Final = b"\xff\xff\xff\xff\x00\x00\x00\x00"


@dataclass(frozen=True, slots=True)
class EncodedChunk:
    data: bytes
    rows: int
    first_line: int
    last_line: int


def arrow_type(column: BigQueryType) -> "pa.DataType":
    """The Arrow type that the Storage Write API takes for a column. NUMERIC(p, s) is decimal128 of
    NUMERIC's own 38 digits whatever p and s are; TIMESTAMP is in UTC microseconds."""
    import pyarrow as pa

    match column.kind:
        case "INT64":
            return pa.int64()
        case "FLOAT64":
            return pa.float64()
        case "BOOL":
            return pa.bool_()
        case "NUMERIC":
            return pa.decimal128(38, 9)
        case "BIGNUMERIC":
            return pa.decimal256(76, 38)
        case "BYTES":
            return pa.binary()
        case "DATE":
            return pa.date32()
        case "TIME":
            return pa.time64("us")
        case "DATETIME":
            return pa.timestamp("us")
        case "TIMESTAMP":
            return pa.timestamp("us", tz="UTC")
    return pa.string()


def encode(batch: Batch, contract: Contract, max_bytes: int = MAX_BYTES) -> Sequence[EncodedChunk]:
    """The batch's valid rows in file order: `_line`, then the contract's fields; such as have few
    distinct texts perhaps as dictionaries, and numbers in narrower types where they fit.

    Usually one chunk. One that exceeds `max_bytes` is halved by rows until each half fits; a batch
    without valid rows has none. Raises Permanent `chunk.row_too_large` for one row that cannot fit.
    """
    if not len(batch.lines):
        return []
    import pyarrow as pa

    names = [LINE]
    arrays = [_array(batch.lines, pa.int64())]
    for field, values in zip(contract.schema_.fields, batch.columns, strict=True):
        names.append(field.name)
        arrays.append(_array(values, arrow_type(column_type(field))))
    return list(_halved(pa.record_batch(arrays, names=names), max_bytes))


def _array(values: Sequence[object], kind: "pa.DataType") -> "pa.Array":
    import pyarrow as pa

    return values if isinstance(values, pa.Array) else pa.array(values, kind)


def _halved(rows: "pa.RecordBatch", max_bytes: int) -> list[EncodedChunk]:
    data = _stream(rows)
    lines = rows.column(0)
    if len(data) > max_bytes and (whole := _plain(rows)) is not rows:
        # Each half would have all of the dictionaries.
        return _halved(whole, max_bytes)
    if len(data) <= max_bytes:
        return [EncodedChunk(data, len(lines), lines[0].as_py(), lines[-1].as_py())]
    if len(lines) == 1:
        message = f"the row of line {lines[0].as_py()} takes {len(data)} bytes of {max_bytes}"
        raise Permanent("chunk.row_too_large", message)
    half = len(lines) // 2
    return [*_halved(rows.slice(0, half), max_bytes), *_halved(rows.slice(half), max_bytes)]


def _plain(rows: "pa.RecordBatch") -> "pa.RecordBatch":
    """Without dictionaries."""
    import pyarrow as pa

    return widen(rows) if any(map(pa.types.is_dictionary, rows.schema.types)) else rows


def _stream(rows: "pa.RecordBatch") -> bytes:
    import pyarrow as pa

    rows = narrow(rows)
    options = pa.ipc.IpcWriteOptions(compression="zstd", use_threads=False)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema, options=options) as writer:
        writer.write_batch(rows)
    found: bytes = sink.getvalue().to_pybytes()
    return found


def decode(data: bytes) -> "pa.Table":
    """The table that `encode` was given, in one batch of rows, in the columns' own types.

    Raises Permanent `chunk.malformed` for a stream that was cut, or that is none of ours.
    """
    import pyarrow as pa

    # Arrow takes a stream cut between two messages for a whole one.
    if not data.endswith(_END_OF_STREAM):
        raise Permanent("chunk.malformed", "the chunk's Arrow stream has no end")
    try:
        with pa.ipc.open_stream(data) as reader:
            table = reader.read_all()
        table.validate(full=True)
        table = widen(table)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Permanent("chunk.malformed", f"the chunk is no Arrow stream: {error}") from error
    if not table.num_columns or table.schema.field(0) != pa.field(LINE, pa.int64()):
        raise Permanent("chunk.malformed", f"the chunk does not begin with a column {LINE}")
    if not table.num_rows:
        raise Permanent("chunk.malformed", "the chunk has no rows")
    return table
