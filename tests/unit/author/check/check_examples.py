"""Runs `csvgate check`, and writes small files to check."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from csvgate_ops.cli.author.check import command

ROOT = Path(__file__).resolve().parents[4]
ORDERS = ROOT / "samples" / "orders.csv"
ORDERS_YAML = ROOT / "contracts" / "orders.yaml"
HERE = Path(__file__).parent
Faults = list[tuple[int, str | None, str]]


def check(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(command, [*map(str, arguments)], input=stdin)


def by_orders(file: Path, *arguments: str | Path) -> Result:
    return check(file, "--contract", ORDERS_YAML, *arguments)


def answer(*arguments: str | Path) -> dict[str, Any]:
    """The JSON report of a check that completed."""
    done = check(*arguments, "--format", "json")
    assert done.exit_code in (0, 1), done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def faults(found: Mapping[str, Any]) -> Faults:
    return [(f["line"], f["column"], f["code"]) for f in found["faults"]]


def write_contract(folder: Path, dataset: str, **properties: Any) -> Path:
    """A contract of two text columns, `id` and `name`; JSON is YAML."""
    contract = {
        "dataset": dataset,
        "match": [f"{dataset}/*.csv"],
        "schema": {"fields": [{"name": "id"}, {"name": "name"}]},
        "destination": {"dataset": "d", "table": "t"},
        **properties,
    }
    folder.mkdir(exist_ok=True)
    path = folder / f"{dataset}.yaml"
    path.write_text(json.dumps(contract), encoding="utf-8")
    return path
