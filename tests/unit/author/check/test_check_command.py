"""`csvgate check` from end to end: what it prints, and how it ends."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from unit.author.check.check_examples import (
    HERE,
    ORDERS,
    ORDERS_YAML,
    ROOT,
    answer,
    by_orders,
    check,
    faults,
    write_contract,
)

TIMESHEET = ROOT / "samples" / "timesheet.csv"


@pytest.mark.parametrize("style", ["table", "json"])
def test_the_sample_is_reported_as_in_the_golden_file(style: str) -> None:
    done = by_orders(ORDERS, "--format", style)
    assert (HERE / "golden" / f"orders.{style}").read_text(encoding="utf-8") == done.stdout
    assert done.exit_code == 1


def test_the_json_says_exactly_what_the_makers_of_the_file_know(tmp_path: Path) -> None:
    file, truth = tmp_path / "orders.csv", tmp_path / "truth.json"
    script = ROOT / "samples" / "make_orders.py"
    command = map(str, [sys.executable, script, "--rows", 5000, "--truth", truth, file])
    subprocess.run([*command], check=True, timeout=60)
    found = answer(file, "--contract", ORDERS_YAML, "--max-faults", "0")
    known = json.loads(truth.read_text())
    assert [(f["line"], f["column"], f["code"]) for f in known["faults"]] == faults(found)
    assert (known["rows"], known["bad_rows"]) == (found["rows_read"], found["rows_rejected"])
    assert found["rows_read"] == found["rows_valid"] + found["rows_rejected"]


def test_a_clean_file_exits_0(tmp_path: Path) -> None:
    contract, file = write_contract(tmp_path, "things"), tmp_path / "x.csv"
    file.write_text("id,name\n1,a\n2,b\n")
    done = check(file, "--contract", contract)
    assert done.stdout.splitlines() == [
        "2 rows read: 2 valid, 0 rejected",
        "Uploading this file would load all its rows (contract things).",
    ]
    assert done.exit_code == 0
    assert answer(file, "--contract", contract) == {
        "rows_read": 2,
        "rows_valid": 2,
        "rows_rejected": 0,
        "file_fault": None,
        "faults": [],
    }


def test_a_file_of_another_dataset_is_a_file_fault() -> None:
    done = by_orders(TIMESHEET)
    assert done.stdout.startswith("The file cannot be loaded: header.missing_column\n")
    assert "To load such files by contract orders: `optional: true`" in done.stdout
    assert done.exit_code == 1
    found = answer(TIMESHEET, "--contract", ORDERS_YAML)
    fault = found.pop("file_fault")
    assert (fault["code"], fault["line"], set(fault)) == (
        "header.missing_column",
        1,
        {"code", "line", "message"},
    )
    assert found == {"rows_read": 0, "rows_valid": 0, "rows_rejected": 0, "faults": []}


def test_rows_before_a_file_fault_are_counted_and_reported(tmp_path: Path) -> None:
    fields = [{"name": "id", "type": "integer"}, {"name": "name"}]
    contract = write_contract(tmp_path, "things", schema={"fields": fields})
    file = tmp_path / "x.csv.gz"
    rows = "".join(f"{n},{'long' * 25_000}\n" for n in range(300))
    file.write_bytes(gzip.compress(f"id,name\nx,y\n{rows}".encode(), 1)[:-20])
    done = check(file, "--contract", contract)
    assert done.stdout.splitlines()[0] == "The file cannot be loaded: file.gzip_truncated"
    assert "\nBefore that, 1" in done.stdout
    assert "'x' is not a whole number" in done.stdout


def test_gzip_and_standard_input() -> None:
    plain = answer(ORDERS, "--contract", ORDERS_YAML)
    done = check(
        "-", "--as", "orders/x.csv.gz", "--format", "json", stdin=gzip.compress(ORDERS.read_bytes())
    )
    assert plain == json.loads(done.stdout)


def test_the_cap_on_faults() -> None:
    assert len(answer(ORDERS, "--contract", ORDERS_YAML, "--max-faults", "2")["faults"]) == 2
    assert len(answer(ORDERS, "--contract", ORDERS_YAML, "--max-faults", "0")["faults"]) == 5
    done = by_orders(ORDERS, "--max-faults", "2")
    assert done.stdout.splitlines()[-1] == "… and 3 more; --max-faults 0 shows all"


def test_sensitive_values_are_masked_unless_revealed() -> None:
    email = "carlos.example.com"
    for style in ("table", "json"):
        assert email not in by_orders(ORDERS, "--format", style).stdout
        assert email in by_orders(ORDERS, "--format", style, "--reveal").stdout


@pytest.mark.parametrize("style", ["table", "json"])
def test_no_control_character_of_the_file_is_printed(tmp_path: Path, style: str) -> None:
    fields = [{"name": "id", "type": "integer"}]
    contract = write_contract(tmp_path, "things", schema={"fields": fields})
    file = tmp_path / "x.csv"
    file.write_bytes('id\n"\x1b[2J\x07\x9b\u202e\x00\x7f\n\ttwo"\n'.encode())
    printed = check(file, "--contract", contract, "--format", style).stdout
    assert [c for c in printed if c != "\n" and not c.isprintable()] == []
    assert "[2J" in printed


@pytest.mark.parametrize("style", ["table", "json"])
def test_nor_one_of_its_header(tmp_path: Path, style: str) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"id,name,\x1b[2J\n1,2,3\n")
    printed = check(file, "--contract", write_contract(tmp_path, "t"), "--format", style).stdout
    assert "header.extra_column" in printed
    assert "\x1b" not in printed
