"""The quotas of an environment: where it is, and how many instances it has."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from csvgate.protocol.messages.event_size import ENVELOPE_BYTES
from csvgate_ops.cli.deploy.estimate import command
from csvgate_ops.deploy.environment.overlay import overlay
from csvgate_ops.deploy.estimate.estimate import Estimate, estimate
from csvgate_ops.deploy.estimate.headroom import Headroom
from csvgate_ops.deploy.estimate.prices import Places, price_list
from csvgate_ops.deploy.estimate.upload_size import Shape, UploadSize
from csvgate_ops.deploy.estimate.view import _notes
from csvgate_ops.deploy.topology import Topology
from unit.deploy.plan.environments import environment, topology, with_console
from unit.protocol.orders import orders

PRICES = price_list()
GB = 10**9


def placed(name: str, **changed: Any) -> Topology:
    """The topology as an environment changes it."""
    return overlay(topology(), environment(name).model_copy(update=changed))


def given(csv_bytes: int, parts: Topology, shape: Shape | None = None, **options: Any) -> Estimate:
    size = UploadSize.given(csv_bytes // 125, csv_bytes, PRICES.measured)
    return estimate(size, shape or Shape(), parts, PRICES, **options)


def limit(found: Estimate, words: str) -> Headroom:
    (chosen,) = [each for each in found.limits if words in each.what]
    return chosen


@pytest.mark.parametrize(
    ("key", "functions", "tables", "expected"),
    [
        ("append_throughput", "europe-west1", "EU", 3000),
        ("append_throughput", "europe-west1", "us", 3000),
        ("append_throughput", "europe-west1", "europe-west1", 300),
        ("pending_bytes", "europe-west1", "US", 10_000),
        ("pending_bytes", "europe-west1", "europe-west3", 100),
        ("write_connections", "europe-west1", "EU", 10_000),
        ("write_connections", "europe-west1", "europe-west3", 100),
        ("pubsub_publish", "us-central1", "EU", 200),
        ("pubsub_publish", "europe-west3", "EU", 50),
        ("pubsub_push", "europe-west1", "EU", 20),
        ("pubsub_push", "europe-west12", "EU", 5),
        ("event_size", "europe-west12", "europe-west12", 512),
        ("create_write_stream", "europe-west12", "europe-west12", 30_000),
    ],
)
def test_a_quota_depends_on_the_place(
    key: str, functions: str, tables: str, expected: float
) -> None:
    assert expected == PRICES.quotas[key].at(Places(functions=functions, tables=tables))


def test_many_instances_exceed_the_connections_of_a_region() -> None:
    """50 instances with 4 requests each, as SERVICES.md calculates."""
    region = placed("prod", bigquery_location="europe-west1")
    found = limit(given(10 * GB, region), "connections")
    assert (200, 100) == (found.used, found.limit)
    assert 10_000 == limit(given(10 * GB, placed("prod")), "connections").limit
    assert 8 == limit(given(10 * GB, placed("dev")), "connections").used
    assert 1 == limit(given(10_000, region), "connections").used


def test_a_large_upload_exceeds_the_pending_bytes_of_a_region() -> None:
    region = placed("prod", bigquery_location="europe-west1")
    found = limit(given(60 * GB, region), "pending streams")
    assert 60 * PRICES.measured.table_per_byte == pytest.approx(found.used)
    assert 1 < found.share
    assert 0.1 > limit(given(60 * GB, placed("prod")), "pending streams").share
    assert 0 == limit(given(10_000, region), "pending streams").used


def test_pushed_bytes_and_the_largest_event() -> None:
    found = given(GB, placed("dev"))
    footprint = found.footprint
    volumes = [footprint.topics[name][1] for name in ("events", "validated", "complete")]
    assert sum(volumes) / found.seconds.validate / 1e6 == pytest.approx(
        limit(found, "pushed to functions").used
    )
    # The Storage event is the largest of these messages.
    assert (1500 * 4 / 3 + ENVELOPE_BYTES) / 1e3 == pytest.approx(
        limit(found, "largest event").used
    )
    assert 512 == limit(found, "largest event").limit


def test_processors_in_use() -> None:
    """Calculated by hand: the functions have 2, 1 and 1 processors, for 1, 4 and 8 requests."""
    found = given(GB, placed("prod"), per_day=100)
    seconds = found.seconds
    used = 2 * seconds.validate + seconds.enrich / 4 + seconds.notify / 8
    assert 100 * used / (8 * 3600) == pytest.approx(limit(found, "processors").used)


def test_a_console_is_in_use_and_costs_by_the_hour() -> None:
    without, found = given(10_000, topology()), given(10_000, with_console(cpu=2, memory="2Gi"))
    used = [limit(each, "processors in use").used for each in (without, found)]
    assert 2 == pytest.approx(used[1] - used[0])
    assert without.console_hour is None
    assert 3600 * 2 * (0.000024 + 0.0000025) == pytest.approx(found.console_hour)
    assert any("the operators' console, at most $0.19" in note for note in _notes(found))


@pytest.mark.parametrize(
    ("per_day", "recipients", "plan"),
    [
        (50, 2, "Trial"),
        (101, 1, "Essentials 50K"),
        (1_667, 1, "Essentials 100K"),
        (5_000, 2, "Pro 300K"),
        (1_000_000, 1, None),
    ],
)
def test_the_plan_of_sendgrid(per_day: float, recipients: int, plan: str | None) -> None:
    found = given(10_000, topology(), Shape(recipients=recipients), per_day=per_day)
    assert per_day * recipients == found.emails_per_day
    assert plan == (found.mail_plan.name if found.mail_plan else None)


def run(*arguments: str | Path) -> dict[str, Any]:
    done = CliRunner().invoke(command, [*map(str, arguments), "--json"])
    assert 0 == done.exit_code, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_the_command_for_an_environment(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(orders(20))
    name = ("--as", "orders/a.csv")
    dev, prod = (run(file, *name, "--env", env) for env in ("dev", "prod"))
    assert {"functions": "europe-west1", "tables": "EU"} == prod["places"]
    concurrent = "average concurrent requests of all instances"
    of_enrich = [
        next(
            each["limit"]
            for each in answer["limits"]
            if (each["service"], each["what"]) == ("enrich_records", concurrent)
        )
        for answer in (dev, prod)
    ]
    assert [2 * 4, 50 * 4] == of_enrich
    assert (1, "Trial") == (dev["emails_a_day"], dev["sendgrid_plan"])


def test_the_places_are_shown_if_they_are_not_those_of_the_prices() -> None:
    size = ("--rows", "10", "--bytes", "1000")
    shown = CliRunner().invoke(command, [*size, "--env", "prod"]).stdout
    assert "Emails a day: 1. SendGrid: plan Trial is the smallest that suffices." in shown
    assert "Limits are those of" not in shown


def test_an_environment_that_does_not_exist() -> None:
    size = ("--rows", "10", "--bytes", "1000")
    done = CliRunner().invoke(command, [*size, "--env", "nowhere"])
    assert 1 == done.exit_code
    assert "existing environments: dev, prod, staging" in done.stderr
