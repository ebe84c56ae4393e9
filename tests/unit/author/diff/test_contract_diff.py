"""`csvgate contract diff`: every change has its verdict, and its statements work."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from csvgate.contracts.checks.all_checks import check
from csvgate.contracts.hashing import from_json
from csvgate.contracts.model import Contract
from csvgate.gcp.columns import differences
from csvgate_ops.author.diff.compare import contract_diff, created
from csvgate_ops.author.diff.model import Verdict
from csvgate_ops.author.diff.view import statements
from csvgate_ops.cli.main import csvgate
from csvgate_ops.deploy.tables.compare import table_plan
from csvgate_ops.deploy.tables.expected import expected
from unit.author.diff.change import OLD, Change
from unit.author.diff.changes import CHANGES
from unit.deploy.tables.altered import altered, parsed


def contract(data: dict[str, Any]) -> Contract:
    found = from_json(json.dumps(data))
    assert list(check(found)) == []
    return found


def edited(edits: dict[str, Any]) -> dict[str, Any]:
    data = copy.deepcopy(OLD)
    for path, value in edits.items():
        *parents, last = path.split(".")
        at: Any = data
        for part in parents:
            at = _inside(at, part)
        if isinstance(at, list) and last == "+":
            at.append(value)
        elif isinstance(at, list):
            at.remove(_inside(at, last))
        elif value is None:
            at.pop(last)
        else:
            at[last] = value
    return data


def _inside(data: Any, part: str) -> Any:
    if isinstance(data, dict):
        return data[part]
    if part.isdigit():
        return data[int(part)]
    return next(field for field in data if field["name"] == part)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_has_its_verdict_and_its_statements(change: Change) -> None:
    old, new = contract(OLD), contract(edited(change.edits))
    diff = contract_diff(old, new)
    assert (diff.verdict.value, statements(diff)) == (change.verdict, list(change.ddl))
    said = [f"{'!' * f.breaking}{f.about} {f.place}: {f.text}" for f in diff.findings]
    for part in change.says:
        assert any(text.startswith(part) for text in said), "\n".join([part, *said])
    assert diff.verdict is not Verdict.BREAKING or any(text.startswith("!") for text in said)
    for statement in change.ddl:
        if statement.startswith("ALTER"):
            parsed(statement)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_statements_make_the_table_hold_the_rows_of_both_versions(change: Change) -> None:
    """The version that is deployed before may still load rows after the statements."""
    old, new = contract(OLD), contract(edited(change.edits))
    before = created(expected(old, ()))
    if old.destination.table != new.destination.table:
        return
    plan = table_plan(new, before)
    if plan.refusals:
        return
    after = altered(before, plan.changes)
    assert differences(expected(new, after.columns), after.columns) == []
    assert table_plan(new, after).changes == ()
    kinds = {c.name: c.type.partition("(")[0] for c in before.columns}
    unchanged = tuple(
        c for c in after.columns if kinds.get(c.name) in (None, c.type.partition("(")[0])
    )
    names = {c.name for c in unchanged}
    spec = expected(old, ())
    kept = [d for d in differences(spec, after.columns) if d.partition(":")[0] in names]
    assert kept == []


def test_every_verdict_occurs_and_there_are_enough_changes() -> None:
    assert {c.verdict for c in CHANGES.values()} == {v.value for v in Verdict}
    assert len(CHANGES) >= 25


def test_no_change_is_compatible() -> None:
    diff = contract_diff(contract(OLD), contract(copy.deepcopy(OLD)))
    assert (diff.verdict, diff.findings, statements(diff)) == (Verdict.COMPATIBLE, (), [])


def test_checks_and_totals_that_are_gone_or_weaker_accept_more() -> None:
    strict = {
        "checks": [
            {"sql": "price < 900", "message": "dear"},
            {"sql": "pieces > 0", "message": "none"},
        ],
        "totals": {"pattern": "rows=(?P<rows>[0-9]+)", "sidecar": "{stem}.ctl"},
    }
    weaker = {"checks": [{"sql": "price < 900", "message": "dear", "severity": "warn"}]}
    diff = contract_diff(contract(edited(strict)), contract(edited(weaker)))
    assert diff.verdict is Verdict.COMPATIBLE
    assert [(f.place, f.text) for f in diff.findings] == [
        ("checks", "rows are accepted now for which this is false: price < 900"),
        ("checks", "rows are accepted now for which this is false: pieces > 0"),
        ("totals", "files are accepted now that differ from their totals"),
    ]


NOT_COMPARED = {"dataset", "notify"}
"""Properties that neither uploads, nor the table, nor its consumers depend on."""


def test_every_property_of_a_contract_is_compared() -> None:
    compared = {change_path.split(".")[0] for c in CHANGES.values() for change_path in c.edits}
    known = {field.alias or name for name, field in Contract.model_fields.items()}
    assert known - compared - NOT_COMPARED == set()


UNDONE = [name for name, change in CHANGES.items() if change.verdict == "needs DDL"]


@pytest.mark.parametrize("name", UNDONE)
def test_a_change_that_is_taken_back_is_not_silent(name: str) -> None:
    """What accepted more before either refuses it now, or stays in the table."""
    new = contract(edited(CHANGES[name].edits))
    assert contract_diff(new, contract(OLD)).findings


def test_a_property_that_no_rule_knows_is_breaking() -> None:
    """A property that is added to contracts later must not count as harmless."""
    for prop, value in (("groupChar", ","), ("bareNumber", False), ("trim", True)):
        diff = contract_diff(
            contract(OLD), contract(edited({f"schema.fields.price.{prop}": value}))
        )
        assert diff.verdict is Verdict.BREAKING


def write(folder: Path, *contracts: dict[str, Any]) -> Path:
    folder.mkdir()
    for data in contracts:
        (folder / f"{data['dataset']}.yaml").write_text(json.dumps(data), encoding="utf-8")
    return folder


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(csvgate, ["contract", "diff", *map(str, arguments)])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("other recipients", 0),
        ("a greater length", 3),
        ("a smaller length", 1),
    ],
)
def test_the_exit_code_is_the_verdict(tmp_path: Path, name: str, code: int) -> None:
    old, new = write(tmp_path / "old", OLD), write(tmp_path / "new", edited(CHANGES[name].edits))
    assert run(old / "sales.yaml", new / "sales.yaml")[0] == code
    assert run(old, new)[0] == code


def test_the_report(tmp_path: Path) -> None:
    old = write(tmp_path / "old", OLD, {**OLD, "dataset": "gone", "match": ["gone/*.csv"]})
    change = edited(CHANGES["a greater length"].edits)
    new = write(tmp_path / "new", change, {**OLD, "dataset": "new", "match": ["new/*.csv"]})
    code, output = run(old, new)
    assert (code, output.splitlines()) == (
        1,
        [
            "gone: breaking",
            "  breaking  uploads    contract: the contract is gone: its files are ignored now",
            "new: compatible",
            "  ok        uploads    contract: the contract is new: its files are loaded now",
            "sales: needs DDL",
            "  ok        uploads    schema.fields.city.bigquery: longer values are accepted now: "
            "STRING(40) before, STRING(60) now",
            "  ok        table      shop.sales: city: STRING(40) to STRING(60)",
            "  DDL       ALTER TABLE `shop`.`sales` ALTER COLUMN `city` SET DATA TYPE STRING(60)",
            "breaking (3 contracts compared)",
        ],
    )
    document = json.loads(run(old, new, "--json")[1])
    assert document["verdict"] == "breaking"
    assert [c["verdict"] for c in document["contracts"]] == ["breaking", "compatible", "needs DDL"]
    assert document["contracts"][2]["ddl"] == [
        "ALTER TABLE `shop`.`sales` ALTER COLUMN `city` SET DATA TYPE STRING(60)"
    ]


def test_what_cannot_be_compared_exits_2(tmp_path: Path) -> None:
    old = write(tmp_path / "old", OLD)
    broken = write(tmp_path / "broken", {**OLD, "matsch": []})
    other = write(tmp_path / "other", {**OLD, "dataset": "other"})
    for pair, words in (
        ((old, broken), "unknown property `matsch`"),
        ((old, old / "sales.yaml"), "must both be files, or both folders"),
        (
            (old / "sales.yaml", other / "other.yaml"),
            "OLD is the contract of sales, and NEW that of other",
        ),
        ((old, tmp_path / "nowhere"), "does not exist"),
    ):
        code, output = run(*pair)
        assert code == 2
        assert words in output
