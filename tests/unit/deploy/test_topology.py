"""deploy/topology.yaml is valid, and all mistakes of another topology are reported at once."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from csvgate.runtime.settings import Settings
from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.topology.checks import mistakes
from csvgate_ops.deploy.topology.derive import seconds_until_forwarded
from csvgate_ops.deploy.topology.model import Topology

FILE = Path(__file__).parents[3] / "deploy" / "topology.yaml"


@pytest.fixture(scope="module")
def topology() -> topo.Topology:
    return topo.load(FILE)


def document() -> Any:
    return YAML(typ="safe", pure=True).load(FILE.read_text())


def test_names_follow_the_design(topology: topo.Topology) -> None:
    assert topo.bucket_names(topology, "p") == {
        "uploads": "p-uploads",
        "rejects": "p-rejects",
        "staging": "p-staging",
        "ledger": "p-ledger",
        "audit": "p-audit",
        "references": "p-references",
        "contracts": "p-contracts",
    }
    assert [topic.name for topic in topology.topics.values()] == [
        "validated-records",
        "enrichment-complete",
        "validate-and-parse-dead-letter",
        "enrich-records-dead-letter",
        "notify-stakeholders-dead-letter",
    ]


def test_a_function_s_environment_is_derived(topology: topo.Topology) -> None:
    assert topo.environment(topology, "enrich_records", "p") == {
        "GOOGLE_CLOUD_PROJECT": "p",
        "CSVGATE_FUNCTION": "enrich_records",
        "CSVGATE_BIGQUERY_LOCATION": "EU",
        "CSVGATE_DEAD_LETTER_TOPIC": "enrich-records-dead-letter",
        "CSVGATE_MAX_DELIVERY_ATTEMPTS": "100",
        "CSVGATE_BREAKER_WINDOW_SECONDS": "600",
        "CSVGATE_BREAKER_LETTERS": "50",
        "CSVGATE_BREAKER_SHARE": "0.9",
        "CSVGATE_TIMEOUT_SECONDS": "540",
        "CSVGATE_CONCURRENCY": "4",
        "CSVGATE_PROCESSORS": "1",
        "CSVGATE_SMALL_UPLOADS": "shared",
        "CSVGATE_UPLOADS_BUCKET": "p-uploads",
        "CSVGATE_REJECTS_BUCKET": "p-rejects",
        "CSVGATE_STAGING_BUCKET": "p-staging",
        "CSVGATE_LEDGER_BUCKET": "p-ledger",
        "CSVGATE_REFERENCES_BUCKET": "p-references",
        "CSVGATE_CONTRACTS_BUCKET": "p-contracts",
        "CSVGATE_VALIDATED_TOPIC": "validated-records",
        "CSVGATE_COMPLETE_TOPIC": "enrichment-complete",
        "LOG_LEVEL": "INFO",
    }


def test_settings_that_only_one_function_has(topology: topo.Topology) -> None:
    rate, lane = "CSVGATE_READ_BYTES_PER_SECOND", "CSVGATE_SMALL_UPLOADS"
    found = {name: topo.environment(topology, name, "p") for name in topology.functions}
    assert {n for n, variables in found.items() if rate in variables} == {"validate_and_parse"}
    assert {n for n, variables in found.items() if lane in variables} == {"enrich_records"}
    assert found["validate_and_parse"][rate] == "60000000"


def test_staged_chunks(topology: topo.Topology) -> None:
    """validate_and_parse writes them once, and enrich_records reads them. That nobody replaces them
    is shown in plan/test_ledger_conditions.py."""
    staging = topology.buckets["staging"]
    assert staging.public_access_prevention == "enforced"
    assert [rule.delete_after for rule in staging.lifecycle] == [90 * 86400]
    used = {name: function.uses for name, function in topology.functions.items()}
    assert {n for n, uses in used.items() if "staging" in uses.create} == {"validate_and_parse"}
    readers = {n for n, uses in used.items() if "staging" in uses.read}
    assert readers == {"validate_and_parse", "enrich_records"}


def test_every_function_may_publish_where_it_publishes(topology: topo.Topology) -> None:
    """enrich_records publishes the events of an upload again for its next attempt to load it."""
    publishes = {name: set(function.uses.publish) for name, function in topology.functions.items()}
    assert publishes == {
        "validate_and_parse": {"validated", "complete"},
        "enrich_records": {"validated", "complete"},
        "notify_stakeholders": set(),
    }


def test_every_function_has_the_settings_it_reads(topology: topo.Topology) -> None:
    """No function gets a variable that no function reads."""
    known = {field.alias for field in Settings.model_fields.values()}
    for function in topology.functions:
        environment = topo.environment(topology, function, "p")
        Settings.model_validate(environment)
        assert environment.keys() <= known


def test_transports(topology: topo.Topology) -> None:
    assert topo.transport(topology, "validate-and-parse") == topo.Transport(
        "validate-and-parse",
        "eventarc-validate-and-parse",
        "eventarc-validate-and-parse-sub",
        owns_topic=True,
    )
    assert topo.transport(topology, "enrich-records") == topo.Transport(
        "enrich-records", "validated-records", "eventarc-enrich-records-sub", owns_topic=False
    )


def test_breakers_have_the_defaults_of_the_settings(topology: topo.Topology) -> None:
    broken = document()
    del broken["functions"]["enrich_records"]["breaker"]
    derived = topo.environment(topo.Topology.model_validate(broken), "enrich_records", "p")
    assert topo.environment(topology, "enrich_records", "p") == derived
    alone = {k: v for k, v in derived.items() if not k.startswith("CSVGATE_BREAKER")}
    assert Settings.model_validate(derived) == Settings.model_validate(alone)


def test_how_long_a_message_waits(topology: topo.Topology) -> None:
    growing = 10 + 20 + 40 + 80 + 160 + 320
    for name, at_most in (
        ("validate-and-parse", 93),
        ("enrich-records", 93),
        ("notify-stakeholders", 3),
    ):
        trigger = topology.triggers[name]
        assert seconds_until_forwarded(trigger, trigger.retry) == growing + at_most * 600


def set_at(path: str, value: object) -> Callable[[Any], None]:
    """Change one place of the document; None takes it away."""

    def change(root: Any) -> None:
        *parents, last = re.split(r"[.]", path)
        for step in parents:
            root = root[int(step) if step.isdigit() else step]
        if value is None:
            del root[last]
        else:
            root[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (
            "triggers.enrich-records.ack_deadline",
            "60s",
            "triggers.enrich-records.ack_deadline: 60s is shorter than the timeout of "
            "enrich_records (540s): deliveries would be repeated while it still runs",
        ),
        (
            "triggers.enrich-records.dead_letter.max_delivery_attempts",
            4,
            "triggers.enrich-records.dead_letter.max_delivery_attempts: Input should be greater "
            "than or equal to 5",
        ),
        (
            "triggers.enrich-records.function",
            "enrich",
            "triggers.enrich-records.function: `enrich` is not in functions",
        ),
        (
            "triggers.validate-and-parse.event.bucket",
            "upload",
            "triggers.validate-and-parse.event.bucket: `upload` is not in buckets",
        ),
        (
            "triggers.notify-stakeholders.event.topic",
            "done",
            "triggers.notify-stakeholders.event.topic: `done` is not in topics",
        ),
        (
            "triggers.notify-stakeholders.retry.min_backoff",
            "700s",
            "triggers.notify-stakeholders.retry.min_backoff: Input should be less than or equal "
            "to 600",
        ),
        (
            "triggers.notify-stakeholders.retry.max_backoff",
            "1s",
            "triggers.notify-stakeholders.retry: min_backoff is longer than max_backoff",
        ),
        (
            "triggers.notify-stakeholders.retention",
            "32d",
            "triggers.notify-stakeholders.retention: Input should be less than or equal to 2678400",
        ),
        (
            "triggers.notify-stakeholders.retention",
            "a week",
            "triggers.notify-stakeholders.retention: a duration is a number and a unit "
            "(s, m, h or d), for example 600s or 7d",
        ),
        (
            "subscriptions.enrich-records-dead-letter-review",
            None,
            "topics.enrich_records_dead_letter: needs a subscription "
            "`enrich-records-dead-letter-review`, or dead letters are lost",
        ),
        (
            "subscriptions.enrich-records-dead-letter-review.expires",
            "31d",
            "subscriptions.enrich-records-dead-letter-review.expires: must be never, "
            "or dead letters are lost",
        ),
        (
            "functions.enrich_records.service_account",
            "nobody",
            "functions.enrich_records.service_account: `nobody` is not in service_accounts",
        ),
        (
            "functions.enrich_records.environment.CSVGATE_LEDGER_BUCKET",
            "x",
            "functions.enrich_records: CSVGATE_LEDGER_BUCKET is derived from the topology: "
            "leave it out",
        ),
        (
            "functions.enrich_records.uses.load",
            ["sale"],
            "functions.enrich_records.uses.load: `sale` is not in bigquery.datasets",
        ),
        (
            "functions.enrich_records.min_instances",
            99,
            "functions.enrich_records.min_instances: is more than max_instances",
        ),
        (
            "functions.enrich_records.memory",
            "2GB",
            "functions.enrich_records.memory: String should match pattern '^[1-9][0-9]*(Mi|Gi)$'",
        ),
        (
            "functions.enrich_records.retires",
            3,
            "functions.enrich_records.retires: Extra inputs are not permitted",
        ),
        (
            "functions.enrich_records.breaker.share",
            1.5,
            "functions.enrich_records.breaker.share: Input should be less than or equal to 1",
        ),
        (
            "functions.enrich_records.breaker.letters",
            1,
            "functions.enrich_records.breaker.letters: Input should be greater than or equal to 2",
        ),
        (
            "functions.enrich_records.breaker.window",
            "10s",
            "functions.enrich_records.breaker.window: Input should be greater than or equal to 60",
        ),
        (
            "functions.notify_stakeholders.uses.read",
            [],
            "functions.notify_stakeholders.uses: must read and create `ledger`, which the "
            "breaker needs",
        ),
        ("topics.validated", None, "topics: `validated` is missing"),
        (
            "topics.complete.name",
            "validated-records",
            "topics.complete.name: `validated-records` is also topics.validated",
        ),
        (
            "buckets.ledger.lifecycle.0.delete_after",
            "7d",
            "buckets.ledger.lifecycle[0].delete_after: must be longer than the longest retention "
            "of a trigger (604800s), or a late redelivery would load rows again",
        ),
        *(
            (
                "buckets.ledger.lifecycle.0.prefixes",
                prefixes,
                "buckets.ledger.lifecycle[0].prefixes: must be given, without scopes/: uploads "
                "that replace or merge rows rely on all entries there, however old they are",
            )
            for prefixes in ([], ["uploads/", "scopes/0"], ["s"])
        ),
        (
            "buckets.staging.lifecycle.0.delete_after",
            "89d",
            "buckets.staging.lifecycle[0].delete_after: must be at least 90 days, or the replay of "
            "a dead letter may not find the chunks that it loads",
        ),
        ("buckets.staging", None, "buckets: `staging` is missing"),
        (
            "buckets.uploads.lifecycle",
            [{"delete_noncurrent_after": "30d"}, {"delete_after": "44d"}],
            "buckets.uploads.lifecycle[1].delete_after: must be at least 45 days, or the replay of "
            "a dead letter may not find the upload",
        ),
        ("buckets.audit", None, "buckets: `audit` is missing"),
        (
            "functions.enrich_records.uses.read",
            ["ledger", "audit"],
            "functions.enrich_records.uses.read: only operators use `audit`",
        ),
        (
            "buckets.audit.lifecycle.0.delete_after",
            "399d",
            "buckets.audit.lifecycle[0].delete_after: must not be shorter than the retention of "
            "34560000s, within which nothing is deleted",
        ),
        (
            "buckets.audit.versioning",
            True,
            "buckets.audit.retention: cannot be combined with versioning: objects that are "
            "retained cannot be replaced",
        ),
        (
            "buckets.ledger.uniform_access",
            False,
            "buckets.ledger.uniform_access: must be true: the roles on the ledger have conditions, "
            "which Cloud Storage only accepts with uniform bucket-level access",
        ),
        (
            "functions.enrich_records.small_uploads",
            "shard",
            "functions.enrich_records.small_uploads: Input should be 'shared' or 'pending'",
        ),
        (
            "functions.validate_and_parse.read_bytes_per_second",
            0,
            "functions.validate_and_parse.read_bytes_per_second: Input should be greater than or "
            "equal to 1",
        ),
        (
            "functions.enrich_records.environment.CSVGATE_TIMEOUT_SECONDS",
            "9",
            "functions.enrich_records: CSVGATE_TIMEOUT_SECONDS is derived from the topology: "
            "leave it out",
        ),
        (
            "buckets.uploads.lifecycle.0.delete_after",
            "30d",
            "buckets.uploads.lifecycle[0]: must have exactly one of delete_after and "
            "delete_noncurrent_after",
        ),
    ],
)
def test_mistakes(path: str, value: object, expected: str) -> None:
    broken = document()
    set_at(path, value)(broken)
    assert expected in all_mistakes(broken)


def all_mistakes(broken: Any) -> list[str]:
    # JSON is YAML, and keeps the order.
    with pytest.raises(topo.TopologyError) as caught:
        topo.parse(json.dumps(broken))
    return [str(mistake) for mistake in caught.value.mistakes]


def test_mistakes_come_all_at_once() -> None:
    broken = document()
    for path, value in (
        ("triggers.enrich-records.ack_deadline", "60s"),
        ("functions.enrich_records.service_account", "nobody"),
        ("topics.complete.name", "validated-records"),
    ):
        set_at(path, value)(broken)
    assert len(all_mistakes(broken)) == 3


@pytest.mark.parametrize("text", ["", "a: [", "a: 1\na: 2", "- 1", "just words"])
def test_documents_that_are_not_topologies(text: str) -> None:
    with pytest.raises(topo.TopologyError):
        topo.parse(text)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(topo.TopologyError, match="file: "):
        topo.load(tmp_path / "none.yaml")


def test_the_repository_s_topology_has_no_mistake(topology: Topology) -> None:
    assert list(mistakes(topology)) == []
