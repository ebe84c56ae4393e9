"""What a stream declares is added up before Arrow allocates anything for it."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from csvgate.chunks import arrow, stream_check
from csvgate.chunks.arrow import decode, encode
from csvgate.chunks.ipc_metadata import DeclaredBatch, buffer_bytes
from csvgate.chunks.stream_check import MAX_DECODED_BYTES, decoded_bytes
from csvgate.runtime.errors import Permanent
from unit.validation.files import batches, contract

pa = pytest.importorskip("pyarrow")

TOO_MANY = MAX_DECODED_BYTES // 8 + 1
"""Rows of a column of numbers that is too large."""


def stream(table: Any, compression: str | None = "zstd", **options: Any) -> bytes:
    sink = pa.BufferOutputStream()
    write = pa.ipc.IpcWriteOptions(compression=compression, **options)
    with pa.ipc.new_stream(sink, table.schema, options=write) as writer:
        writer.write_table(table)
    found: bytes = sink.getvalue().to_pybytes()
    return found


def lines(rows: int) -> Any:
    """Zeros, which take nearly nothing when they are compressed."""
    return pa.Array.from_buffers(pa.int64(), rows, [None, pa.py_buffer(bytes(8 * rows))])


@contextmanager
def counted_memory() -> Iterator[Any]:
    """A memory pool that knows its own maximum."""
    before = pa.default_memory_pool()
    pool = pa.proxy_memory_pool(before)
    pa.set_memory_pool(pool)
    try:
        yield pool
    finally:
        pa.set_memory_pool(before)


def refusal(data: bytes, **expected: Any) -> str:
    """Why the stream is refused, after nearly nothing was allocated."""
    with counted_memory() as pool:
        with pytest.raises(Permanent, match=r"^chunk\.malformed") as raised:
            decode(data, **expected)
        assert pool.max_memory() < 2**20
    return raised.value.message


def test_the_memory_of_a_chunk_is_counted() -> None:
    data = stream(pa.table({"_line": lines(200_000)}))
    with counted_memory() as pool:
        decode(data)
        assert 1_600_000 <= pool.max_memory() < 2_000_000


@pytest.mark.parametrize("compression", ["zstd", "lz4"])
def test_compressed_zeros(compression: str) -> None:
    data = stream(pa.table({"_line": lines(100_000_000)}), compression)
    assert len(data) < 4_000_000
    assert "declares 800,000,000 bytes, over 134,217,728" in refusal(data)


def test_many_columns_of_zeros_are_added_up() -> None:
    rows = TOO_MANY // 10 + 1
    data = stream(pa.table({"_line": lines(rows), **{str(i): lines(rows) for i in range(9)}}))
    assert "declares 134,2" in refusal(data)


def test_a_dictionary_counts_as_well() -> None:
    values = pa.array(["\0" * (MAX_DECODED_BYTES + 1)])
    column = pa.DictionaryArray.from_arrays(pa.array([0], pa.int8()), values)
    data = stream(pa.table({"_line": lines(1), "a": column}))
    assert len(data) < 20_000
    assert "declares 134,217,7" in refusal(data)


def test_codes_of_one_long_value() -> None:
    """Its codes are small, and so is its dictionary; the text is not."""
    codes = pa.array([0] * 2_000, pa.int8())
    column = pa.DictionaryArray.from_arrays(codes, pa.array(["a" * 900_000]))
    data = stream(pa.table({"_line": lines(2_000), "a": column}))
    assert len(data) < 2_000
    assert "its rows take over 134,217,728 bytes" in refusal(data)


def test_a_column_of_nulls_has_no_buffers_to_add_up() -> None:
    rows = TOO_MANY - 1
    data = stream(pa.table({"_line": lines(rows), "a": pa.nulls(rows)}))
    assert "column a is null" in refusal(data)


@pytest.mark.parametrize(
    "column",
    [pa.array([[1]]), pa.array([{"a": 1}]), pa.array([[1]], pa.list_(pa.int64(), 1))],
    ids=["list", "struct", "array"],
)
def test_nested_columns(column: Any) -> None:
    assert "column a is " in refusal(stream(pa.table({"_line": lines(1), "a": column})))


def test_more_than_one_batch() -> None:
    table = pa.concat_tables([pa.table({"_line": lines(3)})] * 2)
    assert "more than one batch" in refusal(stream(table))


def test_a_dictionary_that_is_sent_twice_or_in_parts() -> None:
    def part(values: list[str]) -> Any:
        column = pa.DictionaryArray.from_arrays(pa.array([0], pa.int8()), pa.array(values))
        return pa.table({"_line": lines(1), "a": column})

    for deltas, why in ((False, "more than one batch"), (True, "more than one batch")):
        table = pa.concat_tables([part(["a"]), part(["a", "b"])])
        assert why in refusal(stream(table, emit_dictionary_deltas=deltas))


@pytest.mark.parametrize("rows", [1, 29, 31, 1_000_000])
def test_another_number_of_rows(rows: int) -> None:
    data = stream(pa.table({"_line": lines(30)}))
    assert f"declares 30 rows, not {rows:,}" in refusal(data, rows=rows)
    assert 30 == decode(data, rows=30).num_rows


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"_line": pa.int64()}, "a is unknown"),
        ({"_line": pa.int64(), "a": pa.int64()}, "a is string, not int64"),
        ({"_line": pa.int64(), "a": pa.string(), "b": pa.string()}, "b is missing"),
    ],
)
def test_other_columns(columns: dict[str, Any], why: str) -> None:
    coded = pa.array(["x", "y"]).dictionary_encode()
    for column in (pa.array(["x", "y"]), coded):
        data = stream(pa.table({"_line": lines(2), "a": column}))
        assert why in refusal(data, columns=columns)
        assert 2 == decode(data, columns={"_line": pa.int64(), "a": pa.string()}).num_rows


def test_two_columns_of_one_name() -> None:
    table = pa.Table.from_arrays([lines(1), lines(1)], names=["_line", "_line"])
    assert "two columns of one name" in refusal(stream(table))


@pytest.mark.parametrize(
    ("prefix", "length", "declared"),
    [(-1, 18, 10), (1_000, 18, 1_000), (0, 18, 0), (5, 0, 0), (-2, 18, None), (5, 7, None)],
)
def test_the_length_of_a_compressed_buffer(prefix: int, length: int, declared: int | None) -> None:
    """-1 says that a buffer is not compressed, because that would save nothing."""
    body = memoryview(prefix.to_bytes(8, "little", signed=True) + bytes(10))
    if declared is None:
        with pytest.raises(ValueError, match="length"):
            buffer_bytes(body, 0, length, compressed=True)
    else:
        assert declared == buffer_bytes(body, 0, length, compressed=True)
    with pytest.raises(ValueError, match="outside its message"):
        buffer_bytes(body, 1, 18, compressed=True)


@pytest.mark.parametrize("compression", ["zstd", None])
def test_the_declared_bytes_are_those_of_the_columns(compression: str | None) -> None:
    rules = contract("a", {"name": "n", "type": "integer"}, {"name": "d", "type": "date"})
    (batch,) = batches(b"a,n,d\n" + b"hello,1,2026-11-28\n,,\n" * 500, rules)
    table = decode(encode(batch, rules)[0].data)
    data = stream(table.combine_chunks(), compression)
    messages = [*pa.ipc.MessageReader.open_stream(data)][1:]
    (declared,) = map(DeclaredBatch.of, messages)
    assert 1000 == declared.rows
    # Uncompressed buffers are padded to 8 bytes, and a bitmap may be left out.
    assert abs(declared.decoded_bytes - table.nbytes) <= 64


def test_damage_anywhere_allocates_no_more_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lengths are where they are looked for: changed ones are noticed, or do not matter."""
    monkeypatch.setattr(stream_check, "MAX_DECODED_BYTES", 100_000)
    coded = pa.array(["x", "y"] * 1_000).dictionary_encode()
    data = stream(pa.table({"_line": lines(2_000), "a": coded, "b": ["text"] * 2_000}))
    chance = random.Random(1)  # noqa: S311 - it has to be repeatable
    refused = 0
    for _ in range(3_000):
        forged = bytearray(data)
        for _ in range(chance.randrange(1, 4)):
            forged[chance.randrange(len(data))] = chance.choice((0, 1, 127, 255, 64))
        with counted_memory() as pool:
            try:
                decode(bytes(forged))
            except Permanent:
                refused += 1
            # Arrow's own tables of buffers, and the columns without their dictionaries.
            assert pool.max_memory() < 300_000
    assert refused > 100


def test_encode_keeps_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    words = [f"word{i}" * 20 for i in range(100)]
    rules = contract({"name": "a", "constraints": {"enum": words}}, "b")
    rows = "".join(f"{words[i * 7919 % 100]},{i}\n" for i in range(2_000))
    (batch,) = batches(f"a,b\n{rows}".encode(), rules)
    whole = decode(encode(batch, rules)[0].data)
    size = decoded_bytes(whole)
    monkeypatch.setattr(stream_check, "MAX_DECODED_BYTES", size // 3)
    monkeypatch.setattr(arrow, "MAX_DECODED_BYTES", size // 3)
    parts = encode(batch, rules)
    assert 4 <= len(parts) <= 8
    assert whole == pa.concat_tables([decode(part.data) for part in parts])


def test_one_row_over_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_check, "MAX_DECODED_BYTES", 100)
    monkeypatch.setattr(arrow, "MAX_DECODED_BYTES", 100)
    rules = contract("a")
    (batch,) = batches(b"a\n" + b"x" * 200 + b"\n", rules)
    with pytest.raises(Permanent, match=r"^chunk\.row_too_large: the row of line 2 takes over 100"):
        encode(batch, rules)


def test_words_of_arrow_that_quote_values_stay_inside() -> None:
    memory = pa.array([b"secret\xff"], pa.binary()).buffers()
    column = pa.Array.from_buffers(pa.string(), 1, memory)
    with pytest.raises(Permanent) as raised:
        decode(stream(pa.table({"_line": lines(1), "a": column})))
    assert raised.value.message.endswith("as an Arrow stream: ArrowInvalid")
    assert raised.value.__cause__ is None
