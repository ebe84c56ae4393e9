"""`csvgate check` computes `derive` and `checks`, and reports what is wrong with them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from unit.author.check.check_examples import answer, check, faults, write_contract

PRICE = {"lookup": {"reference": "prices", "by": "item", "add": ["price"]}}
TOTAL = {"derive": {"total": {"sql": "number * price", "bigquery": "NUMERIC(5, 2)"}}}
EACH = {"derive": {"each": {"sql": "100 // number", "bigquery": "INT64"}}}
CHECKS = [
    {"sql": "number < 50", "message": "nobody orders fifty", "severity": "warn"},
    {"sql": "item <> 'pen' OR total < 10", "message": "pens are cheap"},
]
FILE = b"item,number\npen,2\npen,0\ncup,60\npen,9\n,1\n"


def contract(folder: Path, **properties: Any) -> Path:
    fields = [{"name": "item"}, {"name": "number", "type": "integer"}]
    references = {"prices": {"object": "prices.csv", "key": "item"}}
    (folder / "prices.csv").write_text("item,price\npen,1.5\ncup,4\n")
    (folder / "items.csv").write_bytes(FILE)
    whole = {"enrich": [PRICE, TOTAL, EACH], "checks": CHECKS, "references": references}
    return write_contract(folder, "items", schema={"fields": fields}, **whole | properties)


def test_rows_are_rejected_and_warnings_counted(tmp_path: Path) -> None:
    path = contract(tmp_path)
    done = check(tmp_path / "items.csv", "--contract", path, "--references", tmp_path)
    assert done.exit_code == 1
    assert "Warning: nobody orders fifty (1 row: line 4)\n" == done.stderr
    found = answer(tmp_path / "items.csv", "--contract", path, "--references", tmp_path)
    assert [(3, "each", "derive.failed"), (5, None, "check.failed")] == faults(found)
    assert ["nobody orders fifty (1 row: line 4)"] == found["warnings"]
    assert "pens are cheap" == found["faults"][1]["message"]


def test_without_references_a_note_says_what_is_not_computed(tmp_path: Path) -> None:
    path = contract(tmp_path)
    done = check(tmp_path / "items.csv", "--contract", path)
    assert done.stderr.splitlines() == [
        "Note: total, checks[1] are not computed without --references DIR",
        "Warning: nobody orders fifty (1 row: line 4)",
    ]
    found = answer(tmp_path / "items.csv", "--contract", path)
    assert [(3, "each", "derive.failed")] == faults(found)


def test_a_lookup_that_no_expression_uses_needs_no_reference(tmp_path: Path) -> None:
    path = contract(tmp_path, enrich=[PRICE, EACH], checks=[])
    done = check(tmp_path / "items.csv", "--contract", path)
    assert (1, "") == (done.exit_code, done.stderr)


MISTAKES: dict[str, tuple[dict[str, Any], str, str]] = {
    "a function": (
        {"enrich": [{"derive": {"x": {"sql": "random()", "bigquery": "FLOAT64"}}}], "checks": []},
        "enrich[0].derive.x.sql",
        "`random()` calls random, which is not among the functions",
    ),
    "a column": (
        {"checks": [{"sql": "amount > 0", "message": "m"}]},
        "checks[0].sql",
        "`amount > 0` uses an unknown column amount; the columns are item, number, price, total",
    ),
    "a column that is misspelled": (
        {"checks": [{"sql": "numbr > 0", "message": "m"}]},
        "checks[0].sql",
        "`numbr > 0` uses an unknown column numbr; did you mean `number`?",
    ),
    "a text in double quotes": (
        {"checks": [{"sql": 'item = "items"', "message": "m"}]},
        "checks[0].sql",
        "did you mean `item`? Texts are written in single quotes, columns in double quotes",
    ),
    "a column of the same step": (
        {
            "enrich": [
                {
                    "derive": {
                        "twice": {"sql": "number * 2", "bigquery": "INT64"},
                        "thrice": {"sql": "twice + number", "bigquery": "INT64"},
                    }
                }
            ],
            "checks": [],
        },
        "enrich[0].derive.thrice.sql",
        "`twice + number` uses column twice, which this step or a later one adds; derive thrice in "
        "a step after that one",
    ),
    "the syntax": (
        {"checks": [{"sql": "number >", "message": "m"}]},
        "checks[0].sql",
        "`number >` cannot be read as SQL: it ends before it is complete",
    ),
    "a number as a check": (
        {"checks": [{"sql": "number + 1", "message": "m"}]},
        "checks[0].sql",
        "not BOOL: write CAST(… AS BOOLEAN) if you want that",
    ),
    "a type": (
        {"enrich": [{"derive": {"x": {"sql": "number / 2", "bigquery": "INT64"}}}], "checks": []},
        "enrich[0].derive.x.sql",
        "gives DOUBLE, not INT64: write CAST(… AS BIGINT)",
    ),
}


@pytest.mark.parametrize("given", [True, False], ids=["references", "no references"])
@pytest.mark.parametrize(("properties", "path", "message"), MISTAKES.values(), ids=[*MISTAKES])
def test_mistakes_have_their_place_and_remedy(
    tmp_path: Path, properties: dict[str, Any], path: str, message: str, given: bool
) -> None:
    file = contract(tmp_path, **properties)
    options: list[str | Path] = ["--references", tmp_path] if given else []
    done = check(tmp_path / "items.csv", "--contract", file, *options)
    assert (2, "") == (done.exit_code, done.stdout)
    assert f"{file}:1: {path}: " in done.stderr
    assert message in done.stderr
    assert "1 mistake in contracts" in done.stderr


def test_an_expression_that_is_right_for_one_type_of_a_reference_is_not_a_mistake(
    tmp_path: Path,
) -> None:
    steps = [PRICE, {"derive": {"p": {"sql": "upper(price)", "bigquery": "STRING"}}}]
    path = contract(tmp_path, enrich=steps, checks=[])
    assert 0 == check(tmp_path / "items.csv", "--contract", path).exit_code
    done = check(tmp_path / "items.csv", "--contract", path, "--references", tmp_path)
    assert 2 == done.exit_code
    assert "enrich[1].derive.p.sql: `upper(price)` is refused by DuckDB" in done.stderr


def test_the_contract_of_a_folder_is_checked_too(tmp_path: Path) -> None:
    folder = tmp_path / "contracts"
    folder.mkdir()
    contract(folder, checks=[{"sql": "nothing", "message": "m"}])
    done = check(folder / "items.csv", "--contracts", folder, "--as", "items/x.csv")
    assert 2 == done.exit_code
    assert "checks[0].sql: `nothing` uses an unknown column" in done.stderr


def test_a_contract_without_expressions_starts_no_duckdb(tmp_path: Path) -> None:
    path = write_contract(tmp_path, "things")
    (tmp_path / "x.csv").write_text("id,name\n1,a\n")
    arguments = [str(tmp_path / "x.csv"), "--contract", str(path)]
    program = (
        "import sys\nfrom csvgate_ops.cli.author.check import command\n"
        f"command({arguments}, standalone_mode=False)\n"
        "print(sorted(m for m in sys.modules if 'enrichment' in m))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    needed = ["csvgate.enrichment", "csvgate.enrichment.judging"]
    assert f"{[*needed, 'csvgate.enrichment.judging.needed']}" == done.stdout.splitlines()[-1]
