"""A saved plan is applied exactly, or refused with the names of what has changed since."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from csvgate_ops.deploy.plan.model import Binding, Desired, Key, Observed, Resource, Value
from csvgate_ops.deploy.plan.planner import plan
from csvgate_ops.deploy.plan.saved import FORMAT, PlanRefused, check, encoded
from unit.deploy.doctor.facts import TABLE, contracts, table
from unit.deploy.plan.environments import healthy_project, wanted
from unit.deploy.plan.test_planner import with_field, without

NAME = "plan.json"
UPLOADS = Key("bucket", "example-csvgate-dev-uploads")
ENRICH = Key("function", "enrich-records")
VALIDATE = "serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com"


def now() -> tuple[Desired, Observed]:
    """An environment, and a project that lacks a topic and a table's column."""
    desired = replace(wanted("dev"), contracts=contracts())
    columns = tuple(c for c in table().columns if c.name != "quantity")
    observed = without(healthy_project(wanted("dev")), Key("topic", "enrichment-complete"))
    return desired, replace(observed, tables={TABLE: replace(table(), columns=columns)})


def saved() -> str:
    desired, observed = now()
    return encoded("dev", "", desired, observed, plan(desired, observed))


def refusal(
    desired: Desired, observed: Observed, text: str | None = None, environment: str = "dev"
) -> list[str]:
    with pytest.raises(PlanRefused) as caught:
        check(NAME, text or saved(), environment, "", desired, observed, plan(desired, observed))
    return str(caught.value).splitlines()


def changed_lines(desired: Desired, observed: Observed) -> list[str]:
    head, *lines, remedy = refusal(desired, observed)
    assert head.startswith(f"{NAME} was not applied, and nothing was changed, because ")
    assert remedy.endswith(f"deploy/deploy.sh dev --plan --out {NAME}")
    return [line.strip() for line in lines]


def test_the_same_plan_is_accepted() -> None:
    desired, observed = now()
    check(NAME, saved(), "dev", "", desired, observed, plan(desired, observed))


def test_what_the_file_contains() -> None:
    found = json.loads(saved())
    assert (FORMAT, "dev", "example-csvgate-dev") == tuple(
        found[name] for name in ("format", "environment", "project_id")
    )
    assert found["summary"].startswith("Summary: create 1, change 1, delete 0, unchanged ")
    assert {"function enrich-records", "function validate-and-parse"} < found["stages"].keys()
    titles = [(stage["title"], [s["kind"] for s in stage["steps"]]) for stage in found["plan"]]
    assert [("Topics", ["Command"]), ("Tables", ["Command"])] == titles
    (step,) = found["plan"][0]["steps"]
    assert ["topic enrichment-complete does not exist"] == step["reason"]
    assert "gcloud pubsub topics create enrichment-complete" in " ".join(step["argv"])


def test_what_others_have_in_the_project_may_change() -> None:
    desired, observed = now()
    foreign = {
        Key("bucket", "somebody-elses"): {"location": "us"},
        Key("api", "compute.googleapis.com"): {},
    }
    theirs = Binding(UPLOADS, "roles/storage.objectViewer", "user:jo@example.com")
    more = replace(
        observed,
        resources={**observed.resources, **foreign},
        bindings=observed.bindings | {theirs},
    )
    check(NAME, saved(), "dev", "", desired, more, plan(desired, more))


def _field(key: Key, name: str, value: Value) -> Callable[[Observed], Observed]:
    return lambda observed: with_field(observed, key, name, value)


def _grant(on: Key, role: str, member: str) -> Callable[[Observed], Observed]:
    return lambda observed: replace(
        observed, bindings=observed.bindings | {Binding(on, role, member)}
    )


def _columns(observed: Observed) -> Observed:
    return replace(observed, tables={TABLE: table()})


def _contracts(observed: Observed) -> Observed:
    """Somebody else has deployed contracts, or deployed the same ones again."""
    (deployed,) = observed.contracts
    return replace(observed, contracts=(replace(deployed, generation="2"), deployed))


def _policy(observed: Observed) -> Observed:
    there = observed.monitoring
    off = {**there.policies["saturated"], "enabled": False}
    policies = {**there.policies, "saturated": off}
    return replace(observed, monitoring=replace(there, policies=policies))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_field(UPLOADS, "versioning", False), f"bucket {UPLOADS.name}"),
        (_field(ENRICH, "source", "f" * 40), "function enrich-records"),
        (lambda found: without(found, ENRICH), "function enrich-records"),
        (_grant(UPLOADS, "roles/storage.admin", VALIDATE), f"roles on bucket {UPLOADS.name}"),
        (_grant(UPLOADS, "roles/storage.admin", "allUsers"), f"roles on bucket {UPLOADS.name}"),
        (_grant(Key("project", ""), "roles/owner", VALIDATE), "roles on the project"),
        (_contracts, "contracts in use"),
        (_columns, f"table {TABLE}"),
        (_policy, "alert policy saturated"),
    ],
)
def test_a_change_in_the_project(change: Callable[[Observed], Observed], expected: str) -> None:
    desired, observed = now()
    assert [f"{expected}: changed in the project"] == changed_lines(desired, change(observed))


def _wanted(key: Key, **fields: Value) -> Callable[[Desired], Desired]:
    def changed(item: Resource | Binding) -> Resource | Binding:
        if isinstance(item, Resource) and item.key == key:
            return replace(item, fields={**item.fields, **fields})
        return item

    def change(desired: Desired) -> Desired:
        sections = (replace(s, items=tuple(map(changed, s.items))) for s in desired.sections)
        return replace(desired, sections=tuple(sections))

    return change


def _other_recipients(desired: Desired) -> Desired:
    assert desired.monitoring is not None
    return replace(
        desired, monitoring=replace(desired.monitoring, emails=("jo.larsen@example.com",))
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_wanted(ENRICH, memory="8Gi"), "function enrich-records: changed in deploy/"),
        (_wanted(ENRICH, source="f" * 40), "function enrich-records: its code, contracts or"),
        (_wanted(UPLOADS, soft_delete=0), f"bucket {UPLOADS.name}: changed in deploy/"),
        (_other_recipients, "recipients of alerts: changed in deploy/"),
        (lambda d: replace(d, contracts=()), "contract orders: changed in deploy/"),
    ],
)
def test_a_change_of_the_repository(change: Callable[[Desired], Desired], expected: str) -> None:
    desired, observed = now()
    (line,) = changed_lines(change(desired), observed)
    assert line.startswith(expected)


def test_all_changes_are_named_at_once() -> None:
    desired, observed = now()
    both = changed_lines(
        _wanted(ENRICH, source="f" * 40)(desired), _field(UPLOADS, "versioning", False)(observed)
    )
    assert [f"bucket {UPLOADS.name}", "function enrich-records"] == [
        line.partition(":")[0] for line in both
    ]


def test_a_plan_for_another_environment() -> None:
    desired, observed = now()
    assert [f"{NAME} is a plan for dev, not for prod"] == refusal(
        desired, observed, environment="prod"
    )
    elsewhere = replace(desired, place=replace(desired.place, project="example-other"))
    assert [f"{NAME} is a plan for example-csvgate-dev, not for example-other"] == refusal(
        elsewhere, observed
    )


def _edited(change: Callable[[dict[str, Any]], object]) -> str:
    document = json.loads(saved())
    change(document)
    return json.dumps(document)


def test_an_edited_command_does_not_run() -> None:
    desired, observed = now()

    def edit(document: dict[str, Any]) -> None:
        document["plan"][0]["steps"][0]["argv"] = ["bash", "-c", "true"]

    _, line, _ = refusal(desired, observed, _edited(edit))
    assert line == "  the commands: the file was edited, or made by another version of csvgate"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("not JSON", "is not a saved plan"),
        ("[1]", "is not a saved plan"),
        ("\ufffd\x00", "is not a saved plan"),
        ("{}", "is not a saved plan"),
        ("[" * 100_000, "is not a saved plan"),
        (r'{"format": "\u001b[2J\n::stop-commands::x"}', r"has format \x1b[2J\n::stop-commands::x"),
        ('{"format": 1}', "is not a complete plan"),
        ('{"format": 1, "environment": "dev", "project_id": 7}', "is not a complete plan"),
        (f'{{"format": {FORMAT + 1}}}', f"has format {FORMAT + 1}, and this version of csvgate"),
    ],
)
def test_a_file_that_is_not_a_plan(text: str, expected: str) -> None:
    desired, observed = now()
    (line,) = refusal(desired, observed, text)
    assert f"{NAME} {expected}" in line
    assert "Save one with" in line


HOSTILE = "\x1b[2J\n::stop-commands::x"
SHOWN = r"\x1b[2J\n::stop-commands::x"


@pytest.mark.parametrize("part", ["environment", "project_id", "options", "stages"])
def test_what_a_file_says_cannot_command_a_terminal_or_a_runner(part: str) -> None:
    desired, observed = now()
    value = {HOSTILE: "1"} if part == "stages" else HOSTILE
    text = _edited(lambda document: document.__setitem__(part, value))
    lines = refusal(desired, observed, text)
    assert any(SHOWN in line for line in lines)
    assert not any(line.startswith("::") or "\x1b" in line for line in lines)
