"""The large file: shuffled keys without a repetition, and findings compared in order."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from bench import truth
from bench.feed import Rows
from bench.permutation import permuted
from bench.processes import large
from bench.shapes.registry import BY_NAME
from bench.shapes.shape import ShapeFile, located, write

ROWS = 3000
_KEY = re.compile(rb"^ORD-([0-9]{8}),", re.MULTILINE)


@pytest.mark.parametrize(("left", "right"), [(1, 1), (1, 7), (5, 1), (30, 40), (97, 1013)])
def test_every_number_has_another_one(left: int, right: int) -> None:
    numbers = np.arange(left * right, dtype=np.uint64)
    assert np.array_equal(numbers, np.sort(permuted(numbers, left, right)))


def test_a_million_numbers_of_the_large_file_do_not_repeat() -> None:
    shuffled = permuted(np.arange(1_000_000, dtype=np.uint64), 9_000, 10_000)
    assert 1_000_000 == len(np.unique(shuffled))
    assert shuffled.max() < 90_000_000
    # Spread over the whole range, and ascending as often as not.
    assert np.histogram(shuffled, 9, (0, 90_000_000))[0].min() > 100_000
    assert 0.49 < np.mean(shuffled[1:] > shuffled[:-1]) < 0.51


def test_rows_are_repeated_with_other_numbers() -> None:
    rows = Rows(ROWS)
    made = list(located(BY_NAME["sample"].records(ROWS)))
    text = "".join(record for record, _ in made).encode("utf-8", "surrogateescape")
    wrong = [each for _, faults in made for each in faults]
    first, wrong_first = rows.repetition(0)
    later, wrong_later = rows.repetition(2)
    assert wrong == wrong_first
    assert [(w.line + 2 * text.count(b"\n"), w.record + 2 * ROWS, w.code) for w in wrong] == [
        (w.line, w.record, w.code) for w in wrong_later
    ]
    # Apart from the numbers, the rows are those of the sample.
    blank = [_KEY.sub(b"ORD,", each) for each in (text, first, later)]
    digits = re.compile(rb"ORD[0-9]{8}")
    assert len({digits.sub(b"", each) for each in blank}) == 1


def test_each_key_once_and_the_repeated_ones_twice() -> None:
    rows = Rows(ROWS)
    sample = "".join(record for record, _ in BY_NAME["sample"].records(ROWS))
    before = _KEY.findall(sample.encode("utf-8", "surrogateescape"))
    keys = [_KEY.findall(rows.repetition(times)[0]) for times in (0, 7)]
    assert set() == set(keys[0]) & set(keys[1])
    for each in keys:
        assert len(before) - len(set(before)) == len(each) - len(set(each))
        # The same rows repeat the same earlier rows.
        assert [before.index(key) for key in before] == [each.index(key) for key in each]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> ShapeFile:
    return write(BY_NAME["sample"], tmp_path_factory.mktemp("feed"), ROWS)


def test_findings_are_compared_in_order(made: ShapeFile, tmp_path: Path) -> None:
    wrong = truth.read(made.truth)
    lines = [json.dumps([w.line, w.column, w.code]) + "\n" for w in wrong]
    findings = tmp_path / "findings"
    findings.write_text("".join(lines), encoding="utf-8")
    assert (len(wrong), True) == large.compare(made.truth, findings)
    findings.write_text("".join(lines[:-1]), encoding="utf-8")
    assert (len(wrong), False) == large.compare(made.truth, findings)
    findings.write_text("".join([*lines, lines[0]]), encoding="utf-8")
    assert (len(wrong), False) == large.compare(made.truth, findings)


def test_a_large_file_is_validated_from_a_pipe(tmp_path: Path) -> None:
    found = large.run(tmp_path, 30_000_000)
    assert found.exact
    assert found.rows == found.valid + found.rejected
    assert found.memory == found.peak + found.files
