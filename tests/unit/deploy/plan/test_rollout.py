"""Canaries, promotions and rollbacks of functions: which commands, in which order."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from csvgate_ops.deploy.doctor.diagnose import diagnose
from csvgate_ops.deploy.kinds import traffic
from csvgate_ops.deploy.plan.model import Command, Desired, Fields, Key, Observed, Plan, Step, Value
from csvgate_ops.deploy.plan.planner import plan
from csvgate_ops.deploy.plan.rollout import NotRolledOut, promotion, rollback
from csvgate_ops.deploy.plan.script import shell_line
from unit.deploy.doctor.facts import healthy
from unit.deploy.plan.environments import healthy_project, wanted

NOTIFY, ENRICH, VALIDATE = "notify-stakeholders", "enrich-records", "validate-and-parse"
WHERE = "--region=europe-west1 --project=example-csvgate-dev"
NEW, OLD = "rev-00002-new", "rev-00001-old"
SPLIT: Mapping[str, Value] = {"traffic": f"{OLD}=90,{NEW}=10"}
ROLLED_BACK: Mapping[str, Value] = {"traffic": f"{OLD}=100"}
CHANGED: Mapping[str, Value] = {"source": "f" * 40}


@pytest.fixture
def desired() -> Desired:
    return wanted("dev")


def project(changes: Mapping[str, Mapping[str, Value]]) -> Observed:
    """A healthy project in which functions have other fields."""
    healthy = healthy_project(wanted("dev"))
    resources: dict[Key, Fields] = dict(healthy.resources)
    for name, fields in changes.items():
        key = Key("function", name)
        resources[key] = {**resources[key], **fields}
    return replace(healthy, resources=resources)


def every(fields: Mapping[str, Value]) -> Observed:
    return project(dict.fromkeys((VALIDATE, ENRICH, NOTIFY), fields))


def lines(found: Plan) -> list[str]:
    return [_line(step) for step in found.steps]


def _line(step: Step) -> str:
    assert isinstance(step, Command)
    return shell_line(step.argv)


def short(found: Plan) -> list[str]:
    """What the commands about functions do, without their settings."""
    said = []
    for step in found.steps:
        assert hasattr(step, "argv")
        words = [w for w in step.argv if not w.startswith("--") or "=LATEST" in w or "to-" in w]
        said.append(" ".join(words[2:]))
    return said


def update(name: str, shares: str) -> str:
    return f"gcloud run services update-traffic {name} --to-revisions={shares} {WHERE}"


def test_a_canary_keeps_what_runs_and_gives_the_new_revision_a_share(desired: Desired) -> None:
    found = plan(desired, project({ENRICH: CHANGED}), canary=10)
    assert [
        f"services update-traffic {ENRICH} --to-revisions={NEW}=100",
        f"deploy {ENRICH}",
        f"services describe {ENRICH}",
        f"services update-traffic {ENRICH} --to-revisions=${{ENRICH_RECORDS_REVISION}}=10,{NEW}=90",
    ] == short(found)
    deploy = shell_line(found.steps[1].argv)  # type: ignore[union-attr]
    assert "--serve-all-traffic-latest-revision" not in deploy
    assert f"csvgate-before={NEW}" in deploy


def test_a_deploy_gives_the_new_revision_everything(desired: Desired) -> None:
    (line,) = lines(plan(desired, project({ENRICH: CHANGED})))
    assert " --serve-all-traffic-latest-revision" in line
    assert f"csvgate-before={NEW}," in line
    assert f"csvgate-messages={traffic.messages()}," in line


def test_a_new_function_has_no_canary(desired: Desired) -> None:
    healthy = healthy_project(desired)
    key = Key("function", NOTIFY)
    without = {k: fields for k, fields in healthy.resources.items() if k != key}
    (line,) = lines(plan(desired, replace(healthy, resources=without), canary=10))
    assert line.startswith(f"gcloud functions deploy {NOTIFY} ")


def test_consumers_come_first(desired: Desired) -> None:
    found = plan(desired, every(CHANGED), canary=5)
    deployed = [line for line in short(found) if line.startswith("deploy ")]
    assert [f"deploy {name}" for name in (NOTIFY, ENRICH, VALIDATE)] == deployed


def test_a_second_canary_keeps_the_revision_before_the_first(desired: Desired) -> None:
    found = plan(desired, project({ENRICH: {**SPLIT, **CHANGED}}), canary=20)
    assert f"services update-traffic {ENRICH} --to-revisions={OLD}=100" == short(found)[0]
    assert short(found)[-1].endswith(f"=20,{OLD}=80")


def test_a_large_share_is_not_taken_for_the_whole(desired: Desired) -> None:
    large = {"traffic": f"{NEW}=90,{OLD}=10"}
    found = plan(desired, project({ENRICH: {**large, **CHANGED}}), canary=20)
    assert f"services update-traffic {ENRICH} --to-revisions={OLD}=100" == short(found)[0]


@pytest.mark.parametrize(
    ("fields", "share", "expected"),
    [
        (SPLIT, 50, [f"=50,{OLD}=50"]),
        (SPLIT, 10, []),
        (ROLLED_BACK, 10, [f"=10,{OLD}=90"]),
        ({}, 10, []),
    ],
    ids=["another share", "the same share", "interrupted or rolled back", "no canary"],
)
def test_the_share_of_a_deployed_revision(
    fields: Mapping[str, Value], share: int, expected: list[str], desired: Desired
) -> None:
    found = plan(desired, project({ENRICH: fields}), canary=share)
    described = [f"services describe {ENRICH}"] * len(expected)
    start = f"services update-traffic {ENRICH} --to-revisions=${{ENRICH_RECORDS_REVISION}}"
    assert [*described, *(f"{start}{shares}" for shares in expected)] == short(found)


def test_a_canary_is_no_difference(desired: Desired) -> None:
    assert not plan(desired, every(SPLIT))
    assert not plan(desired, every(ROLLED_BACK))


def test_a_deploy_says_that_it_ends_a_canary(desired: Desired) -> None:
    (step,) = plan(desired, project({ENRICH: {**SPLIT, **CHANGED}})).steps
    assert isinstance(step, Command)
    state = f"canary: 90% of the events go to {OLD}, 10% of the events go to {NEW}"
    assert f"function {ENRICH}: {state}" in step.reason


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"messages": "another"}, "do not read each other's messages"),
        ({"traffic": ""}, "no revision gets its events"),
    ],
)
def test_an_impossible_canary_is_refused(
    fields: Mapping[str, Value], message: str, desired: Desired
) -> None:
    changed = project({ENRICH: {**CHANGED, **fields}})
    with pytest.raises(NotRolledOut, match=message):
        plan(desired, changed, canary=10)
    assert plan(desired, changed)


def test_functions_deployed_before_messages_had_a_label(desired: Desired) -> None:
    assert plan(desired, project({ENRICH: {**CHANGED, "messages": ""}}), canary=10)


@pytest.mark.parametrize("fields", [SPLIT, ROLLED_BACK])
def test_a_promotion_starts_with_the_consumers(
    fields: Mapping[str, Value], desired: Desired
) -> None:
    assert [
        f"gcloud run services update-traffic {name} --to-latest {WHERE}"
        for name in (NOTIFY, ENRICH, VALIDATE)
    ] == lines(promotion(desired, every(fields)))


def test_a_promotion_leaves_alone_what_is_promoted(desired: Desired) -> None:
    assert 1 == len(promotion(desired, project({ENRICH: SPLIT})).steps)
    assert not promotion(desired, project({}))


def test_a_rollback_ends_a_canary_publishers_first(desired: Desired) -> None:
    found = rollback(desired, project({NOTIFY: SPLIT, ENRICH: SPLIT}))
    assert [update(ENRICH, f"{OLD}=100"), update(NOTIFY, f"{OLD}=100")] == lines(found)


def test_a_rollback_of_named_functions(desired: Desired) -> None:
    found = rollback(desired, project({}), ["enrich_records", VALIDATE])
    assert [update(VALIDATE, f"{OLD}=100"), update(ENRICH, f"{OLD}=100")] == lines(found)


def test_without_a_canary_a_rollback_wants_names(desired: Desired) -> None:
    with pytest.raises(NotRolledOut, match=rf"enrich-records: {NEW}=100, before {OLD}\n"):
        rollback(desired, project({}))


@pytest.mark.parametrize("fields", [ROLLED_BACK, {"before": ""}])
def test_without_an_earlier_revision_nothing_is_rolled_back(
    fields: Mapping[str, Value], desired: Desired
) -> None:
    with pytest.raises(NotRolledOut, match="no earlier revision is known"):
        rollback(desired, project({ENRICH: fields}), [ENRICH])


def test_an_unknown_function(desired: Desired) -> None:
    with pytest.raises(NotRolledOut, match="there is no deployed function enrich; deployed are: v"):
        rollback(desired, project({}), ["enrich"])


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        (SPLIT, f"canary: 90% of the events go to {OLD}, 10% of the events go to {NEW}"),
        (ROLLED_BACK, f"all events go to {OLD}, and none to the latest revision {NEW}"),
        ({}, ""),
    ],
)
def test_the_doctor_sees_a_state_and_no_fault(fields: Mapping[str, Value], state: str) -> None:
    facts = healthy()
    key = Key("function", ENRICH)
    resources = {**facts.observed.resources}
    resources[key] = {**resources[key], **fields}
    changed = replace(facts, observed=replace(facts.observed, resources=resources))
    (check,) = [c for c in diagnose(changed) if c.subject == f"function {ENRICH}"]
    assert ("ok", state) == (check.state, check.result)
