"""Contracts and functions are rolled out and back, with the real gcloud on the stand-in.

The project has only what these commands need, so that no deploy of everything has to come first.
"""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from csvgate.contracts.bundle import make_bundle
from csvgate.contracts.bundle_format import POINTER, bundle_in_use, bundle_name, digest_of
from csvgate.contracts.match import Contracts
from csvgate_ops.deploy.contracts.model import DeployedContracts
from csvgate_ops.deploy.contracts.release import Release, Releases
from csvgate_ops.deploy.kinds import KINDS, traffic
from csvgate_ops.deploy.plan.changes import as_stage, change
from csvgate_ops.deploy.plan.model import Effect, Fields, Key, Observed, Plan
from csvgate_ops.deploy.plan.planner import plan
from csvgate_ops.deploy.plan.rollout import observe, promotion, rollback
from csvgate_ops.deploy.run.execute import Execution
from csvgate_ops.deploy.run.gcloud import JsonReader, Overtaken, Subprocesses
from standin import sdk
from standin.project import Project
from standin.server import StandIn, serving
from standin.service import Request
from standin.services.objects import Objects
from standin.warm import warmed
from unit.deploy.contracts.fake_bucket import contracts
from unit.deploy.plan.environments import healthy_project, wanted

pytestmark = pytest.mark.skipif(sdk.missing() is not None, reason=str(sdk.missing()))

DESIRED = wanted("dev")
PLACE = DESIRED.place
BUCKET = f"{PLACE.project}-contracts"
ENRICH = Key("function", "enrich-records")
SERVICE = f"projects/{PLACE.project}/locations/{PLACE.region}/services/enrich-records"
REVISIONS = tuple(f"enrich-records-0000{n}-abc" for n in (1, 2, 3))
FIRST, SECOND, THEIRS = contracts("a"), contracts("a", "b"), contracts("a", "c")


def digest(found: Contracts) -> str:
    return digest_of(make_bundle(found))


@dataclass
class Cloud:
    """Runs plans with gcloud. `after` holds the project after each named step."""

    stand_in: StandIn
    folder: Path
    run: Subprocesses
    after: dict[str, Project] = field(default_factory=dict)
    functions: dict[str, Fields] = field(default_factory=dict)
    """What was observed of enrich-records after a step."""
    history: tuple[DeployedContracts, ...] = ()

    def execute(self, name: str, steps: Plan) -> None:
        try:
            Execution(self.run, self.folder, lambda _: None).all_of(steps)
        finally:
            self.after[name] = copy.deepcopy(self.stand_in.project)

    def observe(self, name: str) -> Observed:
        """Return a healthy project with what gcloud reads of its functions."""
        found = observe(DESIRED, JsonReader(self.run))
        self.functions[name] = found.resources[ENRICH]
        healthy = healthy_project(DESIRED)
        return replace(healthy, resources={**healthy.resources, **found.resources})

    @property
    def releases(self) -> Releases:
        return Releases(PLACE, BUCKET, self.run)

    def release(self, name: str, release: Release) -> None:
        self.execute(name, release.plan)

    def stage(self, found: Contracts) -> Contracts:
        file = self.folder / "build" / bundle_name(digest(found))
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(make_bundle(found))
        return found


def project() -> Project:
    """A project with a bucket, and with what the function enrich-records needs."""
    made = Project()
    made.apis |= {f"{name}.googleapis.com" for name in ("cloudfunctions", "run", "cloudbuild")}
    made.buckets[BUCKET] = {
        "kind": "storage#bucket",
        "id": BUCKET,
        "name": BUCKET,
        "location": "EUROPE-WEST1",
        "versioning": {"enabled": True},
    }
    for account in ("csvgate-enrich", "csvgate-build"):
        email = PLACE.email(account)
        made.accounts[email] = {"name": email, "email": email}
    resource = next(r for r in DESIRED.resources if r.key == ENRICH)
    made.repositories[str(resource.fields["repository"])] = {}
    return made


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    folder = tmp_path_factory.mktemp("rollout")
    source = folder / "build" / "enrich_records"
    source.mkdir(parents=True)
    for name in ("main.py", "requirements.txt"):
        (source / name).touch()
    with (
        serving(project()) as stand_in,
        warmed(sdk.root(), sdk.environment(stand_in.address, folder)) as environment,
    ):
        environment |= {"CLOUDSDK_CORE_DISABLE_PROMPTS": "1"}
        made = Cloud(stand_in, folder, Subprocesses(folder, environment))
        _release(made)
        _roll_out(made)
        yield made


def _release(cloud: Cloud) -> None:
    """Deploy contracts, lose a race against somebody else, and return to the first contracts."""
    cloud.release("deployed", cloud.releases.deploy(cloud.stage(FIRST)))
    late = cloud.releases.deploy(cloud.stage(SECOND))

    def overtake(request: Request) -> None:
        objects = cloud.stand_in.services["upload"]
        assert isinstance(objects, Objects)
        if b'"current.json"' in request.data:
            bundle = make_bundle(THEIRS)
            objects.put(BUCKET, {"name": bundle_name(digest(THEIRS))}, bundle)
            pointer = json.dumps({"format": 1, "bundle": digest(THEIRS)})
            metadata = {"name": POINTER, "metadata": {"bundle": digest(THEIRS)}}
            objects.put(BUCKET, metadata, pointer.encode())

    cloud.stand_in.on_change = overtake
    with pytest.raises(Overtaken):
        cloud.release("overtaken", late)
    cloud.stand_in.on_change = lambda _: None
    _, back = cloud.releases.rollback()
    cloud.release("rolled back", back)
    cloud.history = cloud.releases.history()


def _roll_out(cloud: Cloud) -> None:
    """Create a function, give its next revision a share, promote it, return, and correct it."""
    resource = next(r for r in DESIRED.resources if r.key == ENRICH)
    older = replace(resource, fields={**resource.fields, "source": "1" * 40})
    created = change(Effect.CREATE, KINDS["function"].create(PLACE, older), ["it is missing"])
    cloud.execute("created", Plan((as_stage("Functions", [created]),)))
    cloud.execute("canary", plan(DESIRED, cloud.observe("created"), canary=10))
    cloud.execute("promoted", promotion(DESIRED, cloud.observe("canary")))
    cloud.execute("returned", rollback(DESIRED, cloud.observe("promoted"), [ENRICH.name]))
    returned = cloud.observe("returned")
    corrected = {**returned.resources, ENRICH: {**returned.resources[ENRICH], "source": ""}}
    cloud.execute("corrected", plan(DESIRED, replace(returned, resources=corrected)))


def in_use(project: Project) -> str:
    return bundle_in_use(project.objects[BUCKET, POINTER][-1][""].encode())


def shares(project: Project) -> dict[str, int]:
    targets: list[dict[str, Any]] = project.traffic[SERVICE]
    return {target.get("revisionName", "latest"): target["percent"] for target in targets}


def test_contracts_are_put_in_use(cloud: Cloud) -> None:
    project = cloud.after["deployed"]
    assert digest(FIRST) == in_use(project)
    (stored,) = project.objects[BUCKET, bundle_name(digest(FIRST))]
    assert make_bundle(FIRST).decode() == stored[""]
    (pointer,) = project.objects[BUCKET, POINTER]
    assert ("application/json", {"bundle": digest(FIRST)}) == (
        pointer["contentType"],
        pointer["metadata"],
    )


def test_of_two_deploys_at_once_the_later_one_changes_nothing(cloud: Cloud) -> None:
    assert digest(THEIRS) == in_use(cloud.after["overtaken"])


def test_a_rollback_returns_to_the_contracts_before(cloud: Cloud) -> None:
    assert digest(FIRST) == in_use(cloud.after["rolled back"])
    used = [digest(FIRST), digest(THEIRS), digest(FIRST)]
    assert used == [each.bundle for each in cloud.history]
    assert sorted((each.at for each in cloud.history), reverse=True) == [
        each.at for each in cloud.history
    ]


def test_a_canary_gets_its_share(cloud: Cloud) -> None:
    assert {REVISIONS[0]: 90, REVISIONS[1]: 10} == shares(cloud.after["canary"])
    found = cloud.functions["canary"]
    assert f"{REVISIONS[0]}=90,{REVISIONS[1]}=10" == found["traffic"]
    assert (REVISIONS[1], REVISIONS[0]) == (found["latest"], found["before"])
    assert traffic.messages() == found["messages"]


def test_a_canary_is_a_state_and_no_difference(cloud: Cloud) -> None:
    found = cloud.functions["canary"]
    resource = next(r for r in DESIRED.resources if r.key == ENRICH)
    assert {} == {n: found[n] for n, value in resource.fields.items() if found[n] != value}
    assert traffic.state(found).startswith("canary: 90% of the events go to")


def test_a_promotion_and_the_way_back(cloud: Cloud) -> None:
    assert {"latest": 100} == shares(cloud.after["promoted"])
    assert f"{REVISIONS[1]}=100" == cloud.functions["promoted"]["traffic"]
    assert {REVISIONS[0]: 100} == shares(cloud.after["returned"])
    assert REVISIONS[1] == cloud.functions["returned"]["latest"]


def test_a_corrected_function_gets_all_events(cloud: Cloud) -> None:
    project = cloud.after["corrected"]
    assert {"latest": 100} == shares(project)
    assert [*REVISIONS] == project.revisions[SERVICE]
    assert REVISIONS[0] == project.functions["enrich-records"]["labels"]["csvgate-before"]


def test_nothing_was_refused_but_the_late_deploy(cloud: Cloud) -> None:
    assert [f"POST upload/storage/v1/b/{BUCKET}/o 412"] == cloud.stand_in.refused()
