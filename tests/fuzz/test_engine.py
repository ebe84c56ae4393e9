"""No input makes the engine crash, hang, or lose a row without a word.

`make fuzz EXAMPLES=200000` for as long as one likes; a few hundred of each in CI.
"""

import csv
import io
import os
import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csvgate.contracts.load import load
from csvgate.csv.compression import decompress
from csvgate.rejects.reject_file import RejectFile
from csvgate.validation.batch import Batch
from csvgate.validation.faults import FileFault
from csvgate.validation.validate import validate
from unit.csv.compressed import KINDS

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = load(ROOT / "contracts" / "orders.yaml")
SAMPLE = (ROOT / "samples" / "orders.csv").read_bytes()
HEADER = SAMPLE.splitlines(keepends=True)[0]
ROWS = SAMPLE.splitlines(keepends=True)[1:]
EXAMPLES = int(os.environ.get("CSVGATE_FUZZ_EXAMPLES", "2000"))

fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
hostile = st.sampled_from(
    [
        b'"',
        b'""',
        b",",
        b"\n",
        b"\r",
        b"\r\n",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"'",
        b"\\",
        b"=1+1",
    ]
)
rows = st.lists(st.sampled_from(ROWS), min_size=0, max_size=30).map(b"".join)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A sample of orders with bytes put in, taken out, or turned."""
    data = bytearray(HEADER + draw(rows))
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, len(data)))
        what = draw(st.integers(0, 2))
        if what == 0:
            data[at:at] = draw(st.one_of(hostile, st.binary(max_size=3)))
        elif what == 1:
            del data[at : at + draw(st.integers(1, 40))]
        else:
            data[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
    return bytes(data)


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


def run(data: bytes, size: int, chunk_bytes: int) -> list[Batch] | FileFault:
    try:
        return list(validate(pieces(data, size), CONTRACT, chunk_bytes=chunk_bytes))
    except FileFault as fault:
        return fault


def check(data: bytes, batches: list[Batch]) -> None:
    """Every row is accounted for, in order, on a line that there is."""
    lines = []
    for batch in batches:
        assert batch.rows_read == len(batch.lines) + len(batch.rejected)
        assert all(row.faults for row in batch.rejected)
        here = sorted([*batch.lines, *(row.line for row in batch.rejected)])
        assert len(here) == len(set(here))
        lines += here
    assert sorted(lines) == lines
    physical = re.split(rb"\r\n|\r|\n", data)
    assert not lines or lines[-1] <= len(physical)
    if b'"' not in data:
        # Without quotes a record is a line, so here is who they are.
        wanted = [n for n, line in enumerate(physical, 1) if line]
        assert wanted[1:] == lines
    reject_file = RejectFile(CONTRACT)
    text = b"".join(reject_file.render(batch) for batch in batches).decode("utf-8-sig", "replace")
    back = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    rejected = [row.line for batch in batches for row in batch.rejected]
    assert rejected == [int(row["_csvgate_line"]) for row in back]


@fuzzed
@given(damaged(), st.integers(1, 400), st.integers(1, 3000))
def test_a_damaged_file_loses_no_row(data: bytes, size: int, chunk_bytes: int) -> None:
    found = run(data, size, chunk_bytes)
    if not isinstance(found, FileFault):
        check(data, found)


@fuzzed
@given(st.binary(max_size=600), st.integers(1, 100))
def test_any_bytes_after_a_header_are_rows_with_a_reason(body: bytes, size: int) -> None:
    found = run(HEADER + body, size, 500)
    if not isinstance(found, FileFault):
        check(HEADER + body, found)


@fuzzed
@given(st.binary(max_size=400), st.integers(1, 100))
def test_any_bytes_at_all_end_in_batches_or_a_fault_with_words(data: bytes, size: int) -> None:
    found = run(data, size, 500)
    if isinstance(found, FileFault):
        assert found.fault.code
        assert found.fault.message


@fuzzed
@given(damaged(), st.data())
def test_a_damaged_archive_ends_in_batches_or_a_fault(data: bytes, draw: st.DataObject) -> None:
    packed = bytearray(KINDS[draw.draw(st.sampled_from(sorted(KINDS)))](data))
    for _ in range(draw.draw(st.integers(0, 3))):
        packed[draw.draw(st.integers(0, len(packed) - 1))] ^= draw.draw(st.integers(1, 255))
    cut = bytes(packed[: draw.draw(st.integers(0, len(packed)))])
    expanded: bytes | FileFault
    try:
        expanded = b"".join(decompress(pieces(cut, 64), max_bytes=10_000_000))
    except FileFault as fault:
        expanded = fault
    if isinstance(expanded, FileFault):
        assert expanded.fault.code
    else:
        run(expanded, 100, 1000)


BEGINNINGS = [
    b"PK\3\4",
    b"PK\5\6",
    b"BZh91AY&SY",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",
    b"\x1f\x8b\x08",
]


@fuzzed
@given(st.sampled_from(BEGINNINGS), st.binary(max_size=200), st.integers(1, 100))
def test_any_bytes_after_a_signature_end_in_a_fault(head: bytes, rest: bytes, size: int) -> None:
    try:
        for _ in decompress(pieces(head + rest, size), max_bytes=10_000_000, member="*"):
            pass
    except FileFault as fault:
        assert fault.fault.message  # noqa: PT017 - a few of them may be whole files
