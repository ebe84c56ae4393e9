"""Members of gzip are read as zlib reads them, whichever library does it."""

import gzip
import zlib
from functools import cache
from struct import pack
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.csv.compression.gzip import GzipMember
from csvgate.csv.compression.members import MemberError

COMPLETE, CUT, DAMAGED = "complete", "cut", "damaged"
EXTRA, NAME, COMMENT, CHECKSUM = 4, 8, 16, 2
TEXT: Final = b"".join(b"%d,Zo\xc3\xab Brandt,19.90\n" % n for n in range(4_000))
AFTER: Final = b"more"


def member(data: bytes, flags: int, name: bytes, level: int) -> bytes:
    """Return a member whose header has these optional fields."""
    header = b"\x1f\x8b\x08" + bytes([flags]) + b"\0\0\0\0\0\3"
    if flags & EXTRA:
        header += pack("<H", len(name)) + name
    if flags & NAME:
        header += name + b"\0"
    if flags & COMMENT:
        header += name + b"\0"
    if flags & CHECKSUM:
        header += pack("<H", zlib.crc32(header) & 0xFFFF)
    packer = zlib.compressobj(level, wbits=-15)
    packed = packer.compress(data[:100]) + packer.flush(zlib.Z_FULL_FLUSH)
    packed += packer.compress(data[100:]) + packer.flush()
    return header + packed + pack("<LL", zlib.crc32(data), len(data))


def read(data: bytes, step: int, most: int) -> tuple[str, bytes, bytes]:
    """Return how the member ends, its bytes, and what follows it."""
    found, at, reader = [b""], 0, GzipMember()
    while not reader.eof:
        part = data[at : at + step] if reader.needs_input else b""
        if reader.needs_input and not part:
            return CUT, b"".join(found), b""
        try:
            out, left = reader.decompress(part, most)
        except MemberError:
            return DAMAGED, b"".join(found), b""
        assert most >= len(out)
        assert len(part) >= left
        found.append(out)
        at += len(part) - left
    return COMPLETE, b"".join(found), data[at:]


def read_by_zlib(data: bytes) -> tuple[str, bytes, bytes]:
    reader = zlib.decompressobj(31)
    try:
        found = reader.decompress(data)
    except zlib.error:
        return DAMAGED, b"", b""
    return (COMPLETE if reader.eof else CUT), found, reader.unused_data


NAMES = st.sampled_from([b"", b"orders.csv", b"n" * 300])
BODIES = st.one_of(
    st.binary(max_size=60),
    st.integers(0, len(TEXT)).map(lambda size: TEXT[:size]),
    st.integers(0, 300_000).map(bytes),
)
STEPS = st.sampled_from([1, 7, 128, 16_384, 1_000_000])
MOST = st.sampled_from([64, 1_000, 70_000, 1_048_576])


@given(BODIES, st.integers(0, 31), NAMES, st.sampled_from([0, 1, 6, 9]), STEPS, MOST)
def test_a_member_gives_its_bytes_and_what_follows(
    data: bytes, flags: int, name: bytes, level: int, step: int, most: int
) -> None:
    packed = member(data, flags, name, level) + AFTER
    assert (COMPLETE, data, AFTER) == read_by_zlib(packed)
    assert (COMPLETE, data, AFTER) == read(packed, max(step, len(packed) // 2_000), most)


@given(st.integers(0, 100_000), STEPS, MOST)
def test_a_member_of_few_bytes_gives_all_its_bytes(size: int, step: int, most: int) -> None:
    packed = gzip.compress(bytes(size), mtime=0)
    assert (COMPLETE, bytes(size), b"") == read(packed, step, most)


@cache
def small_member(flags: int) -> bytes:
    return member(TEXT[:300], flags, b"orders.csv", 6)


@given(st.sampled_from([0, NAME, 31]), st.data(), STEPS, MOST)
def test_a_member_that_is_cut_is_recognised(
    flags: int, data: st.DataObject, step: int, most: int
) -> None:
    whole = small_member(flags)
    cut = whole[: data.draw(st.integers(1, len(whole) - 1))]
    found = read(cut, step, most)
    assert CUT == found[0]
    assert TEXT.startswith(found[1])


@given(st.sampled_from([0, NAME, 31]), st.data(), STEPS, MOST)
def test_a_damaged_member_is_not_read(
    flags: int, data: st.DataObject, step: int, most: int
) -> None:
    """Some changes, such as that of the time in the header, are none for any library."""
    whole = bytearray(small_member(flags) + AFTER)
    at = data.draw(st.integers(2, len(whole) - 1 - len(AFTER)))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    expected = read_by_zlib(bytes(whole))
    found = read(bytes(whole), step, most)
    if expected[0] == COMPLETE:
        assert expected == found
    else:
        assert found[0] in (CUT, DAMAGED)


@pytest.mark.parametrize(
    ("trailer", "expected"),
    [
        (pack("<LL", zlib.crc32(TEXT) ^ 1, len(TEXT)), DAMAGED),
        (pack("<LL", zlib.crc32(TEXT), len(TEXT) + 1), DAMAGED),
        (pack("<L", zlib.crc32(TEXT) ^ 1), DAMAGED),
        (pack("<L", zlib.crc32(TEXT) ^ 1)[:3], CUT),
        (pack("<L", zlib.crc32(TEXT)), CUT),
    ],
)
@pytest.mark.parametrize("step", [1, 16_384])
def test_the_trailer_is_compared(trailer: bytes, expected: str, step: int) -> None:
    packed = gzip.compress(TEXT)[:-8] + trailer
    assert expected == read_by_zlib(packed)[0]
    assert expected == read(packed, step, 1_048_576)[0]
