"""The teardown deletes data only on request, and never what deploy did not create."""

from dataclasses import replace

import pytest

from csvgate_ops.deploy.plan.model import Binding, Command, Desired, Key, Observed, Plan
from csvgate_ops.deploy.plan.script import script
from csvgate_ops.deploy.plan.teardown import removable, teardown
from unit.deploy.plan.environments import ROOT, golden, healthy_project, wanted


def commands(plan: Plan) -> list[str]:
    return [" ".join(step.argv) for step in plan.steps if isinstance(step, Command)]


@pytest.fixture
def desired() -> Desired:
    return wanted("dev")


@pytest.mark.parametrize(("name", "delete_data"), [("teardown", False), ("teardown-data", True)])
def test_the_plan_matches_its_golden_file(name: str, delete_data: bool, desired: Desired) -> None:
    text = script(
        teardown(desired, healthy_project(desired), delete_data=delete_data), f"{name} of dev"
    )
    assert golden(ROOT / "tests" / "golden" / "plans" / f"dev-{name}.sh", text) == text


def test_an_empty_project(desired: Desired) -> None:
    assert Plan(()) == teardown(desired, Observed(), delete_data=True)
    assert [] == list(removable(desired, Observed(), delete_data=True))


def test_resources_of_others_are_left_alone(desired: Desired) -> None:
    foreign = {
        Key("bucket", "somebody-elses"): {"location": "us"},
        Key("account", "somebody-else"): {"display_name": ""},
        Key("api", "compute.googleapis.com"): {},
    }
    bindings = frozenset(
        {
            Binding(Key("project", ""), "roles/editor", "user:jo@example.com"),
            Binding(Key("bucket", "example-csvgate-dev-uploads"), "roles/x.y", "user:jo@x.org"),
        }
    )
    observed = healthy_project(desired)
    more = replace(
        observed,
        resources={**observed.resources, **foreign},
        bindings=observed.bindings | bindings,
    )
    for delete_data in (False, True):
        expected = teardown(desired, observed, delete_data=delete_data)
        assert expected == teardown(desired, more, delete_data=delete_data)


def test_a_custom_role_that_is_deleted_is_not_deleted_again(desired: Desired) -> None:
    key = Key("custom-role", "csvgateLoader")
    observed = healthy_project(desired)
    fields = {**observed.resources[key], "deleted": True}
    gone = replace(observed, resources={**observed.resources, key: fields})
    before = set(commands(teardown(desired, observed, delete_data=False)))
    after = set(commands(teardown(desired, gone, delete_data=False)))
    assert {"gcloud iam roles delete csvgateLoader --project=example-csvgate-dev"} == before - after


def test_a_retention_policy_is_removed_before_its_objects(desired: Desired) -> None:
    audit = "gs://example-csvgate-dev-audit"
    done = commands(teardown(desired, healthy_project(desired), delete_data=True))
    at = done.index(
        f"gcloud storage buckets update {audit} --clear-retention-period "
        "--project=example-csvgate-dev"
    )
    assert done[at + 1].startswith(f"gcloud storage rm --recursive {audit} ")


def test_data_is_kept(desired: Desired) -> None:
    observed = healthy_project(desired)
    without, with_data = (
        set(removable(desired, observed, delete_data=data)) for data in (False, True)
    )
    assert {"bucket", "dataset", "secret", "subscription", "topic"} == {
        key.kind for key in with_data - without
    }
    deleted = commands(teardown(desired, healthy_project(desired), delete_data=False))
    assert not [c for c in deleted if c.startswith(("gcloud storage rm", "bq --project_id=x rm"))]
    letters = [c for c in deleted if c.startswith("gcloud pubsub") and "dead-letter" in c]
    assert not [c for c in letters if " delete " in c]


def test_roles_go_before_the_accounts_that_have_them(desired: Desired) -> None:
    titles = [
        s.title for s in teardown(desired, healthy_project(desired), delete_data=False).stages
    ]
    assert ["Roles", "Custom roles", "Service accounts"] == titles[-3:]
    assert ["Alerts and dashboard", "Triggers and their subscriptions"] == titles[:2]
