"""The ObjectStore port, with the fake and with fake-gcs-server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from gzip import compress

import pytest

from contract.ports.backends import Bucket
from csvgate.ports import ObjectInfo
from csvgate.runtime.errors import Failure, Permanent, Transient
from fakes.storage import crc32c

MIB = 1024 * 1024


def contents(bucket: Bucket, name: str) -> bytes | None:
    return bucket.store.read(bucket.name, name)


def fail_after(bucket: Bucket, data: bytes) -> None:
    with bucket.store.writer(bucket.name, "rejects.csv", "text/csv") as file:
        file.write(data)
        raise KeyError


def write(bucket: Bucket, data: bytes, *, replace: bool = False) -> ObjectInfo | None:
    with bucket.store.writer(bucket.name, "rejects.csv", "text/csv", replace=replace) as file:
        for start in range(0, len(data), 100_000):
            file.write(data[start : start + 100_000])
        return file.finish()


def stream(bucket: Bucket, info: ObjectInfo) -> Iterator[bytes]:
    return bucket.store.stream(bucket.name, info.name, info.generation, info.size)


class TestStat:
    def test_an_absent_object_has_none(self, bucket: Bucket) -> None:
        assert bucket.store.stat(bucket.name, "orders/x.csv") is None

    def test_it_describes_the_object(self, bucket: Bucket) -> None:
        put = bucket.put("orders/x.csv", b"a,b\n")
        found = bucket.store.stat(bucket.name, "orders/x.csv")
        assert found == put
        assert (found.bucket, found.name, found.size) == (bucket.name, "orders/x.csv", 4)
        assert found.content_encoding is None
        assert found.crc32c == crc32c(b"a,b\n")
        assert abs(datetime.now(UTC) - found.created) < timedelta(minutes=1)

    def test_an_overwrite_is_another_generation(self, bucket: Bucket) -> None:
        old = bucket.put("x.csv", b"old")
        new = bucket.put("x.csv", b"newer")
        assert new.generation > old.generation
        assert bucket.store.stat(bucket.name, "x.csv") == new
        assert bucket.store.stat(bucket.name, "x.csv", new.generation) == new
        assert bucket.store.stat(bucket.name, "x.csv", old.generation) is None


class TestRead:
    def test_an_absent_object_has_none(self, bucket: Bucket) -> None:
        assert contents(bucket, "x") is None

    @pytest.mark.parametrize("data", [b"", b"some\r\nbytes\x00\xff"])
    def test_the_bytes_come_back(self, bucket: Bucket, data: bytes) -> None:
        bucket.put("x", data)
        assert contents(bucket, "x") == data

    def test_a_generation_is_that_one_or_none(self, bucket: Bucket) -> None:
        old = bucket.put("x", b"old").generation
        new = bucket.put("x", b"new").generation
        assert bucket.store.read(bucket.name, "x", new) == b"new"
        assert bucket.store.read(bucket.name, "x", old) is None

    @pytest.mark.parametrize("name", ["a b/ü%2F?#+&.csv", "日本/x", "x'\"\\"])
    def test_any_name_is_taken_as_it_is(self, bucket: Bucket, name: str) -> None:
        assert bucket.store.create(bucket.name, name, name.encode(), "text/plain")
        assert contents(bucket, name) == name.encode()
        assert list(bucket.store.names(bucket.name, "")) == [name]

    @pytest.mark.parametrize("size", [0, 1, 4096])
    def test_up_to_its_limit_it_is_read(self, bucket: Bucket, size: int) -> None:
        bucket.put("x", b"x" * size)
        assert bucket.store.read(bucket.name, "x", max_bytes=size) == b"x" * size

    @pytest.mark.parametrize("size", [1, 4096, 9 * MIB])
    def test_over_its_limit_it_is_refused(self, bucket: Bucket, size: int) -> None:
        bucket.put("x", b"x" * size)
        with pytest.raises(Permanent, match=r"storage\.too_large"):
            bucket.store.read(bucket.name, "x", max_bytes=size - 1)

    def test_an_absent_object_has_none_with_a_limit_too(self, bucket: Bucket) -> None:
        assert bucket.store.read(bucket.name, "x", max_bytes=10) is None


class TestStream:
    @pytest.mark.parametrize("size", [0, 1, MIB, 17 * MIB + 3])
    def test_the_pieces_are_small_and_make_the_whole(self, bucket: Bucket, size: int) -> None:
        data = (b"0123456789abcde\n" * (size // 16 + 1))[:size]
        pieces = list(stream(bucket, bucket.put("x.csv", data)))
        assert b"".join(pieces) == data
        assert all(0 < len(piece) <= 2 * MIB for piece in pieces)

    def test_compressed_bytes_stay_compressed(self, bucket: Bucket) -> None:
        data = compress(b"a,b\n" * 100_000)
        put = bucket.put("x.csv.gz", data, "gzip")
        assert (put.content_encoding, put.size) == ("gzip", len(data))
        assert b"".join(stream(bucket, put)) == data
        assert contents(bucket, "x.csv.gz") == data

    @pytest.mark.parametrize("size", [0, 3])
    def test_an_overwritten_generation_is_gone(self, bucket: Bucket, size: int) -> None:
        old = bucket.put("x.csv", b"o" * size)
        bucket.put("x.csv", b"n" * size)
        with pytest.raises(Permanent, match=r"object\.gone"):
            list(stream(bucket, old))

    @pytest.mark.parametrize("size", [0, 3])
    def test_a_deleted_object_is_gone(self, bucket: Bucket, size: int) -> None:
        old = bucket.put("x.csv", b"o" * size)
        bucket.delete("x.csv")
        with pytest.raises(Permanent, match=r"object\.gone"):
            list(stream(bucket, old))

    def test_an_overwrite_in_the_middle_is_noticed(self, bucket: Bucket) -> None:
        pieces = stream(bucket, bucket.put("x.csv", b"o" * (20 * MIB)))
        assert set(next(pieces)) == {ord("o")}
        bucket.put("x.csv", b"n" * (20 * MIB))
        seen: set[int] = set()
        with pytest.raises(Permanent, match=r"object\.gone"):
            seen.update(*pieces)
        assert seen <= {ord("o")}

    @pytest.mark.parametrize("said", [0, 1, 8 * MIB, 8 * MIB + 5])
    def test_an_object_larger_than_its_size_says_gives_one_byte_more(
        self, bucket: Bucket, said: int
    ) -> None:
        """So that a wrong size cannot hide the rest of an object."""
        data = b"abcdefgh" * (2 * MIB)
        put = bucket.put("x.csv", data)
        pieces = bucket.store.stream(bucket.name, put.name, put.generation, said)
        assert b"".join(pieces) == data[: said + 1]

    def test_the_size_may_be_that_of_whole_requests(self, bucket: Bucket) -> None:
        data = b"abcdefgh" * MIB
        assert b"".join(stream(bucket, bucket.put("x.csv", data))) == data


class TestCreate:
    def test_the_first_wins_and_its_bytes_stay(self, bucket: Bucket) -> None:
        assert bucket.store.create(bucket.name, "claim", b"first", "text/plain")
        assert not bucket.store.create(bucket.name, "claim", b"second", "text/plain")
        assert contents(bucket, "claim") == b"first"

    def test_its_generation_is_returned(self, bucket: Bucket) -> None:
        generation = bucket.store.create(bucket.name, "claim", b"first", "text/plain")
        found = bucket.store.stat(bucket.name, "claim")
        assert found is not None
        assert generation == found.generation

    def test_more_than_a_request_takes_is_refused(self, bucket: Bucket) -> None:
        with pytest.raises(Permanent, match=r"storage\.too_large"):
            bucket.store.create(bucket.name, "x", bytes(8 * MIB + 1), "text/plain")
        assert bucket.store.create(bucket.name, "x", bytes(8 * MIB), "text/plain")

    def test_the_same_bytes_do_not_win_twice(self, bucket: Bucket) -> None:
        assert bucket.store.create(bucket.name, "claim", b"same", "text/plain")
        assert not bucket.store.create(bucket.name, "claim", b"same", "text/plain")

    def test_a_users_object_is_not_overwritten(self, bucket: Bucket) -> None:
        bucket.put("x", b"theirs")
        assert not bucket.store.create(bucket.name, "x", b"ours", "text/plain")
        assert contents(bucket, "x") == b"theirs"

    def test_after_a_deletion_it_may_be_created_again(self, bucket: Bucket) -> None:
        assert bucket.store.create(bucket.name, "x", b"1", "text/plain")
        bucket.delete("x")
        assert bucket.store.create(bucket.name, "x", b"2", "text/plain")

    def test_one_of_many_at_once_wins(self, bucket: Bucket) -> None:
        def create(index: int) -> int | None:
            return bucket.store.create(bucket.name, "claim", b"%d" % index, "text/plain")

        with ThreadPoolExecutor(8) as threads:
            won = [index for index, first in enumerate(threads.map(create, range(16))) if first]
        assert len(won) == 1
        assert contents(bucket, "claim") == b"%d" % won[0]

    def test_who_loses_reads_at_once_what_won(self, bucket: Bucket) -> None:
        """In any race, a claim that was created is never read as absent or as another's."""

        def race(index: int) -> tuple[int | None, bytes | None]:
            won = bucket.store.create(bucket.name, "claim", b"%d" % index, "text/plain")
            return won, contents(bucket, "claim")

        with ThreadPoolExecutor(8) as threads:
            seen = list(threads.map(race, range(24)))
        (winner,) = [index for index, (won, _) in enumerate(seen) if won]
        assert {b"%d" % winner} == {found for _, found in seen}

    def test_what_was_created_is_listed_at_once(self, bucket: Bucket) -> None:
        """The creator of the last object sees all of them, so one delivery finishes the upload."""

        def create(index: int) -> int:
            bucket.store.create(bucket.name, f"chunks/{index:06d}.done.json", b"{}", "text/plain")
            return len(list(bucket.store.names(bucket.name, "chunks/")))

        with ThreadPoolExecutor(6) as threads:
            counts = list(threads.map(create, range(18)))
        assert 18 == max(counts)
        assert min(counts) >= 1

    def test_one_of_many_names_does_not_hide_another(self, bucket: Bucket) -> None:
        names = [f"claims/{n:03d}" for n in range(12)]

        def create(name: str) -> int | None:
            return bucket.store.create(bucket.name, name, name.encode(), "text/plain")

        with ThreadPoolExecutor(6) as threads:
            assert all(threads.map(create, names))
        assert [name.encode() for name in names] == [contents(bucket, name) for name in names]


class TestWriter:
    @pytest.mark.parametrize("size", [0, 3, 8 * MIB, 8 * MIB + 1, 17 * MIB])
    def test_it_appears_when_it_is_finished(self, bucket: Bucket, size: int) -> None:
        data = b"r" * size
        with bucket.store.writer(bucket.name, "rejects.csv", "text/csv") as file:
            for start in range(0, size, 100_000):
                file.write(data[start : start + 100_000])
            assert bucket.store.stat(bucket.name, "rejects.csv") is None
            info = file.finish()
            assert info == bucket.store.stat(bucket.name, "rejects.csv")
        assert info is not None
        assert (info.size, info.crc32c) == (size, crc32c(data))
        assert contents(bucket, "rejects.csv") == data

    @pytest.mark.parametrize("size", [0, 3, 9 * MIB])
    def test_without_that_it_leaves_no_trace(self, bucket: Bucket, size: int) -> None:
        with bucket.store.writer(bucket.name, "rejects.csv", "text/csv") as file:
            file.write(b"r" * size)
        assert list(bucket.store.names(bucket.name, "")) == []

    @pytest.mark.parametrize("size", [0, 3, 9 * MIB])
    def test_an_exception_leaves_no_trace(self, bucket: Bucket, size: int) -> None:
        with pytest.raises(KeyError):
            fail_after(bucket, b"r" * size)
        assert list(bucket.store.names(bucket.name, "")) == []

    def test_an_exception_leaves_the_earlier_object(self, bucket: Bucket) -> None:
        before = bucket.put("rejects.csv", b"earlier")
        with pytest.raises(KeyError):
            fail_after(bucket, b"later")
        assert bucket.store.stat(bucket.name, "rejects.csv") == before

    @pytest.mark.parametrize("size", [3, 9 * MIB])
    def test_an_earlier_object_stays(self, bucket: Bucket, size: int) -> None:
        before = bucket.put("rejects.csv", b"earlier")
        assert write(bucket, b"r" * size) is None
        assert bucket.store.stat(bucket.name, "rejects.csv") == before

    @pytest.mark.parametrize("size", [3, 9 * MIB])
    def test_an_object_that_appears_meanwhile_stays(self, bucket: Bucket, size: int) -> None:
        with bucket.store.writer(bucket.name, "rejects.csv", "text/csv") as file:
            file.write(b"r" * size)
            before = bucket.put("rejects.csv", b"r" * size)
            assert file.finish() is None
        assert bucket.store.stat(bucket.name, "rejects.csv") == before

    @pytest.mark.parametrize("size", [3, 9 * MIB])
    def test_it_replaces_an_earlier_object_if_asked(self, bucket: Bucket, size: int) -> None:
        before = bucket.put("rejects.csv", b"earlier")
        info = write(bucket, b"r" * size, replace=True)
        assert info is not None
        assert info.generation > before.generation
        assert contents(bucket, "rejects.csv") == b"r" * size


class TestNames:
    def test_they_are_in_lexicographic_order(self, bucket: Bucket) -> None:
        names = ["p/10", "p/2", "p/1", "p/é", "p/A", "p/a b", "p/b/a", "q/1", "p.", "p/ﬀ", "p/𝒳"]
        for name in names:
            bucket.put(name, b"")
        expected = sorted(name for name in names if name.startswith("p/"))
        assert list(bucket.store.names(bucket.name, "p/")) == expected

    def test_dots_are_no_path(self, bucket: Bucket) -> None:
        bucket.put("a/../b", b"")
        assert list(bucket.store.names(bucket.name, "")) == ["a/../b"]

    def test_one_may_be_another_ones_folder(self, bucket: Bucket) -> None:
        for name in ["p", "p/q", "p//q"]:
            bucket.put(name, name.encode())
        assert list(bucket.store.names(bucket.name, "p")) == ["p", "p//q", "p/q"]
        assert contents(bucket, "p") == b"p"

    def test_there_may_be_none(self, bucket: Bucket) -> None:
        assert list(bucket.store.names(bucket.name, "p/")) == []


class TestGenerations:
    def test_they_are_listed_with_their_metadata(self, bucket: Bucket) -> None:
        made = [bucket.put(name, name.encode()) for name in ("p/2", "p/1", "p/3", "p/0", "q")]
        expected = sorted(made[:4], key=lambda info: info.name)
        assert list(bucket.store.generations(bucket.name, "p/")) == expected

    def test_noncurrent_ones_are_listed_too(self, versioned: Bucket) -> None:
        first, second = (versioned.put("x", data) for data in (b"1", b"22"))
        other = versioned.put("y", b"3")
        versioned.delete("y")
        assert list(versioned.store.generations(versioned.name, "")) == [first, second, other]

    def test_there_may_be_none(self, bucket: Bucket) -> None:
        assert list(bucket.store.generations(bucket.name, "p/")) == []


def test_nothing_can_be_said_without_the_bucket(bucket: Bucket) -> None:
    store, nowhere = bucket.store, "no-such-bucket"

    def write() -> None:
        with store.writer(nowhere, "x", "text/csv") as file:
            file.write(b"x")
            file.finish()

    for call in (
        lambda: store.stat(nowhere, "x"),
        lambda: store.read(nowhere, "x"),
        lambda: list(store.stream(nowhere, "x", 1, 0)),
        lambda: list(store.stream(nowhere, "x", 1, 10)),
        lambda: list(store.generations(nowhere, "x")),
        lambda: store.create(nowhere, "x", b"", "text/plain"),
        lambda: list(store.names(nowhere, "x")),
        write,
    ):
        with pytest.raises(Failure) as caught:
            call()
        assert (type(caught.value), caught.value.code) == (Transient, "storage.missing")
