"""Generated files have the same faults as those of samples/make_orders.py, with record numbers."""

import json
import re
from pathlib import Path

import pytest
from bench import orders, truth
from bench.feed import Rows
from bench.processes import large
from samples.make_orders import write_orders

ROWS = 3000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> orders.OrdersFile:
    return orders.write(tmp_path_factory.mktemp("orders"), ROWS, bad=0.1)


def test_the_same_file_and_truth_as_make_orders(made: orders.OrdersFile, tmp_path: Path) -> None:
    csv, notes = tmp_path / "orders.csv", tmp_path / "truth.json"
    write_orders(csv, rows=ROWS, bad=0.1, seed=orders.SEED, truth=notes)
    assert csv.read_bytes() == made.csv.read_bytes()
    expected = json.loads(notes.read_text(encoding="utf-8"))["faults"]
    actual = truth.read(made.truth)
    assert expected == [{"line": w.line, "column": w.column, "code": w.code} for w in actual]


def test_lines_run_ahead_of_records(made: orders.OrdersFile) -> None:
    last = truth.read(made.truth)[-1]
    assert last.line > last.record + 1


def test_the_cleaned_file_differs_in_what_stops_a_contender(made: orders.OrdersFile) -> None:
    before = made.csv.read_bytes().split(b"\n")
    after = made.cleaned.read_bytes().decode("utf-8").split("\n")
    stops = ("row.stray_quote", "encoding.invalid")
    expected = {w.line for w in truth.read(made.truth) if w.code in stops}
    actual = {
        number
        for number, (old, new) in enumerate(zip(before, after, strict=True), start=1)
        if old != new.encode()
    }
    assert expected == actual


def test_the_file_of_carriage_returns_differs_in_nothing_else(made: orders.OrdersFile) -> None:
    assert made.csv.read_bytes().replace(b"\n", b"\r") == made.returns.read_bytes()


def test_large_findings_are_compared_in_order(made: orders.OrdersFile, tmp_path: Path) -> None:
    wrong = truth.read(made.truth)
    lines = [json.dumps([w.line, w.column, w.code]) + "\n" for w in wrong]
    findings = tmp_path / "findings"
    findings.write_text("".join(lines), encoding="utf-8")
    assert (len(wrong), True) == large.compare(made.truth, findings)
    findings.write_text("".join(lines[:-1]), encoding="utf-8")
    assert (len(wrong), False) == large.compare(made.truth, findings)
    findings.write_text("".join([*lines, lines[0]]), encoding="utf-8")
    assert (len(wrong), False) == large.compare(made.truth, findings)


def test_rows_are_repeated_with_other_numbers() -> None:
    rows = Rows(3000)
    made = list(orders.records(3000))
    text = "".join(record for record, _ in made).encode("utf-8", "surrogateescape")
    wrong = [each for _, faults in made for each in faults]
    assert (text, wrong) == rows.repetition(0)
    later, wrong_then = rows.repetition(2)
    assert text.replace(b"ORD-10000000,", b"ORD-10006000,")[:40] == later[:40]
    lines = 2 * text.count(b"\n")
    assert [(w.line + lines, w.record + 6000, w.code) for w in wrong] == [
        (w.line, w.record, w.code) for w in wrong_then
    ]
    keys = [set(re.findall(rb"^ORD-[0-9]{8}", each, re.MULTILINE)) for each in (text, later)]
    assert set() == keys[0] & keys[1]
    assert len(keys[0]) == len(keys[1])
