"""Valid rows as Arrow chunks, encoded and decoded."""

import contextlib
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.chunks.arrow import arrow_type, decode, encode
from csvgate.runtime.errors import Permanent
from csvgate.types.bigquery import KINDS, BigQueryType
from unit.validation.files import batches, contract

pa = pytest.importorskip("pyarrow")

ALL = contract(
    {"name": "string"},
    {"name": "integer", "type": "integer"},
    {"name": "numeric", "type": "number", "bigquery": "NUMERIC(12, 2)"},
    {"name": "big", "type": "number", "bigquery": "BIGNUMERIC"},
    {"name": "float", "type": "number", "bigquery": "FLOAT64"},
    {"name": "bool", "type": "boolean"},
    {"name": "date", "type": "date"},
    {"name": "time", "type": "time"},
    {"name": "datetime", "type": "datetime", "bigquery": "DATETIME"},
    {"name": "timestamp", "type": "datetime"},
    {"name": "bytes", "bigquery": "BYTES"},
    {"name": "json", "bigquery": "JSON"},
    {"name": "geography", "bigquery": "GEOGRAPHY"},
    dialect={"header": False},
)
ROW = (
    "é,-5,1234.50," + "9" * 38 + ".5,-INF,true,2026-11-21,14:30:00.000001,2026-11-21T14:30:00,"
    "0001-01-01T00:00:00Z,aGk=,{},POINT(1 2)\n"
)


def test_every_type_comes_back() -> None:
    (batch,) = batches((ROW + "," * 12 + "\n").encode(), ALL)
    (chunk,) = encode(batch, ALL)
    table = decode(chunk.data)
    assert 2 == chunk.rows
    assert ["_line", *(field.name for field in ALL.schema_.fields)] == table.column_names
    first, second = table.to_pylist()
    assert [
        1,
        "é",
        -5,
        Decimal("1234.5"),
        Decimal("9" * 38 + ".5"),
        float("-inf"),
        True,
        date(2026, 11, 21),
        time(14, 30, 0, 1),
        datetime(2026, 11, 21, 14, 30),
        datetime(1, 1, 1, tzinfo=UTC),
        b"hi",
        "{}",
        "POINT(1 2)",
    ] == [v.astimezone(UTC) if getattr(v, "tzinfo", None) else v for v in first.values()]
    assert [2] + [None] * 13 == list(second.values())


@pytest.mark.parametrize(
    "text", ["1e28", "-0", "0e5", "1E+2", "5.", "0.00", "99999999999999999999999999999.999999999"]
)
def test_numbers_survive_however_they_were_written(text: str) -> None:
    rules = contract({"name": "a", "type": "number"})
    (batch,) = batches(f"a\n{text}\n".encode(), rules)
    (chunk,) = encode(batch, rules)
    assert [Decimal(text)] == decode(chunk.data).column("a").to_pylist()


def test_every_kind_of_column_has_an_arrow_type() -> None:
    found = {kind: str(arrow_type(BigQueryType(kind))) for kind in sorted(KINDS)}
    assert found == {
        "BIGNUMERIC": "decimal256(76, 38)",
        "BOOL": "bool",
        "BYTES": "binary",
        "DATE": "date32[day]",
        "DATETIME": "timestamp[us]",
        "FLOAT64": "double",
        "GEOGRAPHY": "string",
        "INT64": "int64",
        "JSON": "string",
        "NUMERIC": "decimal128(38, 9)",
        "STRING": "string",
        "TIME": "time64[us]",
        "TIMESTAMP": "timestamp[us, tz=UTC]",
    }


def test_the_same_rows_are_the_same_bytes() -> None:
    data = ROW.encode() * 100
    encoded = [[encode(batch, ALL) for batch in batches(data, ALL)] for _ in range(2)]
    assert encoded[0] == encoded[1]


def test_what_is_too_large_is_halved() -> None:
    rules = contract("a")
    data = b"a\n" + b"".join(b"%d\n" % (i * 7919) for i in range(1000))
    (batch,) = batches(data, rules)
    (whole,) = encode(batch, rules)
    parts = encode(batch, rules, max_bytes=len(whole.data) // 2)
    assert len(parts) > 1
    assert max(len(part.data) for part in parts) <= len(whole.data) // 2
    assert [part.rows for part in parts] == [decode(part.data).num_rows for part in parts]
    assert decode(whole.data) == pa.concat_tables([decode(p.data) for p in parts])


def test_low_cardinality_strings_travel_as_dictionaries() -> None:
    rules = contract("word", {"name": "n", "type": "integer"})
    data = b"word,n\n" + b"".join(b"%s,%d\n" % (b"ab" * (i % 7), i) for i in range(100_000))
    (batch,) = batches(data, rules)
    (chunk,) = encode(batch, rules)
    with pa.ipc.open_stream(chunk.data) as reader:
        assert pa.types.is_dictionary(reader.schema.field("word").type)
    table = decode(chunk.data)
    assert [pa.int64(), pa.string(), pa.int64()] == table.schema.types
    assert ["ab" * (i % 7) or None for i in range(100_000)] == table.column("word").to_pylist()


def test_halves_carry_no_dictionaries() -> None:
    """Each half would repeat them whole."""
    words = [f"word{i}" for i in range(100)]
    rules = contract({"name": "a", "constraints": {"enum": words}})
    data = "a\n" + "".join(f"{words[i * 7919 % 100]}\n" for i in range(100_000))
    (batch,) = batches(data.encode(), rules)
    (whole,) = encode(batch, rules)
    with pa.ipc.open_stream(whole.data) as reader:
        assert pa.types.is_dictionary(reader.schema.field("a").type)
    parts = encode(batch, rules, max_bytes=len(whole.data) - 1)
    assert len(parts) > 1
    for part in parts:
        with pa.ipc.open_stream(part.data) as reader:
            assert [pa.int64(), pa.string()] == reader.schema.types
    assert decode(whole.data) == pa.concat_tables([decode(p.data) for p in parts])


def test_a_row_that_cannot_fit_is_an_error() -> None:
    rules = contract("a")
    (batch,) = batches(b"a\n1\n", rules)
    with pytest.raises(Permanent, match=r"chunk\.row_too_large"):
        encode(batch, rules, max_bytes=10)


def test_no_valid_row_makes_no_chunk() -> None:
    rules = contract({"name": "a", "type": "integer"})
    (batch,) = batches(b"a\nx\n", rules)
    assert [] == list(encode(batch, rules))


def chunk() -> bytes:
    rules = contract("a", {"name": "n", "type": "number"})
    (batch,) = batches(b"a,n\n" + b"hello,1.5\n" * 50, rules)
    return encode(batch, rules)[0].data


CHUNK = chunk()


@given(st.integers(0, len(CHUNK) - 1))
def test_a_chunk_cut_anywhere_is_refused(length: int) -> None:
    with pytest.raises(Permanent, match=r"chunk\.malformed"):
        decode(CHUNK[:length])


@given(st.integers(0, len(CHUNK) - 1), st.integers(1, 255))
def test_a_forged_chunk_is_a_table_or_refused(at: int, change: int) -> None:
    forged = bytearray(CHUNK)
    forged[at] ^= change
    with contextlib.suppress(Permanent):
        assert "_line" == decode(bytes(forged)).column_names[0]


def test_other_arrow_streams_are_refused() -> None:
    for table in (
        pa.table({"a": [1]}),
        pa.table({"_line": ["1"]}),
        pa.table({"_line": pa.array([], pa.int64())}),
    ):
        with pytest.raises(Permanent, match=r"chunk\.malformed"):
            decode(stream(table))


@pytest.mark.parametrize(
    "lines",
    [[1, 2], [1.5, 2.5], ["1", "2"], [True, False]],
    ids=["int32", "float", "string", "bool"],
)
def test_lines_of_another_type_are_refused(lines: list[object]) -> None:
    column = pa.array(lines)
    if column.type == pa.int64():
        column = column.cast(pa.int32())
    with pytest.raises(Permanent, match=r"chunk\.malformed"):
        decode(stream(pa.table({"_line": column})))


@pytest.mark.parametrize("code", [-1, 2, 127])
def test_codes_that_are_not_in_the_dictionary_are_refused(code: int) -> None:
    codes = pa.array([0, code], pa.int8())
    column = pa.DictionaryArray.from_arrays(codes, pa.array(["a", "b"]), safe=False)
    with pytest.raises(Permanent, match=r"chunk\.malformed"):
        decode(stream(pa.table({"_line": pa.array([2, 3]), "a": column})))


def test_strings_that_are_not_utf8_are_refused() -> None:
    memory = pa.array([b"\xff"], pa.binary()).buffers()
    column = pa.Array.from_buffers(pa.string(), 1, memory)
    for forged in (column, pa.DictionaryArray.from_arrays(pa.array([0]), column)):
        with pytest.raises(Permanent, match=r"chunk\.malformed"):
            decode(stream(pa.table({"_line": pa.array([2]), "a": forged})))


def stream(table: Any) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    found: bytes = sink.getvalue().to_pybytes()
    return found
