"""Schedules and budgets: the planner's commands, run by the real gcloud against the stand-in."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from csvgate_ops.deploy.kinds import KINDS
from csvgate_ops.deploy.plan.model import Desired, Fields, Key, Plan, Resource, Stage
from csvgate_ops.deploy.run.execute import Execution
from csvgate_ops.deploy.run.gcloud import JsonReader, Subprocesses
from standin import sdk
from standin.project import Project
from standin.server import StandIn, serving
from standin.tunnel import tunnelled
from standin.warm import warmed
from unit.deploy.plan.environments import with_schedules

pytestmark = pytest.mark.skipif(sdk.missing() is not None, reason=str(sdk.missing()))

PROJECT = "example-csvgate-prod"
TRIGGERS = f"csvgate-triggers@{PROJECT}.iam.gserviceaccount.com"
ENRICH = f"csvgate-enrich@{PROJECT}.iam.gserviceaccount.com"
WHERE = f"projects/{PROJECT}/locations/europe-west1/jobs"
BUDGET = Key("budget", f"01A2B3-4C5D6E-7F8091/csvgate {PROJECT}")
JOB = Key("scheduler-job", "reconcile")


class KnowsTheNumber(JsonReader):
    """Answers what the project's number is without a command."""

    def read(self, argv: Sequence[str]) -> Any:
        return {"projectNumber": Project().number} if "projects" in argv else super().read(argv)


def differences(resource: Resource, observed: Mapping[str, Fields]) -> Fields:
    found = observed[resource.key.name]
    return {n: v for n, v in resource.fields.items() if found[n] != v}


@dataclass
class World:
    stand_in: StandIn
    run: Subprocesses
    desired: Desired

    @property
    def project(self) -> Project:
        return self.stand_in.project

    def wanted(self, kind: str) -> list[Resource]:
        return [r for r in self.desired.resources if r.key.kind == kind]

    def observed(self, kind: str) -> Mapping[str, Fields]:
        """Read what the project has of a kind, with a new command."""
        names = {r.key.name for r in self.wanted(kind)}
        return KINDS[kind].observe(self.desired.place, KnowsTheNumber(self.run), names)

    def differences(self, resource: Resource) -> Fields:
        return differences(resource, self.observed(resource.key.kind))

    def execute(self, *steps: Any) -> None:
        execution = Execution(self.run, self.run.folder, lambda _line: None)
        execution.values["PROJECT_NUMBER"] = self.project.number
        execution.all_of(Plan((Stage("test", steps),)))

    def create(self, kind: str) -> None:
        for resource in self.wanted(kind):
            self.execute(*KINDS[kind].create(self.desired.place, resource))

    def correct(self, resource: Resource, changed: Fields) -> None:
        self.execute(*KINDS[resource.key.kind].update(self.desired.place, resource, changed))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("timed")
    project = Project(PROJECT)
    project.apis |= {"cloudscheduler.googleapis.com", "billingbudgets.googleapis.com"}
    for email in (TRIGGERS, ENRICH):
        project.accounts[email] = {"email": email}
    with (
        serving(project) as stand_in,
        tunnelled(stand_in, sdk.environment(stand_in.address, folder), folder) as reaching,
        warmed(sdk.root(), reaching) as environment,
    ):
        world = World(stand_in, Subprocesses(folder, environment), with_schedules())
        world.create("scheduler-job")
        world.create("budget")
        yield world


def test_what_was_created_is_what_is_desired(world: World) -> None:
    for kind in ("scheduler-job", "budget"):
        observed = world.observed(kind)
        assert {r.key.name for r in world.wanted(kind)} == observed.keys()
        assert [{}] * len(observed) == [differences(r, observed) for r in world.wanted(kind)]
    target = world.project.jobs[f"{WHERE}/notify"]["httpTarget"]
    number = world.project.number
    assert f"https://notify-stakeholders-{number}.europe-west1.run.app/" == target["uri"]
    assert "application/cloudevents+json" == target["headers"]["Content-Type"]
    (budget,) = world.project.budgets.values()
    amount = {"units": "2000", "nanos": 0, "currencyCode": "EUR"}
    assert amount == budget["amount"]["specifiedAmount"]
    assert [0.5, 0.8, 1.0] == [r["thresholdPercent"] for r in budget["thresholdRules"]]
    assert [f"projects/{number}"] == budget["budgetFilter"]["projects"]


def _change_job(project: Project) -> None:
    job = project.jobs[f"{WHERE}/reconcile"]
    job.update(schedule="0 0 * * *", timeZone="UTC", attemptDeadline="60s", retryConfig={})
    job["state"] = "PAUSED"
    other = {"serviceAccountEmail": TRIGGERS.replace("triggers", "build")}
    job["httpTarget"] = {"uri": "https://example.com/", "httpMethod": "PUT", "oidcToken": other}
    job["httpTarget"] |= {"headers": {"X-Other": "1"}, "body": "eA=="}


def _change_amount(project: Project) -> None:
    (budget,) = project.budgets.values()
    budget["amount"] = {"specifiedAmount": {"units": "9", "currencyCode": "EUR"}}
    budget["budgetFilter"] = {}


def _change_rules(project: Project) -> None:
    (budget,) = project.budgets.values()
    budget["thresholdRules"] = [{"thresholdPercent": 0.9, "spendBasis": "CURRENT_SPEND"}]


DRIFTS: tuple[tuple[Key, Callable[[Project], object], Collection[str]], ...] = (
    (JOB, _change_job, KINDS["scheduler-job"].fields),
    (BUDGET, _change_amount, {"amount", "projects"}),
    (BUDGET, _change_rules, {"thresholds"}),
)
"""A resource, what somebody changes, and the fields that then differ."""


@pytest.mark.parametrize(("key", "change", "fields"), DRIFTS)
def test_a_change_is_seen_and_taken_back(
    world: World, key: Key, change: Callable[[Project], object], fields: Collection[str]
) -> None:
    (resource,) = [r for r in world.desired.resources if r.key == key]
    change(world.project)
    changed = world.differences(resource)
    assert set(fields) == changed.keys()
    world.correct(resource, changed)
    assert {} == world.differences(resource)


def test_headers_and_a_body_are_removed(world: World) -> None:
    (resource,) = [r for r in world.desired.resources if r.key == JOB]
    bare = replace(resource, fields={**resource.fields, "headers": "", "body": ""})
    world.correct(bare, {"headers": "", "body": ""})
    assert {} == world.differences(bare)


def test_they_are_removed(world: World) -> None:
    for kind in ("scheduler-job", "budget"):
        removal = KINDS[kind].removal
        assert removal is not None
        for name, fields in world.observed(kind).items():
            world.execute(*removal.delete(world.desired.place, Key(kind, name), fields))
    assert ({}, {}) == (world.project.jobs, world.project.budgets)
    assert [] == world.stand_in.refused()
