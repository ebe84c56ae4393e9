"""Decompression is observed step by step, so that it can be ended whatever it yields."""

import gzip

import pytest

from csvgate.csv.compression import (
    FREE_BYTES,
    MAX_RATIO,
    decompress,
    is_compressed,
    most_expanded,
)

MIB = 1024**2


class Ended(Exception):
    pass


class Steps:
    """Ends the decompression before the step after the last one."""

    def __init__(self, last: int) -> None:
        self.last, self.made = last, 0

    def __call__(self) -> None:
        if self.made == self.last:
            raise Ended
        self.made += 1


def test_a_piece_of_a_mebibyte_is_a_step() -> None:
    steps, found = Steps(3), list[bytes]()
    with pytest.raises(Ended):
        found.extend(decompress([gzip.compress(b"\n" * 64 * MIB)], on_step=steps))
    assert 3 == steps.made
    assert sum(map(len, found)) <= 3 * MIB


def test_members_that_yield_nothing_are_steps() -> None:
    """Ten thousand empty members take time, and there is not a single piece of the result."""
    steps, found = Steps(500), list[bytes]()
    with pytest.raises(Ended):
        found.extend(decompress([gzip.compress(b"") * 10_000], on_step=steps))
    assert (500, []) == (steps.made, found)


def test_both_layers_have_steps() -> None:
    """The outer layer yields 40 MiB of empty members, which yield nothing."""
    steps = Steps(30_000)
    data = gzip.compress(gzip.compress(b"", mtime=0) * 100_000)
    with pytest.raises(Ended):
        list(decompress([data], on_step=steps))
    assert 30_000 == steps.made


def test_a_stream_that_is_not_compressed_has_no_steps() -> None:
    assert [b"a\n1\n"] == list(decompress([b"a\n1\n"], on_step=Steps(0)))


@pytest.mark.parametrize(
    ("head", "expected"), [(b"\x1f\x8b", True), (b"\x1f", False), (b"", False), (b"a,b", False)]
)
def test_what_is_taken_for_gzip(head: bytes, *, expected: bool) -> None:
    assert expected == is_compressed(head)


def test_the_most_that_a_stream_expands_to() -> None:
    assert 5_000 == most_expanded(100, 5_000)
    assert MAX_RATIO * FREE_BYTES == most_expanded(100, None)
    assert MAX_RATIO**2 * 10**9 == most_expanded(10**9, None)
