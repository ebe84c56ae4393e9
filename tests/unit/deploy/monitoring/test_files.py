"""deploy/monitoring covers the topology and uses the names that Google gives to metrics."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from csvgate_ops.deploy.topology.derive import seconds_until_forwarded
from unit.deploy.monitoring.rendered import (
    PROJECT,
    QUOTED,
    filters,
    metric,
    monitoring,
    named,
    on_the_log,
    topology,
)
from unit.deploy.plan.environments import wanted
from world import ROOT

MONITORING = monitoring()
TOPOLOGY = topology()
POLICIES = list(MONITORING.policies.items())
AGE = "pubsub.googleapis.com/subscription/oldest_unacked_message_age"
WAITING = "pubsub.googleapis.com/subscription/num_undelivered_messages"
FORWARDED = "pubsub.googleapis.com/subscription/dead_letter_message_count"
REQUESTS = "run.googleapis.com/request_count"
EXCEEDED = "serviceruntime.googleapis.com/quota/exceeded"
# cloud.google.com/monitoring/api/metrics_gcp: with the resource that each is written on.
GOOGLES = {
    AGE: "pubsub_subscription",
    WAITING: "pubsub_subscription",
    FORWARDED: "pubsub_subscription",
    REQUESTS: "cloud_run_revision",
    EXCEEDED: "consumer_quota",
    "run.googleapis.com/request_latencies": "cloud_run_revision",
    "run.googleapis.com/container/instance_count": "cloud_run_revision",
}
USER = "logging.googleapis.com/user/"


def reviews() -> set[str]:
    """Of the dead-letter topics of all triggers."""
    topics = {trigger.dead_letter.topic for trigger in TOPOLOGY.triggers.values()}
    return {name for name, s in TOPOLOGY.subscriptions.items() if s.topic in topics}


def services() -> set[str]:
    """Cloud Run has no underscores in names."""
    return {name.replace("_", "-") for name in TOPOLOGY.functions}


def every_filter() -> Iterator[str]:
    for body in (*MONITORING.policies.values(), *MONITORING.dashboards.values()):
        yield from filters(body)


def watching(policy: str) -> str:
    (found,) = filters(MONITORING.policies[policy])
    return found


def review_of_rejections() -> str:
    """The subscription that also holds letters of uploaders."""
    topic = TOPOLOGY.triggers["validate-and-parse"].dead_letter.topic
    (found,) = (name for name, s in TOPOLOGY.subscriptions.items() if s.topic == topic)
    return found


def test_every_review_subscription_is_monitored() -> None:
    assert AGE == metric(watching("dead-letters-expiring"))
    assert reviews() == named(watching("dead-letters-expiring"), "resource.label.subscription_id")


@pytest.mark.parametrize(("policy", "kind"), [("dead-letters", WAITING), ("dead-letters-old", AGE)])
def test_letters_of_uploaders_do_not_alert(policy: str, kind: str) -> None:
    waiting, *_ = filters(MONITORING.policies[policy])
    assert kind == metric(waiting)
    only_failures = reviews() - {review_of_rejections()}
    assert only_failures == named(waiting, "resource.label.subscription_id")
    alerting = {metric(f) for p in MONITORING.policies.values() for f in filters(p)}
    assert USER + "csvgate_uploader_letters" not in alerting


def conditions(policy: str) -> Iterator[dict[str, Any]]:
    for condition in MONITORING.policies[policy]["conditions"]:
        yield condition["conditionThreshold"]


def test_any_dead_letter_of_an_operator_alerts() -> None:
    """Each is in the log of a function that gave up, or Pub/Sub forwarded it."""
    gave_up, unsent = (on_the_log()[key]["filter"] for key in ("failed-uploads", "unsent-emails"))
    functions = {name for text in (gave_up, unsent) for name in QUOTED.findall(text)}
    assert TOPOLOGY.functions.keys() <= functions
    waiting, forwarded = conditions("dead-letters")
    for condition in (waiting, forwarded):
        assert ("COMPARISON_GT", 0) == (condition["comparison"], condition["thresholdValue"])
    assert FORWARDED == metric(forwarded["filter"])
    triggers = "resource.label.subscription_id"
    assert named(watching("waiting-events"), triggers) == named(forwarded["filter"], triggers)


def test_one_failure_raises_one_alert_for_an_hour() -> None:
    """What a function gave up on is announced with its object, so the others wait."""
    waiting, _ = conditions("dead-letters")
    assert "3600s" == waiting["duration"]
    assert {USER + "csvgate_failed_uploads"} == {
        metric(condition["filter"]) for condition in conditions("several-failed-uploads")
    }
    assert all(
        condition["thresholdValue"] >= 1 for condition in conditions("several-failed-uploads")
    )


def test_failures_that_an_alert_on_the_log_leaves_out_raise_another() -> None:
    """Cloud Monitoring sends one notification per period, and 20 a day, for each of these policies
    (docs.cloud.google.com/logging/docs/alerting/log-based-incidents)."""
    period = MONITORING.policies["failed-uploads"]["alertStrategy"]["notificationRateLimit"]
    limits = {
        (c["thresholdValue"], c["aggregations"][0]["alignmentPeriod"])
        for c in conditions("several-failed-uploads")
    }
    assert {(1, period["period"]), (20, "86400s")} == limits
    # A sum over all functions and codes: the limits hold for the policy, not for each of them.
    assert all(
        "groupByFields" not in c["aggregations"][0] for c in conditions("several-failed-uploads")
    )
    # Emails that are left out stay in their review subscription, which raises dead-letters.
    waiting, _ = conditions("dead-letters")
    topic = TOPOLOGY.triggers["notify-stakeholders"].dead_letter.topic
    (review,) = (name for name, s in TOPOLOGY.subscriptions.items() if s.topic == topic)
    assert review in named(waiting["filter"], "resource.label.subscription_id")


def test_what_cloud_monitoring_requires_of_a_policy_on_the_log() -> None:
    """A single condition, and a period of at least 5 minutes between notifications."""
    assert {"failed-uploads", "unsent-emails"} == on_the_log().keys()
    for key in on_the_log():
        policy = MONITORING.policies[key]
        assert 1 == len(policy["conditions"])
        assert 300 <= int(policy["alertStrategy"]["notificationRateLimit"]["period"].rstrip("s"))
        # A subject has at most 255 characters, also with the longest name and a long code.
        longest = re.search(r"\{1,(\d+)\}", on_the_log()[key]["labelExtractors"]["object"])
        assert longest is not None
        name = int(longest[1]) * "x"
        subject = re.sub(r"\$\{[^}]*object\}", name, policy["documentation"]["subject"])
        assert 255 >= len(re.sub(r"\$\{.*?\}", 40 * "x", subject))


def test_dead_letters_raise_an_alert_before_they_are_lost() -> None:
    condition = MONITORING.policies["dead-letters-expiring"]["conditions"][0]["conditionThreshold"]
    kept = min(TOPOLOGY.subscriptions[name].retention for name in reviews())
    assert 86400 < condition["thresholdValue"] <= kept - 7 * 86400


def test_every_function_is_monitored() -> None:
    assert REQUESTS == metric(watching("function-errors"))
    assert services() == named(watching("function-errors"), "resource.label.service_name")
    assert {"5xx"} == named(watching("function-errors"), "metric.label.response_code_class")


def test_every_trigger_is_monitored() -> None:
    (pattern,) = named(
        watching("waiting-events").replace("(validate", "<validate").replace(").*", ">.*"),
        "resource.label.subscription_id",
    )
    pattern = pattern.replace("<", "(").replace(">", ")")
    for trigger in TOPOLOGY.triggers:
        # As Eventarc names them: cloud.google.com/eventarc/docs/creating-triggers
        assert re.fullmatch(pattern, f"eventarc-europe-west1-{trigger}-sub-123")
    assert not re.fullmatch(pattern, "eventarc-europe-west1-another-sub-123")


def test_waiting_events_raise_an_alert_before_they_run_out_of_attempts() -> None:
    condition = MONITORING.policies["waiting-events"]["conditions"][0]["conditionThreshold"]
    for trigger in TOPOLOGY.triggers.values():
        assert condition["thresholdValue"] < seconds_until_forwarded(trigger, trigger.retry)


def test_a_saturated_function_raises_an_alert() -> None:
    assert USER + "csvgate_saturated_requests" == metric(watching("saturated"))
    body = MONITORING.metrics["csvgate_saturated_requests"]
    names = re.search(r"resource\.labels\.service_name=\((.*)\)", body["filter"])
    assert names is not None
    assert services() == set(QUOTED.findall(names[1]))
    assert 'httpRequest.status="429"' in body["filter"].splitlines()


def queries(policy: str) -> list[str]:
    conditions = MONITORING.policies[policy]["conditions"]
    return [c["conditionPrometheusQueryLanguage"]["query"] for c in conditions]


def test_quotas_raise_an_alert_before_and_after_they_are_exceeded() -> None:
    assert EXCEEDED == metric(watching("quota-exceeded"))
    watched = named(watching("quota-exceeded"), "resource.label.service")
    enabled = {r.key.name for r in wanted("prod").resources if r.key.kind == "api"}
    assert watched <= enabled
    used_by_uploads = ("run", "eventarc", "pubsub", "storage", "bigquery", "bigquerystorage")
    assert watched >= {f"{name}.googleapis.com" for name in used_by_uploads}
    for query in queries("quota-used"):
        (pattern,) = set(re.findall(r'service=~"(.*?)"', query))
        assert {name for name in enabled if re.fullmatch(pattern, name)} == watched
        assert query.endswith("> 0.8")


def test_queries_use_the_names_that_google_gives_to_metrics_in_promql() -> None:
    """The domain's dots and the slashes of the name are underscores, with a colon between."""
    used = {name for query in queries("quota-used") for name in re.findall(r"\w+:\w+", query)}
    names = ("allocation/usage", "rate/net_usage", "limit")
    assert {f"serviceruntime_googleapis_com:quota_{n.replace('/', '_')}" for n in names} == used


def test_the_dashboard_shows_them_all() -> None:
    shown = list(filters(MONITORING.dashboards["csvgate"]))
    by_metric = {metric(text): text for text in shown}
    assert reviews() == named(by_metric[WAITING], "resource.label.subscription_id")
    assert services() == named(by_metric[REQUESTS], "resource.label.service_name")
    ours = {USER + name for name in MONITORING.metrics}
    assert ours <= set(by_metric)


def test_metrics_have_the_names_that_google_gives_them() -> None:
    for text in every_filter():
        name = metric(text)
        if name.startswith(USER):
            assert name.removeprefix(USER) in MONITORING.metrics
            assert {"cloud_run_revision"} == named(text, "resource.type")
        else:
            assert {GOOGLES[name]} == named(text, "resource.type")


@pytest.mark.parametrize(("key", "policy"), POLICIES, ids=[key for key, _ in POLICIES])
def test_a_policy_says_what_to_do(key: str, policy: dict[str, Any]) -> None:
    assert key == policy["userLabels"]["csvgate"]
    assert policy["displayName"].startswith("csvgate: ")
    assert policy["severity"] in ("WARNING", "ERROR", "CRITICAL")
    words = policy["documentation"]["content"]
    assert "`csvgate " in words or "log" in words
    filled = set(re.findall(r"\$\{(.*?)\}", words + policy["documentation"].get("subject", "")))
    # What the text is filled in with must be a label that the condition groups by, or extracts.
    for condition in policy["conditions"]:
        # A query in PromQL has no such labels.
        threshold = condition.get("conditionThreshold", {"aggregations": ()})
        grouped = {g for a in threshold["aggregations"] for g in a.get("groupByFields", ())}
        extracted = condition.get("conditionMatchedLog", {}).get("labelExtractors", {})
        assert filled <= grouped | {f"log.extracted_label.{label}" for label in extracted}


def test_every_alert_is_in_the_docs() -> None:
    page = (ROOT / "docs" / "monitoring.md").read_text()
    titles = re.findall(r"^\| \*(.+?)\* \|", page, re.MULTILINE)
    alerts = {p["displayName"].removeprefix("csvgate: ") for p in MONITORING.policies.values()}
    assert alerts == set(titles)
    for metric_name in MONITORING.metrics:
        assert f"`{metric_name}`" in page


def test_labels_that_are_grouped_by_are_extracted() -> None:
    for text, grouped in _grouped((*MONITORING.policies.values(), *MONITORING.dashboards.values())):
        name = metric(text).removeprefix(USER)
        if name in MONITORING.metrics:
            known = {
                label["key"] for label in MONITORING.metrics[name]["metricDescriptor"]["labels"]
            }
            assert {g.removeprefix("metric.label.") for g in grouped} <= known


def _grouped(value: Any) -> Iterator[tuple[str, list[str]]]:
    if isinstance(value, dict):
        if "filter" in value and "labelExtractors" not in value:
            aggregations = value.get("aggregations", [value.get("aggregation", {})])
            yield value["filter"], [g for a in aggregations for g in a.get("groupByFields", ())]
        for item in value.values():
            yield from _grouped(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _grouped(item)


def test_a_metric_has_an_extractor_for_each_label() -> None:
    for body in MONITORING.metrics.values():
        descriptor = body["metricDescriptor"]
        assert {label["key"] for label in descriptor["labels"]} == set(body["labelExtractors"])
        assert ("valueExtractor" in body) == ("DISTRIBUTION" == descriptor["valueType"])


def test_the_project_is_filled_in_and_nothing_else() -> None:
    assert f"projects/{PROJECT}/dashboards/csvgate" == MONITORING.dashboards["csvgate"]["name"]
    for body in (*MONITORING.metrics.values(), *MONITORING.dashboards.values()):
        assert "${" not in str(body)


def test_tiles_do_not_overlap() -> None:
    layout = MONITORING.dashboards["csvgate"]["mosaicLayout"]
    taken: set[tuple[int, int]] = set()
    for tile in layout["tiles"]:
        left, top = tile.get("xPos", 0), tile.get("yPos", 0)
        cells = {
            (x, y)
            for x in range(left, left + tile["width"])
            for y in range(top, top + tile["height"])
        }
        assert not cells & taken
        assert left + tile["width"] <= layout["columns"]
        taken |= cells
