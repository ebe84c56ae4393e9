"""Chunks: valid rows as Arrow IPC streams, compressed with zstd, for enrich_records.

pyarrow is imported in functions only, so that a file without a valid row does not pay for it.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from csvgate.chunks.ipc_metadata import WrongChunk
from csvgate.chunks.stream_check import MAX_DECODED_BYTES, check_stream, decoded_bytes
from csvgate.contracts.checks.column_names import LINE
from csvgate.contracts.model import Contract
from csvgate.contracts.table import file_columns
from csvgate.light_dataclass import dataclass
from csvgate.runtime.errors import Permanent
from csvgate.runtime.library_words import library_words
from csvgate.types.bigquery import BigQueryType

if TYPE_CHECKING:
    import pyarrow as pa

    from csvgate.validation.batch import Batch

T = TypeVar("T", "pa.Table", "pa.RecordBatch")

MAX_BYTES: Final = 16 * 1024 * 1024
"""The limit for one encoded chunk (16 MiB), of which validate_and_parse holds a few in memory. Few
chunks come near it: each that does is encoded again, in halves."""
_END_OF_STREAM: Final = b"\xff\xff\xff\xff\x00\x00\x00\x00"


@dataclass(frozen=True, slots=True)
class EncodedChunk:
    data: bytes
    rows: int


def arrow_type(column: BigQueryType) -> "pa.DataType":
    """Return the Arrow type that the Storage Write API accepts for a column. NUMERIC(p, s) is
    always decimal128 with NUMERIC's 38 digits; TIMESTAMP is in UTC microseconds."""
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


def encode(
    batch: "Batch", contract: Contract, max_bytes: int = MAX_BYTES
) -> Sequence[EncodedChunk]:
    """Return the batch's valid rows in file order: `_line` (int64), then the columns of the
    file in the types of `arrow_type`. Low-cardinality string columns may be dictionary-encoded.

    Usually one chunk. One that exceeds `max_bytes`, or MAX_DECODED_BYTES in memory, is halved by
    rows until each half fits; a batch without valid rows gives none. Raises Permanent
    `chunk.row_too_large` if one row cannot fit.
    """
    if not len(batch.lines):
        return []
    import pyarrow as pa

    names = [LINE]
    arrays = [_array(batch.lines, pa.int64())]
    columns = file_columns(contract.schema_)
    for (name, kind), values in zip(columns.items(), batch.columns, strict=True):
        names.append(name)
        arrays.append(_array(values, arrow_type(kind)))
    return list(_halved(pa.record_batch(arrays, names=names), max_bytes))


def _array(values: Sequence[object], kind: "pa.DataType") -> "pa.Array":
    import pyarrow as pa

    return values if isinstance(values, pa.Array) else pa.array(values, kind)


def _halved(rows: "pa.RecordBatch", max_bytes: int) -> list[EncodedChunk]:
    fits = decoded_bytes(rows) <= MAX_DECODED_BYTES
    data = _stream(rows) if fits else b""
    if fits and len(data) <= max_bytes:
        return [EncodedChunk(data, rows.num_rows)]
    if fits and (decoded := _without_dictionaries(rows)) is not rows:
        # Each half would carry the whole dictionaries.
        return _halved(decoded, max_bytes)
    if rows.num_rows == 1:
        size = f"{len(data)} bytes of {max_bytes}" if fits else f"over {MAX_DECODED_BYTES} bytes"
        message = f"the row of line {rows.column(0)[0]} takes {size}"
        raise Permanent("chunk.row_too_large", message)
    half = rows.num_rows // 2
    return [*_halved(rows.slice(0, half), max_bytes), *_halved(rows.slice(half), max_bytes)]


def _without_dictionaries(rows: T) -> T:
    """Casts dictionary-encoded columns to the type of their values."""
    import pyarrow as pa

    types = rows.schema.types
    if not any(map(pa.types.is_dictionary, types)):
        return rows
    decoded = [each.value_type if pa.types.is_dictionary(each) else each for each in types]
    return rows.cast(pa.schema(list(zip(rows.schema.names, decoded, strict=True))))


def _stream(rows: "pa.RecordBatch") -> bytes:
    import pyarrow as pa

    options = pa.ipc.IpcWriteOptions(compression="zstd", use_threads=False)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema, options=options) as writer:
        writer.write_batch(rows)
    found: bytes = sink.getvalue().to_pybytes()
    return found


def decode(
    data: bytes, *, rows: int | None = None, columns: "Mapping[str, pa.DataType] | None" = None
) -> "pa.Table":
    """Return the rows that `encode` was given, as a table without dictionaries. `rows` and
    `columns` are the expected ones, if known.

    Raises Permanent `chunk.malformed` for a stream that was cut or that csvgate did not write,
    before memory is allocated for what it declares.
    """
    import pyarrow as pa

    # Arrow reads a stream that was cut between two messages without an error.
    if not data.endswith(_END_OF_STREAM):
        raise Permanent(
            "chunk.malformed", "the chunk's Arrow stream was cut: its end marker is missing"
        )
    try:
        check_stream(data, rows=rows, columns=columns)
        with pa.ipc.open_stream(data) as reader:
            table = reader.read_all()
        table.validate(full=True)
        if decoded_bytes(table) > MAX_DECODED_BYTES:
            raise WrongChunk(f"its rows take over {MAX_DECODED_BYTES:,} bytes")
        table = _without_dictionaries(table)
    except WrongChunk as error:
        message = f"the chunk cannot be read as an Arrow stream: {error}"
        raise Permanent("chunk.malformed", message) from error
    except (pa.ArrowException, OSError, ValueError, struct.error) as error:
        message = f"the chunk cannot be read as an Arrow stream: {library_words(error)}"
        raise Permanent("chunk.malformed", message) from None
    if not table.num_columns or table.schema.field(0) != pa.field(LINE, pa.int64()):
        raise Permanent("chunk.malformed", f"the chunk's first column is not {LINE} (int64)")
    return table
