"""Every kind of compression gives the file's bytes, within the same limits, or a fault that names
the kind."""

import gzip
import lzma
import struct
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.csv.compression import FREE_BYTES, decompress, is_compressed, most_expanded
from csvgate.csv.work import counted
from csvgate.validation.faults import FileFault
from csvgate.validation.validate import validate
from unit.csv.compressed import KINDS, STREAMS, skippable, zipped
from unit.validation.files import contract, cut, valid_rows

MIB = 1024**2
SIZES = st.lists(st.integers(0, 40))
NEW = [kind for kind in KINDS if kind != "gzip"]
TEXT = b"a,b\n" + b"".join(b"%d,some text\n" % n for n in range(5_000))


def code(data: bytes, max_bytes: int | None = None) -> str:
    with pytest.raises(FileFault) as caught:
        for _ in decompress([data], max_bytes=max_bytes):
            pass
    return caught.value.fault.code


@pytest.mark.parametrize("kind", NEW)
@given(data=st.binary(max_size=60).filter(lambda data: not is_compressed(data)), sizes=SIZES)
def test_a_file_is_expanded_whatever_the_pieces(kind: str, data: bytes, sizes: list[int]) -> None:
    packed = KINDS[kind](data)
    assert is_compressed(packed)
    assert data == b"".join(decompress(cut(packed, sizes)))


@pytest.mark.parametrize("kind", STREAMS)
@given(
    members=st.lists(st.binary(max_size=50), min_size=1).filter(
        lambda members: not is_compressed(b"".join(members))
    ),
    sizes=SIZES,
)
def test_members_are_joined(kind: str, members: list[bytes], sizes: list[int]) -> None:
    data = b"".join(map(STREAMS[kind], members))
    assert b"".join(members) == b"".join(decompress(cut(data, sizes)))


@pytest.mark.parametrize("kind", NEW)
@pytest.mark.parametrize("size", [1, 4095, 65_537, 3 * MIB])
def test_large_files_come_in_small_pieces(kind: str, size: int) -> None:
    data = bytes(range(251)) * (size // 251 + 1)
    found = list(decompress([KINDS[kind](data)]))
    assert data == b"".join(found)
    assert MIB >= max(map(len, found))


@pytest.mark.parametrize("outer", KINDS)
@pytest.mark.parametrize("inner", KINDS)
def test_two_layers_of_any_kinds(outer: str, inner: str) -> None:
    data = KINDS[outer](KINDS[inner](TEXT))
    if outer == inner == "zip":
        with pytest.raises(FileFault, match=r"file\.not_csv: .* an archive in an archive"):
            list(validate(decompress([data]), contract("a", "b")))
    else:
        assert TEXT == b"".join(decompress([data]))


@pytest.mark.parametrize("kind", STREAMS)
def test_a_file_compressed_three_times_is_not_csv(kind: str) -> None:
    pack = STREAMS[kind]
    data = pack(pack(pack(TEXT)))
    with pytest.raises(FileFault, match=r"file\.not_csv: .* more than twice"):
        list(validate(decompress([data]), contract("a", "b")))


@pytest.mark.parametrize("kind", KINDS)
def test_its_rows_are_read(kind: str) -> None:
    rows = valid_rows(validate(decompress([KINDS[kind](b"a,b\n1,2\n")]), contract("a", "b")))
    assert [(2, ("1", "2"))] == rows


@pytest.mark.parametrize("kind", NEW)
@given(data=st.data())
def test_a_file_that_is_cut_off_is_reported(kind: str, data: st.DataObject) -> None:
    whole = KINDS[kind](b"some text, long enough to be cut anywhere" * 9)
    length = data.draw(st.integers(10, len(whole) - 1))
    with pytest.raises(FileFault) as caught:
        list(decompress([whole[:length]]))
    assert "file.compressed_truncated" == caught.value.fault.code
    assert kind in caught.value.fault.message or kind == "zip"


@pytest.mark.parametrize("kind", NEW)
@given(data=st.data())
def test_a_damaged_file_is_never_read_as_another(kind: str, data: st.DataObject) -> None:
    """The checksum of each kind covers its data; what is not data does not matter."""
    text = b"some text, long enough to be damaged anywhere" * 9
    whole = bytearray(KINDS[kind](text))
    at = data.draw(st.integers(10, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    found, reported = text, "file.compressed_corrupt"
    try:
        found = b"".join(decompress([bytes(whole)]))
    except FileFault as fault:
        reported = fault.fault.code
    # pyarrow writes zstd without a checksum.
    assert text == found or kind == "zstd"
    assert reported.startswith(("file.compressed_", "file.zip_"))


@pytest.mark.parametrize("kind", ["bzip2", "xz", *(["zstd"] if "zstd" in KINDS else [])])
def test_what_follows_is_named(kind: str) -> None:
    data = KINDS[kind](TEXT) + b"something else that is not compressed"
    with pytest.raises(FileFault) as caught:
        list(decompress([data]))
    assert "file.compressed_corrupt" == caught.value.fault.code
    assert kind in caught.value.fault.message


@pytest.mark.parametrize("kind", ["bzip2", "xz"])
def test_zeros_may_pad_the_end(kind: str) -> None:
    assert TEXT == b"".join(decompress([KINDS[kind](TEXT) + b"\0" * 100]))


def test_frames_of_zstd_that_are_skipped() -> None:
    pack = KINDS.get("zstd")
    if pack is None:
        pytest.skip("pyarrow is not installed")
    data = skippable() + pack(b"a\n") + skippable(b"") + pack(b"1\n") + skippable(b"x" * 100_000)
    assert b"a\n1\n" == b"".join(decompress(cut(data, [3, 1, 70])))
    assert "file.compressed_truncated" == code(data[:-1])


def test_a_file_that_asks_for_too_much_memory() -> None:
    header = bytearray(lzma.compress(TEXT, preset=0)[:24])
    header[16] = 40  # a dictionary of 4 GiB
    header[20:24] = struct.pack("<L", zlib.crc32(header[12:20]))
    data = bytes(header) + lzma.compress(TEXT, preset=0)[24:]
    assert "file.compressed_memory" == code(data)
    pytest.importorskip("pyarrow")
    frame = b"\x28\xb5\x2f\xfd\0" + bytes([21 << 3]) + b"\x01\0\0"  # a window of 2 GiB
    assert "file.compressed_memory" == code(frame)


BOMBS = {kind: pack(b"\0" * 12_000_000) for kind, pack in KINDS.items() if kind != "gzip"}


@pytest.mark.parametrize("kind", BOMBS)
@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_is_stopped_by_its_ratio(kind: str, layers: int) -> None:
    data = gzip.compress(BOMBS[kind]) if layers == 2 else BOMBS[kind]
    found, pieces = list[int](), decompress([data], free_bytes=1_000_000)
    with pytest.raises(FileFault, match=r"file\.expands_too_far: .* 250 times"):
        found.extend(map(len, pieces))
    assert max(1_000_000, 250 * max(len(data), len(BOMBS[kind]))) >= sum(found)
    assert 12_000_000 == sum(map(len, decompress([data])))


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_stopped_by_the_contracts_limit(kind: str) -> None:
    found, pieces = list[int](), decompress([BOMBS[kind]], max_bytes=3_000_000)
    with pytest.raises(FileFault, match=r"file\.expands_too_far: .* 3,000,000 bytes"):
        found.extend(map(len, pieces))
    assert 3_000_000 >= sum(found)
    assert MIB >= max(found)


class Ended(Exception):
    pass


@pytest.mark.parametrize("kind", NEW)
@pytest.mark.parametrize("shape", ["a bomb", "many members"])
def test_decompression_is_observed_step_by_step(kind: str, shape: str) -> None:
    if shape == "many members" and kind not in STREAMS:
        return
    data = BOMBS[kind] if shape == "a bomb" else KINDS[kind](b"") * 20_000
    made = 0

    def step() -> None:
        nonlocal made
        made += 1
        if made == 3:
            raise Ended

    found = list[int]()
    with pytest.raises(Ended):
        found.extend(map(len, decompress([data], on_step=step)))
    assert 3 * MIB >= sum(found)


@pytest.mark.parametrize("kind", NEW)
@pytest.mark.parametrize("failure", [FileFault("file.gone", "gone"), OSError("reset"), Ended()])
def test_what_reading_raises_is_not_taken_for_damage(kind: str, failure: Exception) -> None:
    data = KINDS[kind](TEXT)

    def pieces() -> Iterator[bytes]:
        yield data[: len(data) // 2]
        raise failure

    with pytest.raises(type(failure)) as caught:
        list(decompress(pieces()))
    assert caught.value is failure


@pytest.mark.parametrize("kind", NEW)
@pytest.mark.parametrize("size", [1, 1000, 1 << 20])
def test_the_work_is_in_proportion(kind: str, size: int) -> None:
    shapes = [KINDS[kind](TEXT)]
    if kind in STREAMS:
        shapes += [
            KINDS[kind](b"") * 5_000,
            KINDS[kind](b"1") * 2_000,
            KINDS[kind](TEXT[:700]) * 200,
        ]
    for data in shapes:
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        with counted() as found:
            expanded = sum(map(len, decompress(pieces, max_bytes=1 << 30)))
        assert found.scanned <= 24 * (len(data) + expanded) + 100_000


def test_the_most_that_a_file_expands_to() -> None:
    assert FREE_BYTES * 250 == most_expanded(100, None)


@pytest.mark.parametrize(
    "head",
    [b"PK", b"PK\x01\x02", b"BZh9,b\n1,2", b"BZh", b"\xfd7z", b"\x28\xb5\x2f", b"P*M,b\n1,2\n"],
)
def test_other_beginnings_are_not_compressed(head: bytes) -> None:
    assert not is_compressed(head)
    assert head == b"".join(decompress([head]))


def test_an_archive_is_read_through_the_whole_source() -> None:
    """Its bytes are verified before anything is concluded from them."""
    read = list[int]()
    data = zipped(TEXT) + b"\0" * 5

    def pieces() -> Iterator[bytes]:
        for at in range(0, len(data), 1000):
            read.append(at)
            yield data[at : at + 1000]

    first = next(decompress(pieces()))
    assert first.startswith(b"a,b\n")
    assert (len(data) + 999) // 1000 == len(read)
