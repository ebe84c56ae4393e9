"""Each command of a plan carries its reason, and a summary counts what the plan does."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from csvgate_ops.deploy.monitoring.files import Monitoring
from csvgate_ops.deploy.plan.model import (
    Binding,
    ByHand,
    Command,
    Desired,
    Effect,
    Key,
    Observed,
    Plan,
    Value,
)
from csvgate_ops.deploy.plan.planner import plan
from csvgate_ops.deploy.plan.script import script, summary
from unit.deploy.doctor.facts import TABLE, contracts, table
from unit.deploy.plan.environments import ENVIRONMENTS, healthy_project, wanted
from unit.deploy.plan.test_planner import with_field, without

UPLOADS = Key("bucket", "example-csvgate-dev-uploads")
ENRICH = Key("function", "enrich-records")
VALIDATE = "serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com"


def reasons(found: Plan) -> list[str]:
    return [line for s in found.steps if isinstance(s, Command) for line in s.reason]


def counted(found: Plan) -> tuple[int, int, int]:
    return tuple(found.counts[e] for e in (Effect.CREATE, Effect.CHANGE, Effect.DELETE))  # type: ignore[return-value]


def items(desired: Desired) -> int:
    assert desired.monitoring is not None
    wanted_monitoring = desired.monitoring
    parts = (wanted_monitoring.emails, wanted_monitoring.metrics, wanted_monitoring.policies)
    more = sum(map(len, (*parts, wanted_monitoring.dashboards)))
    # The contracts in use are one item.
    return len(desired.resources) + len(desired.bindings) + more + bool(desired.contracts)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_command_for_an_empty_project_says_what_is_missing(name: str) -> None:
    found = plan(wanted(name), Observed())
    for step in found.steps:
        if isinstance(step, Command):
            assert step.reason, step.why
    by_hand = sum(isinstance(step, ByHand) for step in found.steps)
    assert {
        Effect.CREATE: items(wanted(name)) - by_hand,
        Effect.CHANGE: 0,
        Effect.DELETE: 0,
        Effect.NOTHING: 0,
        Effect.BY_HAND: by_hand,
    } == found.counts


@pytest.mark.parametrize(
    ("key", "field", "value", "expected"),
    [
        (ENRICH, "memory", "1Gi", "function enrich-records: memory: 1Gi → 2Gi"),
        (ENRICH, "timeout", 60, "function enrich-records: timeout: 60 s → 540 s"),
        (ENRICH, "connector", "old", "function enrich-records: connector: old → none"),
        (UPLOADS, "versioning", False, f"bucket {UPLOADS.name}: versioning: off → on"),
        (UPLOADS, "soft_delete", 0, f"bucket {UPLOADS.name}: soft delete: 0 s → 604800 s"),
        (
            Key("topic", "validated-records"),
            "retention",
            None,
            "topic validated-records: retention: none → 604800 s",
        ),
        (
            Key("dataset", "sales"),
            "description",
            "ours\nrm -rf ~\u202e",
            r"dataset sales: description: ours\nrm -rf ~\u202e → Orders and related tables",
        ),
    ],
)
def test_a_difference_is_shown_with_both_values(
    key: Key, field: str, value: Value, expected: str
) -> None:
    """Values in the project may be anybody's: they must not leave their comment in the script."""
    desired = wanted("dev")
    found = plan(desired, with_field(healthy_project(desired), key, field, value))
    assert [expected] == reasons(found)
    assert (0, 1, 0) == counted(found)
    assert items(desired) - 1 == found.counts[Effect.NOTHING]
    assert f"\n# {reasons(found)[0]}\n" in script(found, "Title")


def test_variables_are_compared_one_by_one() -> None:
    """The value of a variable that somebody set by hand may be a password."""
    desired = wanted("dev")
    now = next(r for r in desired.resources if r.key == ENRICH).fields["environment"]
    before = str(now).replace('"DEBUG"', '"INFO"').replace("{", '{"AN_OLD_ONE": "geheim", ', 1)
    found = plan(desired, with_field(healthy_project(desired), ENRICH, "environment", before))
    assert [
        "function enrich-records: environment variable AN_OLD_ONE: a hidden value → none",
        "function enrich-records: environment variable LOG_LEVEL: INFO → DEBUG",
    ] == reasons(found)


def test_roles() -> None:
    desired = wanted("dev")
    needed = next(b for b in desired.bindings if b.on == UPLOADS and b.member == VALIDATE)
    surplus = {
        Binding(UPLOADS, "roles/storage.admin", VALIDATE),
        Binding(UPLOADS, "roles/storage.objectViewer", "allUsers"),
    }
    healthy = healthy_project(desired)
    found = plan(desired, replace(healthy, bindings=(healthy.bindings - {needed}) | surplus))
    assert [
        f"csvgate-validate does not have {needed.role} on {UPLOADS}",
        f"csvgate-validate has roles/storage.admin on {UPLOADS}, and does not need it",
        f"allUsers has roles/storage.objectViewer on {UPLOADS}, and nothing may be public",
    ] == reasons(found)
    assert (1, 0, 2) == counted(found)


def test_several_resources_of_one_command() -> None:
    desired = wanted("dev")
    observed = healthy_project(desired)
    for api in ("run", "pubsub"):
        observed = without(observed, Key("api", f"{api}.googleapis.com"))
    found = plan(desired, observed)
    assert [f"API {api}.googleapis.com is not enabled" for api in ("pubsub", "run")] == reasons(
        found
    )
    assert (2, 0, 0) == counted(found)


def _monitoring(desired: Desired) -> Monitoring:
    assert desired.monitoring is not None
    return desired.monitoring


def _changed(body: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {**body, **more}


def test_monitoring() -> None:
    desired = wanted("dev")
    healthy = healthy_project(desired)
    there = healthy.monitoring
    policies = dict(there.policies)
    policies["saturated"] = _changed(policies["saturated"], enabled=False)
    policies["no-file-any-more"] = _changed(policies["saturated"], name="policies/9")
    policies["slow-uploads"] = _changed(policies["slow-uploads"], notificationChannels=[])
    del policies["dead-letters"]
    metrics = dict(there.metrics)
    metrics["csvgate_retries"] = _changed(metrics["csvgate_retries"], description="")
    found = plan(
        desired,
        replace(healthy, monitoring=replace(there, policies=policies, metrics=metrics)),
    )
    retries = _monitoring(desired).metrics["csvgate_retries"]["description"]
    assert [
        f"log-based metric csvgate_retries: description: none → {retries}",
        "alert policy dead-letters does not exist",
        "alert policy saturated: enabled: false → true",
        "alert policy slow-uploads: notificationChannels: none → channels/0",
        "alert policy no-file-any-more is not desired any more",
    ] == reasons(found)
    assert (1, 3, 1) == counted(found)


def test_tables_count_from_their_first_upload_on() -> None:
    desired = replace(wanted("dev"), contracts=contracts())
    without_table = healthy_project(desired)
    without_quantity = tuple(c for c in table().columns if c.name != "quantity")
    behind = replace(without_table, tables={TABLE: replace(table(), columns=without_quantity)})
    same = replace(without_table, tables={TABLE: table()})
    assert items(desired) == plan(desired, without_table).counts[Effect.NOTHING]
    assert items(desired) + 1 == plan(desired, same).counts[Effect.NOTHING]
    found = plan(desired, behind)
    assert ["table sales.orders: add quantity"] == reasons(found)
    assert (0, 1, 0) == counted(found)


def test_the_summary_mentions_manual_steps_only_if_there_are_any() -> None:
    desired = wanted("dev")
    healthy = healthy_project(desired)
    version = Key("secret-version", "sendgrid-api-key/latest")
    unchanged = items(desired) - 1
    assert f"Summary: create 0, change 1, delete 0, unchanged {unchanged}" == summary(
        plan(desired, with_field(healthy, ENRICH, "memory", "1Gi"))
    )
    assert f"Summary: create 0, change 0, delete 0, unchanged {unchanged}, by hand 1" == summary(
        plan(desired, without(healthy, version))
    )
