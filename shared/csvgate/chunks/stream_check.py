"""Checks an Arrow stream from outside before anything is allocated for it.

24 KB can declare 800 MB: as compressed zeros, or as codes of a dictionary with one long value.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from csvgate.chunks.ipc_metadata import DeclaredBatch, WrongChunk

if TYPE_CHECKING:
    import pyarrow as pa

MAX_DECODED_BYTES: Final = 128 * 1024 * 1024
"""The most bytes of a chunk's columns in memory, without dictionaries. With the default size of
chunks they take at most 95 MB: 16 MiB of text, and 2,000,000 cells of up to 38 bytes, which is a
BIGNUMERIC, or the offset of a text, with its place in the bitmap of nulls."""


def check_stream(
    data: bytes, *, rows: int | None, columns: "Mapping[str, pa.DataType] | None"
) -> None:
    """Raises WrongChunk unless the stream is a schema, dictionaries and one batch that together
    declare at most MAX_DECODED_BYTES. `rows` and `columns` are the expected ones, if known."""
    import pyarrow as pa

    messages = pa.ipc.MessageReader.open_stream(data)
    first = next(messages, None)
    if first is None or first.type != "schema":
        raise WrongChunk("it does not start with a schema")
    dictionaries = _check_schema(pa.ipc.read_schema(first), columns)
    size, batch = 0, None
    for message in messages:
        if batch is not None:
            raise WrongChunk("it has more than one batch")
        declared = DeclaredBatch.of(message)
        size += declared.decoded_bytes
        if size > MAX_DECODED_BYTES:
            raise WrongChunk(f"it declares {size:,} bytes, over {MAX_DECODED_BYTES:,}")
        if message.type == "record batch":
            batch = declared
        elif message.type != "dictionary" or not dictionaries:
            raise WrongChunk(f"it has a {message.type} too much")
        else:
            dictionaries -= 1
    if batch is None or batch.rows < 1:
        raise WrongChunk("it has no rows")
    if rows is not None and batch.rows != rows:
        raise WrongChunk(f"it declares {batch.rows:,} rows, not {rows:,}")


def _check_schema(schema: "pa.Schema", columns: "Mapping[str, pa.DataType] | None") -> int:
    """Return the number of columns that have a dictionary."""
    import pyarrow as pa

    values = {
        field.name: field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        for field in schema
    }
    if len(values) != len(schema):
        raise WrongChunk("it has two columns of one name")
    if columns is not None and values != columns:
        raise WrongChunk(f"its columns: {_differences(values, columns)}")
    for name, kind in values.items():
        # Nested columns would need checks of their own, and a column of nulls has no buffers.
        if kind.num_fields or pa.types.is_null(kind) or pa.types.is_dictionary(kind):
            raise WrongChunk(f"column {name} is {kind}")
    return sum(map(pa.types.is_dictionary, schema.types))


def _differences(values: "Mapping[str, pa.DataType]", columns: "Mapping[str, pa.DataType]") -> str:
    wrong = [
        f"{name} is {values[name]}, not {kind}" if name in values else f"{name} is missing"
        for name, kind in columns.items()
        if values.get(name) != kind
    ]
    wrong += [f"{name:.80} is unknown" for name in values if name not in columns]
    return "; ".join(wrong) or "another order"


def decoded_bytes(rows: "pa.Table | pa.RecordBatch") -> int:
    """Return how many bytes the columns take without their dictionaries: a bound of it, or the
    exact number if the bound is over MAX_DECODED_BYTES. The codes must be in range."""
    bound = sum(_dictionary_bytes(column, exact=False) for column in rows.columns)
    if bound <= MAX_DECODED_BYTES:
        return bound
    return sum(_dictionary_bytes(column, exact=True) for column in rows.columns)


def _dictionary_bytes(column: "pa.Array | pa.ChunkedArray", *, exact: bool) -> int:
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return sum(_values_bytes(chunk, exact=exact) for chunk in chunks)


def _values_bytes(column: "pa.DictionaryArray", *, exact: bool) -> int:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.dictionary.type
    if not (pa.types.is_string(kind) or pa.types.is_binary(kind)):
        return len(column) * (int(kind.bit_width) // 8 + 1)
    # Each value has an offset and a place in the bitmap of nulls.
    places = len(column) * 5
    lengths = pc.binary_length(column.dictionary)
    if exact:
        return places + int(pc.sum(lengths.take(column.indices)).as_py() or 0)
    return places + len(column) * int(pc.max(lengths).as_py() or 0)
