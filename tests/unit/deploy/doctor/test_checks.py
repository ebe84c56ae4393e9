"""Checks without a fault: what they found, or why they were skipped."""

import json
from dataclasses import replace

from csvgate.ports import Column
from csvgate_ops.deploy.doctor.diagnose import diagnose
from csvgate_ops.deploy.doctor.view import as_json, lines, summary
from csvgate_ops.deploy.plan.model import Observed
from unit.deploy.doctor.facts import (
    PROJECT,
    TABLE,
    check,
    faults,
    healthy,
    with_columns,
    with_contracts,
    with_field,
    without,
)


def test_every_resource_and_every_role_member_has_a_check() -> None:
    facts = healthy()
    checks = diagnose(facts)
    single = [r for r in facts.desired.resources if r.key.kind not in ("api", "agent")]
    members = {b.member for b in facts.desired.bindings}
    about_contracts = len(facts.contracts) + 1
    assert 2 + len(single) + 1 + len(members) + about_contracts + 1 == len(checks)
    assert len({c.subject for c in checks}) == len(checks)
    assert {"ok"} == {c.state for c in checks}


def test_contracts_that_were_rolled_back() -> None:
    found = check(with_contracts("f" * 64)(healthy()), "contracts in use")
    (fault,) = found.faults
    assert fault.description.startswith("ffffffffffff since 2026-11-29 11:30 UTC, but those in")


def test_without_their_bucket_contracts_are_not_checked() -> None:
    spoilt = without(("bucket", f"{PROJECT}-contracts"))(healthy())
    found = check(spoilt, "contracts in use")
    assert ("skipped", f"bucket {PROJECT}-contracts is missing") == (found.state, found.skipped)


def test_a_disabled_api_is_one_fault_and_its_resources_are_not_checked() -> None:
    facts = healthy()
    gone = [
        (k.kind, k.name)
        for k in facts.observed.resources
        if k.kind in ("topic", "subscription") or k.name == "pubsub.googleapis.com"
    ]
    (fault,) = [f for f in faults(without(*gone)(facts)) if f.code != "agent.missing"]
    assert "api.missing" == fault.code
    spoilt = check(without(*gone)(facts), "topic validated-records")
    assert ("skipped", "pubsub.googleapis.com is not enabled") == (spoilt.state, spoilt.skipped)


def test_without_a_trigger_its_subscription_is_not_checked() -> None:
    spoil = without(("trigger", "enrich-records"), ("trigger-subscription", "enrich-records"))
    (fault,) = faults(spoil(healthy()))
    assert "trigger.missing" == fault.code
    assert "trigger enrich-records is missing" == (
        check(spoil(healthy()), "subscription of trigger enrich-records").skipped
    )


def test_an_empty_project_lacks_apis_agents_and_roles_on_the_project() -> None:
    facts = replace(healthy(), observed=Observed(), variables={})
    assert {"api.missing", "agent.missing", "role.missing"} == {f.code for f in faults(facts)}
    # Without the project's number a command would be wrong.
    agents = [f for f in faults(facts) if "roles/pubsub.publisher" in f.description]
    assert [("deploy/deploy.sh dev",)] == [f.fix for f in agents]


def test_an_ack_deadline_shorter_than_an_increased_timeout() -> None:
    facts = with_field("function", "enrich-records", "timeout", 3600)(healthy())
    found = {f.code: f for f in faults(facts)}
    assert {"function.timeout", "trigger-subscription.ack_deadline"} == found.keys()
    said = found["trigger-subscription.ack_deadline"].description
    assert said.startswith("ack deadline 600 s, but its function may run for 3600 s")


def test_a_table_may_be_missing() -> None:
    facts = healthy()
    facts = replace(facts, observed=replace(facts.observed, tables={}))
    found = check(facts, f"table {TABLE} of contract orders")
    assert ("ok", "is created by the first upload") == (found.state, found.result)


def test_a_table_may_have_additional_and_wider_columns() -> None:
    spoil = with_columns(
        lambda found: (
            *(replace(c, required=False) for c in found),
            Column("theirs", "STRING"),
        )
    )
    assert [] == faults(spoil(healthy()))


def test_a_column_of_a_lookup_may_have_any_type() -> None:
    (contract,) = healthy().contracts
    name = next(name for step in contract.enrich if step.lookup for name in step.lookup.add)
    retyped = with_columns(
        lambda found: tuple(replace(c, type="INT64") if c.name == name else c for c in found)
    )
    assert [] == faults(retyped(healthy()))


def test_a_contract_whose_dataset_is_not_in_the_topology() -> None:
    (contract,) = healthy().contracts
    destination = contract.destination.model_copy(update={"dataset": "elsewhere"})
    facts = replace(
        healthy(), contracts=(contract.model_copy(update={"destination": destination}),)
    )
    (fault,) = faults(facts)
    assert ("table.dataset", ()) == (fault.code, fault.fix)


def test_lines_and_json() -> None:
    facts = with_field("topic", "validated-records", "retention", 600)(healthy())
    checks = diagnose(facts)
    text = list(lines(checks))
    at = next(n for n, line in enumerate(text) if "fault" in line)
    assert text[at].endswith(
        "topic validated-records: retention is 600 s, should be 604800 s: "
        "older messages cannot be replayed from the topic"
    )
    assert text[at + 1].strip().startswith("gcloud pubsub topics update validated-records ")
    assert len(checks) + 1 == len(text)
    assert f"1 fault in {len(checks)} checks of {PROJECT}" == summary(checks, PROJECT)
    answer = json.loads(as_json(checks, "dev", PROJECT))
    (spoilt,) = [c for c in answer["checks"] if c["faults"]]
    assert ("topic validated-records", "fault") == (spoilt["subject"], spoilt["state"])
    assert "topic.retention" == spoilt["faults"][0]["code"]


def test_hostile_values_stay_on_their_line() -> None:
    facts = with_field("subscription", "enrich-records-dead-letter-review", "expires", "\x1b[2J\n")
    text = list(lines(diagnose(facts(healthy()))))
    assert not any("\x1b[2J" in line or "\n" in line for line in text)
