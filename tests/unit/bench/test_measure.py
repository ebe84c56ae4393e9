"""Memory: temporary files count, because on Cloud Run they are in memory."""

from pathlib import Path
from tempfile import TemporaryFile

from bench.measure import open_file_bytes
from bench.processes.large import Large


def test_temporary_files_without_a_name_count(tmp_path: Path) -> None:
    with TemporaryFile(dir=tmp_path) as file, (tmp_path / "named").open("wb") as named:
        assert open_file_bytes(tmp_path) == 0
        for out in (file, named):
            out.write(b"x" * 100_000)
            out.flush()
        assert 200_000 <= open_file_bytes(tmp_path) < 300_000
        assert open_file_bytes(tmp_path / "elsewhere") == 0
    assert open_file_bytes(tmp_path) == 0


def test_memory_is_the_resident_set_and_the_files() -> None:
    measured = Large(
        rows=1, valid=1, rejected=0, bytes=1, bytes_out=1, cpu=1.0, wall=1.0, peak=300, files=40,
        processors=2, faults=0, exact=True,
    )  # fmt: skip
    assert 340 == measured.memory
