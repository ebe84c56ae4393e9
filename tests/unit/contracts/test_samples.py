"""The samples: the generator's list of faults has the right lines, and the references fit the
orders."""

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from csvgate.contracts.load import load

CODES = {
    "type.integer", "type.number", "type.datetime", "format.email",
    "constraint.required", "constraint.enum", "constraint.pattern", "constraint.minimum",
    "constraint.maximum", "constraint.unique",
    "row.too_few_fields", "row.too_many_fields", "row.stray_quote", "encoding.invalid",
    "bigquery.scale", "bigquery.range", "bigquery.time_zone",
}  # fmt: skip

Made = tuple[bytes, dict[str, Any]]


@pytest.fixture
def make(root: Path, tmp_path: Path) -> Callable[..., Made]:
    def run(*options: str) -> Made:
        out, truth = tmp_path / "out.csv", tmp_path / "out.json"
        script = root / "samples" / "make_orders.py"
        subprocess.run([sys.executable, script, out, "--truth", truth, *options], check=True)
        return out.read_bytes(), json.loads(truth.read_text(encoding="utf-8"))

    return run


def test_the_same_seed_gives_the_same_file(make: Callable[..., Made]) -> None:
    assert make("--rows", "500", "--seed", "3") == make("--rows", "500", "--seed", "3")
    assert make("--rows", "500", "--seed", "3") != make("--rows", "500", "--seed", "4")


def test_a_file_of_the_default_size_has_every_kind_of_fault(make: Callable[..., Made]) -> None:
    data, truth = make()
    faulty = {fault["line"] for fault in truth["faults"]}
    assert (truth["rows"], truth["bad_rows"]) == (5000, len(faulty))
    assert {fault["code"] for fault in truth["faults"]} == CODES
    assert data.count(b"\n") > 5001, "some notes have more than one line"


def test_faults_are_where_the_truth_says(make: Callable[..., Made]) -> None:
    data, truth = make("--rows", "2000", "--bad", "0.2")
    lines = data.split(b"\n")
    texts: dict[str, list[str]] = {}
    for fault in truth["faults"]:
        line = lines[fault["line"] - 1].decode(errors="replace")
        texts.setdefault(fault["code"], []).append(line)
        assert line.startswith(("ORD", '""')), "a row starts here"
    assert all(line.count(",") < 9 for line in texts["row.too_few_fields"])
    assert all("fragile, handle" in line for line in texts["row.too_many_fields"])
    assert all("\ufffd" in line for line in texts["encoding.invalid"])
    assert all("2026-11-21T14:30:00," in line for line in texts["bigquery.time_zone"])
    ids = Counter(line.split(b",")[0].decode() for line in lines if line.startswith(b"ORD-"))
    repeated = [line.split(",")[0] for line in texts["constraint.unique"]]
    assert all(ids[order] > 1 for order in repeated)


def test_a_file_without_faults(make: Callable[..., Made]) -> None:
    data, truth = make("--rows", "300", "--bad", "0")
    assert truth == {"faults": [], "rows": 300, "bad_rows": 0}
    rows = list(csv.DictReader(data.decode().splitlines(keepends=True)))
    assert len(rows) == 300
    assert {len(row) for row in rows} == {10}


def test_the_references_fit_the_contract(root: Path, make: Callable[..., Made]) -> None:
    contract = load(root / "contracts" / "orders.yaml")
    tables = {}
    for name, reference in contract.references.items():
        with (root / "samples" / "references" / reference.object).open(encoding="utf-8") as file:
            tables[name] = {row[reference.key]: row for row in csv.DictReader(file)}
    for step in contract.enrich:
        if step.lookup:
            [row] = list(tables[step.lookup.reference].values())[:1]
            assert set(step.lookup.add) < set(row)
    currencies = next(f for f in contract.schema_.fields if f.name == "currency").constraints.enum
    assert set(tables["fx_rates"]) == set(currencies or ())
    assert len(tables["customers"]) == 300
    data, _ = make("--rows", "3000", "--bad", "0")
    rows = list(csv.DictReader(data.decode().splitlines(keepends=True)))
    known = sum(row["customer_id"] in tables["customers"] for row in rows)
    assert 0.9 < known / len(rows) < 1


def test_the_timesheet_has_no_column_of_the_contract(root: Path) -> None:
    contract = load(root / "contracts" / "orders.yaml")
    header = (root / "samples" / "timesheet.csv").read_text(encoding="utf-8").splitlines()[0]
    names = {field.name for field in contract.schema_.fields}
    assert not names & {label.strip().lower() for label in header.split(",")}
