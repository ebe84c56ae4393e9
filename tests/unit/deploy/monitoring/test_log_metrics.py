"""The filters of log-based metrics, and of alerts on the log, match what the functions really
log."""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from csvgate.runtime.errors import Permanent, Transient
from csvgate.runtime.log import configure
from fakes.effects import Effect, Effects
from unit.deploy.monitoring.rendered import QUOTED, monitoring, on_the_log
from unit.protocol.orders import orders
from world import World

METRICS = monitoring().metrics
ALERTS = on_the_log()
CONDITION = re.compile(r'([\w.]+)=("[^"]*"|\("[^"]*"(?: OR "[^"]*")*\))')
Entry = Mapping[str, Any]


def logged(capsys: pytest.CaptureFixture[str]) -> list[Entry]:
    """As Cloud Run hands a line of standard output to Cloud Logging: `severity` and the like are
    taken out, the rest is the payload (cloud.google.com/run/docs/logging)."""
    found: list[Entry] = []
    for line in capsys.readouterr().out.splitlines():
        payload = json.loads(line)
        severity = payload.pop("severity")
        payload.pop("time")
        payload.pop("logging.googleapis.com/trace", None)
        # With nothing else in it, a message would become the entry's text instead.
        assert payload.keys() > {"message"}
        resource = {"type": "cloud_run_revision"}
        found.append({"severity": severity, "jsonPayload": payload, "resource": resource})
    return found


def value(entry: Entry, path: str) -> Any:
    """None if the entry does not have it."""
    found: Any = entry
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def extracted(entry: Entry, extractor: str) -> Any:
    """What `EXTRACT(field)` or `REGEXP_EXTRACT(field, "pattern")` takes from an entry."""
    called = re.fullmatch(r'(?:REGEXP_)?EXTRACT\(([\w.]+)(?:, "(.*)")?\)', extractor)
    assert called, extractor
    found, pattern = value(entry, called[1]), called[2]
    if pattern is None or found is None:
        return found
    part = re.search(pattern, found)
    return part[1] if part else None


def matches(body: Mapping[str, Any], entry: Entry) -> bool:
    """Understands what our filters use: a condition a line, one value or several."""
    lines = body["filter"].splitlines()
    conditions = [CONDITION.fullmatch(line) for line in lines]
    assert all(conditions), lines
    return all(
        c is not None and str(value(entry, c[1])) in QUOTED.findall(c[2]) for c in conditions
    )


def taken(body: Mapping[str, Any], entries: list[Entry]) -> list[dict[str, Any]]:
    """The labels, and the value, that a metric or an alert takes from each entry it matches."""
    extractors = dict(body["labelExtractors"])
    if "valueExtractor" in body:
        extractors["value"] = body["valueExtractor"]
    return [
        {label: extracted(entry, text) for label, text in extractors.items()}
        for entry in entries
        if matches(body, entry)
    ]


def counted(name: str, entries: list[Entry]) -> list[dict[str, Any]]:
    return taken(METRICS[name], entries)


def alerts(entries: list[Entry]) -> list[tuple[str, dict[str, Any]]]:
    return [(key, labels) for key, body in ALERTS.items() for labels in taken(body, entries)]


def everything(entries: list[Entry]) -> dict[str, list[dict[str, Any]]]:
    return {name: found for name in METRICS if (found := counted(name, entries))}


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """Leave no handler behind: the stream of a test is closed after it."""
    logger = logging.getLogger("csvgate")
    handlers, propagate, level = [*logger.handlers], logger.propagate, logger.level
    yield
    logger.handlers[:], logger.propagate = handlers, propagate
    logger.setLevel(level)


def start(function: str, effects: Effects | None = None) -> World:
    configure(level="INFO", project="test", function=function)
    return World(effects=effects or Effects())


def test_a_completed_upload_counts_its_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    world = start("enrich_records")
    world.validate(world.upload("orders/a.csv", orders(5)))
    world.drain()
    found = everything(logged(capsys))
    assert ["csvgate_upload_seconds"] == list(found)
    (ended,) = found["csvgate_upload_seconds"]
    assert "completed" == ended["outcome"]
    assert 0 < ended["value"] < 10


def test_a_rejected_upload_counts_its_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    world = start("enrich_records")
    world.validate(world.upload("orders/a.csv", b"no,orders\n1,2\n"))
    world.drain()
    found = everything(logged(capsys))
    assert ["rejected"] == [ended["outcome"] for ended in found["csvgate_upload_seconds"]]
    assert ["csvgate_upload_seconds"] == list(found)


def test_a_delivery_that_is_repeated_counts_its_seconds_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = start("enrich_records")
    event = world.upload("orders/a.csv", orders(5))
    for _ in range(2):
        world.validate(event)
        world.drain()
    assert 1 == len(counted("csvgate_upload_seconds", logged(capsys)))


def test_rejected_rows_count_as_letters_of_uploaders_and_not_as_failures(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = start("validate_and_parse")
    event = world.upload("orders/a.csv", orders(20, bad=2))
    for _ in range(2):
        world.validate(event)
    world.validate(world.upload("orders/b.csv", b"no,orders\n1,2\n"))
    expected = [("rows.rejected", "orders"), ("header.missing_column", "orders")]
    found = everything(logged(capsys))
    assert ["csvgate_uploader_letters"] == list(found)
    assert expected == [(it["code"], it["dataset"]) for it in found["csvgate_uploader_letters"]]


def fail_publishing(effect: Effect) -> None:
    if effect == Effect("pubsub.publish", "validated-records"):
        raise OSError("no route")


def test_a_failure_that_is_retried_counts_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    world = start("validate_and_parse", Effects(before=fail_publishing))
    with pytest.raises(Transient, match="unexpected: OSError"):
        world.validate(world.upload("orders/a.csv", orders(5)))
    assert {
        "csvgate_retries": [{"function": "validate_and_parse", "code": "unexpected"}]
    } == everything(logged(capsys))


def test_an_abandoned_upload_counts_as_failed_and_its_alert_names_the_object(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = start("validate_and_parse")
    world.store.delete("references", "customers.csv")
    event = world.upload("orders/Zürich `x` [invoice](evil.example).csv", orders(5))
    world.validate(event)
    entries = logged(capsys)
    assert {
        "csvgate_failed_uploads": [{"function": "validate_and_parse", "code": "reference.missing"}]
    } == everything(entries)
    ((policy, labels),) = alerts(entries)
    assert "failed-uploads" == policy
    # It ends before what would end the code span, so a name cannot add a link to an email.
    assert "orders/Zürich " == labels["object"]
    assert ("reference.missing", "validate_and_parse") == (labels["code"], labels["function"])
    (letter,) = world.letters("validate_and_parse")
    assert letter.attributes["csvgate-upload"] == labels["upload"]


def refuse_table(effect: Effect) -> None:
    if effect.kind.startswith("bigquery."):
        raise Permanent("table.contradicts", "no column customer_id")


def test_the_alert_on_a_failed_chunk_names_the_object(capsys: pytest.CaptureFixture[str]) -> None:
    """Its message has the upload's id only; the ledger has the name."""
    world = start("enrich_records", Effects(before=refuse_table))
    world.validate(world.upload("orders/a.csv", orders(5)))
    world.drain()
    ((policy, labels),) = alerts(logged(capsys))
    (letter,) = world.letters("enrich_records")
    assert "failed-uploads" == policy
    assert {
        "function": "enrich_records",
        "code": "table.contradicts",
        "upload": letter.attributes["csvgate-upload"],
        "object": "orders/a.csv",
    } == labels


def refuse_email(effect: Effect) -> None:
    if effect.kind == "mail.send":
        raise Permanent("mail.refused", "the key is wrong")


def request(status: int, severity: str, service: str) -> Entry:
    """An entry of Cloud Run's request log (cloud.google.com/run/docs/logging)."""
    return {
        "severity": severity,
        "httpRequest": {"requestMethod": "POST", "status": status},
        "textPayload": "The request was aborted because there was no available instance.",
        "resource": {"type": "cloud_run_revision", "labels": {"service_name": service}},
    }


def test_only_requests_that_found_no_instance_count_as_saturated() -> None:
    entries = [
        request(429, "WARNING", "enrich-records"),
        request(429, "WARNING", "somebody-elses"),
        request(400, "WARNING", "enrich-records"),
        request(200, "INFO", "enrich-records"),
    ]
    assert {"csvgate_saturated_requests": [{"service": "enrich-records"}]} == everything(entries)


def test_an_abandoned_email_counts_as_unsent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = start("enrich_records")
    world.validate(world.upload("orders/a.csv", orders(5)))
    while not world.publisher.topics["enrichment-complete"]:
        message = world.publisher.topics["validated-records"][world.delivered["validated-records"]]
        world.delivered["validated-records"] += 1
        world.deliver("validated-records", message)
    logged(capsys)
    configure(level="INFO", project="test", function="notify_stakeholders")
    world.effects.before = refuse_email
    world.deliver("enrichment-complete", world.publisher.topics["enrichment-complete"][0])
    entries = logged(capsys)
    assert {"csvgate_unsent_emails": [{"code": "mail.refused"}]} == everything(entries)
    ((policy, labels),) = alerts(entries)
    assert ("unsent-emails", "orders/a.csv") == (policy, labels["object"])
