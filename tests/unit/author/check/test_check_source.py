"""The bytes to check, and the limits on them."""

from pathlib import Path

import pytest

from csvgate.validation.faults import FileFault
from csvgate_ops.author.check.output import Unusable
from csvgate_ops.author.check.source import Source
from unit.author.check.check_examples import answer, write_contract
from unit.csv.compressed import KINDS, zipped


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


@pytest.mark.parametrize("kind", KINDS)
def test_a_compressed_file_is_read_like_in_the_cloud(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "named.csv"
    file.write_bytes(KINDS[kind](b"id,name\n1,Ann\n"))
    source = Source(file)
    assert b"id,name\n1,Ann\n" == b"".join(source.pieces())
    assert 1024**3 * 250 == source.most_bytes(None)
    found = answer(file, "--contract", write_contract(tmp_path, "named"))
    assert (1, 1) == (found["rows_read"], found["rows_valid"])


def test_the_contract_chooses_the_member_of_an_archive(tmp_path: Path) -> None:
    file = tmp_path / "named.zip"
    file.write_bytes(zipped({"new/named.csv": b"id,name\n1,Ann\n", "old/named.csv": b""}))
    contract = write_contract(tmp_path, "named", member="new/*")
    assert 1 == answer(file, "--contract", contract)["rows_valid"]
    without = write_contract(tmp_path, "other")
    fault = answer(file, "--contract", without)["file_fault"]
    assert "file.zip_member" == fault["code"]
    assert "new/named.csv, old/named.csv" in fault["message"]
