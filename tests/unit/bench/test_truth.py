"""Scores: faults found, missed, and reported falsely."""

from pathlib import Path

from bench import truth
from bench.truth import Score, Wrong, score

TRUTH = [
    Wrong(line=2, record=1, column="a", code="type.integer"),
    Wrong(line=9, record=4, column="a", code="type.integer"),
    Wrong(line=9, record=4, column="b", code="constraint.enum"),
]


def test_all_found_with_codes() -> None:
    findings = [(wrong.line, wrong.column, wrong.code) for wrong in TRUTH]
    expected = Score(2, 0, 0, 3, 0, 0, {})
    assert expected == score(TRUTH, findings, "line")
    assert expected.perfect


def test_another_code_is_another_fault() -> None:
    findings = [(wrong.line, wrong.column, "type.number") for wrong in TRUTH]
    assert Score(2, 0, 0, 0, 3, 3, {}) == score(TRUTH, findings, "line")


def test_without_codes_place_and_column_count() -> None:
    findings = [(wrong.record, wrong.column, None) for wrong in TRUTH]
    assert Score(2, 0, 0, 3, 0, 0, {}) == score(TRUTH, findings, "record")


def test_record_numbers_are_not_lines() -> None:
    findings = [(wrong.record, wrong.column, None) for wrong in TRUTH]
    actual = score(TRUTH, findings, "line")
    assert (0, 2, 2) == (actual.rows_found, actual.rows_missed, actual.rows_false)


def test_missed_rows_by_their_first_fault() -> None:
    actual = score(TRUTH, [], "line")
    assert Score(0, 2, 0, 0, 3, 0, {"type.integer": 2}) == actual
    assert not actual.perfect


def test_false_rows() -> None:
    findings = [*((w.line, w.column, w.code) for w in TRUTH), (5, None, "row.stray_quote")]
    assert Score(2, 0, 1, 3, 0, 1, {}) == score(TRUTH, findings, "line")


def test_written_and_read(tmp_path: Path) -> None:
    truth.write(tmp_path / "truth", TRUTH)
    assert TRUTH == truth.read(tmp_path / "truth")
