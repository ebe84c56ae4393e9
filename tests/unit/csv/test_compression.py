"""Gzip by its bytes."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csvgate.csv.compression import decompress, is_compressed
from csvgate.validation.faults import FileFault
from csvgate.validation.validate import validate
from unit.validation.files import contract, cut


def code(data: bytes, max_bytes: int | None = None) -> str:
    with pytest.raises(FileFault) as caught:
        list(decompress([data], max_bytes=max_bytes))
    return caught.value.fault.code


MEMBERS = st.lists(st.binary(max_size=50), min_size=1).filter(
    lambda members: not is_compressed(b"".join(members))
)


@given(MEMBERS, st.lists(st.integers(0, 20)))
def test_members_are_joined_whatever_the_pieces(members: list[bytes], sizes: list[int]) -> None:
    data = b"".join(map(gzip.compress, members))
    assert b"".join(members) == b"".join(decompress(cut(data, sizes)))


@given(
    st.binary(max_size=20).filter(lambda data: not is_compressed(data)),
    st.lists(st.integers(0, 3)),
)
def test_other_streams_pass(data: bytes, sizes: list[int]) -> None:
    assert data == b"".join(decompress(cut(data, sizes), max_bytes=1))


@given(MEMBERS, st.lists(st.integers(0, 20)))
def test_a_stream_compressed_twice_is_expanded_twice(
    members: list[bytes], sizes: list[int]
) -> None:
    once = b"".join(map(gzip.compress, members))
    assert b"".join(members) == b"".join(decompress(cut(gzip.compress(once), sizes)))


def test_a_file_compressed_three_times_is_not_csv() -> None:
    data = gzip.compress(gzip.compress(gzip.compress(b"a\n1\n")))
    with pytest.raises(FileFault, match=r"file\.not_csv: .* more than twice"):
        list(validate(decompress([data]), contract("a")))


def test_zeros_may_pad_the_end() -> None:
    assert b"a" == b"".join(decompress([gzip.compress(b"a") + b"\0" * 100]))


@given(st.data())
def test_a_truncated_file_is_reported(data: st.DataObject) -> None:
    whole = gzip.compress(b"some text, long enough to be cut anywhere")
    length = data.draw(st.integers(2, len(whole) - 1))
    assert "file.gzip_truncated" == code(whole[:length])


def test_a_damaged_file_is_reported() -> None:
    whole = bytearray(gzip.compress(b"some text" * 100))
    whole[-5] ^= 1
    assert "file.gzip_corrupt" == code(bytes(whole))
    assert "file.gzip_corrupt" == code(gzip.compress(b"a") + b"rubbish")


def test_a_bomb_is_stopped_before_it_fills_memory() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    pieces = decompress([bomb], max_bytes=3_000_000)
    sizes = list[int]()
    with pytest.raises(FileFault, match=r"file\.expands_too_far"):
        sizes.extend(map(len, pieces))
    assert 3_000_000 >= sum(sizes)
    assert 1_048_576 >= max(sizes)
    assert 50_000_000 == sum(map(len, decompress([bomb], max_bytes=50_000_000)))


BOMB = gzip.compress(b"\0" * 30_000_000)


@given(st.lists(st.integers(0, 3000), max_size=30))
@settings(max_examples=20, deadline=None)
def test_without_a_limit_a_bomb_is_stopped_by_its_ratio(sizes: list[int]) -> None:
    given_out = list[int]()
    pieces = decompress(cut(BOMB, sizes), free_bytes=1_000_000)
    with pytest.raises(FileFault, match=r"file\.expands_too_far: .* 250 times"):
        given_out.extend(map(len, pieces))
    # 250 times the first 16 KiB, in complete pieces, however the file is divided.
    assert 3 * 1024 * 1024 == sum(given_out)


def test_a_second_layer_is_measured_too() -> None:
    bomb = gzip.compress(BOMB)
    with pytest.raises(FileFault, match=r"file\.expands_too_far"):
        list(decompress([bomb], free_bytes=1_000_000))
    assert 30_000_000 == sum(map(len, decompress([bomb])))


def test_what_follows_the_compression_is_named() -> None:
    with pytest.raises(FileFault, match="what follows its gzip data is not gzip"):
        list(decompress([gzip.compress(b"a") + b"rubbish"]))
