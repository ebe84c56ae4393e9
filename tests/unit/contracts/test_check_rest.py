"""Each rule about anything but fields has a case that breaks it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

Found = list[tuple[str, str]]

RANGES = {"start": 0, "end": 1_000_000, "step": 1000}
TABLE = {"dataset": "d", "table": "t"}
SCHEMA = {
    "fields": [
        {"name": "id"},
        {"name": "price", "type": "number", "bigquery": "FLOAT64"},
        {"name": "day", "type": "date"},
    ]
}
KEYED = {
    "fields": [{"name": "id"}, {"name": "shop", "constraints": {"required": True}}],
    "primaryKey": ["id"],
}
RATES = {"rates": {"object": "rates.csv", "key": "code"}}
LOOKUP = {"lookup": {"reference": "rates", "by": "id", "add": ["rate"]}}
BROKEN: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("broken.yaml"))


def derive(name: str, sql: str = "1", bigquery: str = "INT64") -> dict[str, Any]:
    return {"derive": {name: {"sql": sql, "bigquery": bigquery}}}


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: ",".join(case["says"]))
def test_broken_rules(found: Callable[..., Found], case: dict[str, Any]) -> None:
    whole = {"schema": SCHEMA, "enrich": [LOOKUP], "references": RATES, **case["given"]}
    assert dict(found(**whole)) == case["says"]


def test_too_many_recipients(found: Callable[..., Found]) -> None:
    addresses = [f"a{n}@example.com" for n in range(1001)]
    assert found(notify={"failed": addresses[1:]}) == []
    assert found(notify={"failed": addresses}) == [
        (
            "notify.failed",
            "has 1001 addresses; one email goes to at most 1000, so use a mailing list",
        )
    ]


def test_the_limits_of_checks(found: Callable[..., Found]) -> None:
    checks = [{"sql": "id > 0", "message": f"{n:0200}"} for n in range(50)]
    assert found(checks=checks) == []
    more = [*checks, {"sql": "id > 0", "message": "m" * 201}]
    assert found(checks=more) == [
        (
            "checks",
            "has 51 checks; at most 50 are computed for each row, so join some of them with AND",
        ),
        ("checks[50].message", "has 201 characters; at most 200 are shown, so shorten it"),
    ]


@pytest.mark.parametrize(
    "properties",
    [
        {"match": ["a/**/b?.csv", "c.csv"], "encoding": "Latin-1"},
        {"encoding": ["windows-1252", "utf-8"], "dialect": {"commentChar": "#"}},
        {"encoding": "Shift_JIS", "member": "**/orders_*.csv"},
        {"encoding": ["KOI8-R", "utf-8"]},
        {"encoding": "UTF-16LE", "dialect": {"preambleLines": 3, "footerLines": 1}},
        {"encoding": "windows-1252", "dialect": {"delimiter": "\t", "escapeChar": "\\"}},
        {"dialect": {"preambleUntil": "^id,price", "footerFrom": "(?i)^totals?:"}},
        {"encoding": "windows-1252", "dialect": {"delimiter": "¦", "quoteChar": None}},
        {"dialect": {"delimiter": "<tab>", "escapeChar": "\\"}},
        {"dialect": {"delimiter": "\x01"}},
        {"destination": {**TABLE, "partition_by": "day", "cluster_by": ["rate", "id", "_line"]}},
        {"totals": {"pattern": "(?i)^total:? (?P<rows>[0-9]+)$", "sidecar": "control/{stem}.ctl"}},
        {"totals": {"pattern": "x(?P<rows>.+)"}, "dialect": {"footerLines": 1}},
        {"destination": {**TABLE, "partition_by": "_ingested_at"}},
        {"destination": {**TABLE, "partition_by": {"column": "_ingested_at", "unit": "hour"}}},
        {"destination": {**TABLE, "partition_by": {"unit": "month"}, "partition_expiry_days": 30}},
        {"destination": {**TABLE, "partition_by": {"column": "_line", **RANGES}}},
        {"destination": {**TABLE, "partition_by": "day", "require_partition_filter": True}},
        {"destination": {**TABLE, "labels": {"team": "sales", "küche-1": "", "cost_center": "7"}}},
        {"destination": {**TABLE, "table": "my-table"}, "on_overwrite": "refuse"},
        {"enrich": [LOOKUP, derive("x"), derive("y", "x + rate", "NUMERIC(10,2)")]},
        {"on_overwrite": "replace"},
        {"replace": "table", "on_overwrite": "refuse"},
        {"replace_by": "day", "destination": {**TABLE, "partition_by": "day"}},
        {"replace_by": ["day", "rate"]},
        {"schema": KEYED, "merge": {"key": "id"}},
        {"schema": KEYED, "merge": {"key": ["id", "shop"], "latest_by": "rate"}},
        {
            "schema": KEYED,
            "merge": {
                "key": ["id"],
                "delete_when": "state IN ('x;', 'y--') AND (rate > 1)",
                "lateness_days": 30,
            },
        },
        {"schema": {**KEYED, "primaryKeyIn": "table"}},
        {"schema": {"fields": [{"name": "id", "constraints": {"unique": "table"}}]}},
        {"notify": {"completed": ["a@b.example", "jürgen@bücher.example"]}},
        {"limits": {"max_bytes": "1.5 KiB", "rejected_rate": 0, "rejected_rows": 0}},
    ],
)
def test_valid_contracts(found: Callable[..., Found], properties: dict[str, Any]) -> None:
    assert found(**{"schema": SCHEMA, "enrich": [LOOKUP], "references": RATES, **properties}) == []
