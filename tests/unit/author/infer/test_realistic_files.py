"""The header is decided right in real-world-like files, and no column is lost."""

from pathlib import Path

import pytest

from csvgate_ops.author.infer.file.sample import Sample
from csvgate_ops.author.infer.guess import guess
from unit.author.infer.realistic_files import KINDS, Made, made

LEAST_RIGHT = 98


def test_there_are_one_hundred_kinds_of_which_eight_have_no_header() -> None:
    assert 100 == len({kind.name for kind in KINDS})
    assert 8 == sum(1 for kind in KINDS if not kind.labels)


@pytest.mark.parametrize("seed", [1, 2])
def test_header_and_columns_of_one_hundred_files(seed: int) -> None:
    found = [(file, *decided(file)) for file in made(seed)]
    narrow = [file.name for file, _, columns in found if columns == 1 < file.columns]
    assert [] == narrow
    wrong = [file.name for file, header, n in found if (header, n) != (file.header, file.columns)]
    assert len(wrong) <= len(found) - LEAST_RIGHT, wrong


def decided(file: Made) -> tuple[bool, int]:
    """Whether the first row is taken for a header, and the number of columns."""
    draft = guess(Sample(file.data, complete=True), Path("things.csv"), "things", 10_000)
    return draft.header or draft.by_position, len(draft.columns)
