"""What `csvgate check` says about the rows that the table has already."""

import json
from pathlib import Path
from typing import Any

import pytest

from unit.author.check.check_examples import check

ID = {"name": "id", "constraints": {"required": True}}
DAY = {"name": "day", "type": "date"}


def verdict(folder: Path, file: str, **properties: Any) -> list[str]:
    contract: dict[str, Any] = {
        "dataset": "stock",
        "match": ["stock/*.csv"],
        "schema": {"fields": [ID, DAY]},
        "destination": {"dataset": "shop", "table": "stock"},
    }
    (folder / "stock.yaml").write_text(json.dumps(contract | properties))
    (folder / "stock.csv").write_text(file)
    done = check(folder / "stock.csv", "--contract", folder / "stock.yaml")
    return done.stdout.partition("\n\n")[0].splitlines()[2:]


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "replace": (
        {"on_overwrite": "replace"},
        "They replace the rows in shop.stock of an earlier upload with the same object name.",
    ),
    "table": ({"replace": "table"}, "They replace all rows of shop.stock."),
    "columns": (
        {"replace_by": ["day", "id"]},
        "They replace older rows in shop.stock that have the same day, id.",
    ),
    "merge": (
        {"merge": {"key": ["id"]}},
        "They update older rows in shop.stock that have the same id.",
    ),
    "keys": (
        {"schema": {"fields": [ID, DAY], "primaryKey": ["id"], "primaryKeyIn": "table"}},
        "Not checked: whether shop.stock has some of their keys (id) already. Then the whole "
        "upload is rejected.",
    ),
}


@pytest.mark.parametrize("way", CASES)
def test_the_effect_on_earlier_rows_is_said(tmp_path: Path, way: str) -> None:
    properties, sentence = CASES[way]
    assert [sentence] == verdict(tmp_path, "id,day\n7,2026-11-21\n", **properties)


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("replace", ["An upload without rows removes the rows in shop.stock of an earlier "
                     "upload with the same object name."]),
        ("table", ["An upload without rows removes all rows of shop.stock."]),
        ("columns", []), ("merge", []), ("keys", []),
    ],
)  # fmt: skip
def test_a_file_without_rows_removes_what_it_replaces(
    tmp_path: Path, way: str, said: list[str]
) -> None:
    assert said == verdict(tmp_path, "id,day\n", **CASES[way][0])


@pytest.mark.parametrize("way", ["replace", "table"])
def test_a_replacement_with_rejected_rows_only_is_refused(tmp_path: Path, way: str) -> None:
    assert [] == verdict(tmp_path, "id,day\n7,soon\n", **CASES[way][0])


def test_a_file_that_is_refused_has_no_effect(tmp_path: Path) -> None:
    limits = {"rejected_rows": 0}
    assert [] == verdict(tmp_path, "id,day\n7,soon\n", replace="table", limits=limits)
