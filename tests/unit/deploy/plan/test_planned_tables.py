"""Tables in the plan of a deploy: after the roles, before the functions that need them."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from csvgate_ops.cli.deploy import _deploying
from csvgate_ops.cli.main import csvgate
from csvgate_ops.cli.tables import plan as tables_plan
from csvgate_ops.deploy.plan.model import Command, Desired, Observed
from csvgate_ops.deploy.plan.planner import plan
from csvgate_ops.deploy.plan.script import script
from csvgate_ops.deploy.plan.tables import TablesRefused
from csvgate_ops.deploy.run.gcloud import Finished
from csvgate_ops.deploy.run.propagation import spreading
from csvgate_ops.deploy.tables.model import ExistingTable
from unit.deploy.doctor.facts import TABLE, contracts, table
from unit.deploy.plan.environments import ENVIRONMENTS, healthy_project, wanted


def desired() -> Desired:
    return replace(wanted("dev"), contracts=contracts())


def observed(found: ExistingTable | None) -> Observed:
    tables = {TABLE: found} if found else {}
    return replace(healthy_project(wanted("dev")), tables=tables)


def shorter() -> ExistingTable:
    columns = table().columns
    return replace(table(), columns=tuple(c for c in columns if c.name != "quantity"))


@pytest.mark.parametrize("found", [None, table()])
def test_nothing_to_do(found: ExistingTable | None) -> None:
    assert not plan(desired(), observed(found))


def test_a_statement_runs_before_the_functions_are_deployed() -> None:
    found = observed(shorter())
    resources = {k: f for k, f in found.resources.items() if k.kind != "function"}
    planned = plan(desired(), replace(found, resources=resources))
    titles = [stage.title for stage in planned.stages]
    assert titles.index("Tables") < titles.index("Functions")
    (step,) = planned.stages[titles.index("Tables")].steps
    assert isinstance(step, Command)
    assert step.argv == (
        "bq",
        "--project_id=example-csvgate-dev",
        "--location=EU",
        "query",
        "--nouse_legacy_sql",
        "ALTER TABLE `example-csvgate-dev`.`sales`.`orders` ADD COLUMN IF NOT EXISTS `quantity` "
        "INT64",
    )
    assert step.why == "table sales.orders: add quantity"
    text = script(planned, "Title")
    assert "# Tables\n# table sales.orders: add quantity\nbq --project_id=" in text


def test_a_table_that_cannot_follow_stops_the_deploy_before_anything_runs() -> None:
    wrong = tuple(replace(c, type="STRING") if c.name == "quantity" else c for c in table().columns)
    with pytest.raises(TablesRefused) as caught:
        plan(desired(), observed(replace(table(), columns=wrong)))
    assert str(caught.value).splitlines()[:4] == [
        "these tables cannot follow their contracts, so nothing was deployed:",
        "sales.orders:",
        "  quantity: STRING to INT64: BigQuery cannot convert the column in place",
        "    way out: keep STRING in the contract, or load into another table",
    ]


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_empty_project_has_no_tables_to_change(name: str) -> None:
    titles = [
        s.title for s in plan(replace(wanted(name), contracts=contracts()), Observed()).stages
    ]
    assert "Tables" not in titles


def test_too_many_changes_of_a_table_at_once_are_retried() -> None:
    assert spreading(
        "Error in query string: Error processing job: Exceeded rate limits: too many table update "
        "operations for this table. For more information, see …/troubleshoot-quotas"
    )


class Project:
    """Answers bq as a project with one dataset; `described` is its table, if there is one."""

    def __init__(self, described: dict[str, Any] | None) -> None:
        self.described = described
        self.asked: list[str] = []

    def __call__(self, argv: Sequence[str]) -> Finished:
        self.asked.append(" ".join(argv))
        if "--dataset" in argv:
            return Finished(0, json.dumps({"location": "EU"}), "")
        if self.described is None:
            return Finished(2, "BigQuery error in show operation: Not found: Table x", "")
        return Finished(0, json.dumps(self.described), "")


def described(found: ExistingTable) -> dict[str, Any]:
    fields = [
        {
            "name": c.name,
            "type": c.type.partition("(")[0],
            "mode": "REQUIRED" if c.required else "NULLABLE",
            "description": c.description,
            **dict(zip(("precision", "scale"), re.findall(r"\d+", c.type[7:]), strict=False)),
        }
        for c in found.columns
    ]
    by = {"type": "DAY", "field": "ordered_at"}
    clustering = {"fields": list(found.cluster_by)}
    return {"schema": {"fields": fields}, "timePartitioning": by, "clustering": clustering}


def run(monkeypatch: pytest.MonkeyPatch, project: Project, *arguments: str) -> tuple[int, str]:
    for module in (tables_plan, _deploying):
        monkeypatch.setattr(module, "subprocesses", lambda _folder: project)
    done = CliRunner().invoke(csvgate, ["tables", "plan", "dev", *arguments])
    return done.exit_code, done.output


def test_the_command_shows_what_the_next_deploy_does(monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project(described(shorter()))
    code, output = run(monkeypatch, project)
    assert code == 3
    assert output.splitlines()[:2] == ["sales.orders:", "  add quantity"]
    assert output.splitlines()[-1] == "the next deploy makes 1 change"
    assert project.asked == [
        "bq --project_id=example-csvgate-dev --format=json show --dataset sales",
        "bq --project_id=example-csvgate-dev --format=json show sales.orders",
    ]


@pytest.mark.parametrize(
    ("table_there", "code", "state"),
    [
        (None, 0, "missing"),
        (described(table()), 0, "follows"),
        (described(shorter()), 3, "changes"),
        ({**described(table()), "type": "VIEW"}, 1, "refused"),
    ],
)
def test_exit_codes(
    monkeypatch: pytest.MonkeyPatch, table_there: dict[str, Any] | None, code: int, state: str
) -> None:
    found, output = run(monkeypatch, Project(table_there), "--json")
    assert (found, json.loads(output)[0]["state"]) == (code, state)


def test_an_unknown_environment_exits_2(monkeypatch: pytest.MonkeyPatch) -> None:
    done = CliRunner().invoke(csvgate, ["tables", "plan", "nowhere"])
    assert done.exit_code == 2
    assert "existing environments: dev, prod, staging" in done.output
