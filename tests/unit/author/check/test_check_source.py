"""The bytes to check, and the limits on them."""

from pathlib import Path

import pytest

from csvgate.validation.faults import FileFault
from csvgate_ops.author.check.output import Unusable
from csvgate_ops.author.check.source import Source


def test_pieces_and_what_is_reported_of_them(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"x" * 600_000)
    reported: list[int] = []
    data = b"".join(Source(file).pieces(max_bytes=600_000, report=reported.append))
    assert data == b"x" * 600_000
    assert reported == [262_144, 262_144, 75_712]


def test_a_file_past_the_limit_is_the_fault_it_is_in_the_cloud(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"x" * 10)
    with pytest.raises(FileFault) as caught:
        Source(file).pieces(max_bytes=9)
    assert caught.value.fault.code == "file.too_large"
    assert caught.value.fault.message == "the file has 10 bytes; the contract allows 9"


def test_a_file_that_goes_is_unusable(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"x")
    source = Source(file)
    file.unlink()
    with pytest.raises(Unusable, match="cannot read"):
        list(source.pieces())
    with pytest.raises(Unusable, match="No such file"):
        Source(file)
