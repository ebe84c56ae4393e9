"""Schedules and budgets: each mistake with its path, and what becomes of correct ones."""

from collections.abc import Sequence
from typing import Any

import pytest

from csvgate_ops.deploy.environment.load import EnvironmentMistakes, load_environment
from csvgate_ops.deploy.kinds import KINDS, scheduler_job
from csvgate_ops.deploy.plan.model import Binding, Key, Place
from csvgate_ops.deploy.topology.checks import mistakes
from csvgate_ops.deploy.topology.model import Topology
from csvgate_ops.deploy.topology.schedules import cron_mistake
from unit.deploy.plan.environments import ROOT, SCHEDULES, topology, wanted, with_schedules


def checked(**changes: Any) -> list[str]:
    """Return the mistakes in one schedule that is correct except for some changes."""
    given = {**SCHEDULES["reconcile"], **changes}
    schedule = {name: value for name, value in given.items() if value is not None}
    document = {**topology().model_dump(exclude_unset=True), "schedules": {"morning": schedule}}
    return [str(mistake) for mistake in mistakes(Topology.model_validate(document))]


EVENT: dict[str, Any] = {**SCHEDULES["notify"], "url": None, "max_retry_attempts": None}


@pytest.mark.parametrize(
    ("changes", "mistake"),
    [
        ({"service_account": "csvgate-x"}, ".service_account: `csvgate-x` is not in service_acc"),
        ({"cron": "every 24 hours"}, ".cron: has 3 fields instead of 5"),
        ({"cron": "60 * * * *"}, ".cron: `60` is not a minute: use 0-59"),
        ({"time_zone": "Europe/Bonn"}, ".time_zone: `Europe/Bonn` is not a time zone"),
        ({"time_zone": "../etc/passwd"}, ".time_zone: `../etc/passwd` is not a time zone"),
        ({"method": "GET"}, ".body: is not sent with GET"),
        ({"headers": {"User-Agent": "csvgate"}}, ".headers.User-Agent: is set by Cloud Schedul"),
        ({"headers": {"Authorization": "Bearer x"}}, ".headers.Authorization: is set by Cloud"),
        ({"url": None}, ": must have exactly one of function and url"),
        ({"function": "notify_stakeholders"}, ": must have exactly one of function and url"),
        ({"url": "https://a.run.app/${PROJECT}"}, ".url: only has the variables ${project}, "),
        ({"url": "https://a-123456789012.europe-west1.run.app/"}, ".url: contains the number"),
        ({**EVENT, "function": "notify"}, ".function: `notify` is not in functions"),
        ({**EVENT, "body": "{}"}, ".body: must be a CloudEvent in JSON"),
        ({**EVENT, "body": "ten past seven"}, ".body: must be a CloudEvent in JSON"),
        ({**EVENT, "method": "PUT"}, ".body: must be a CloudEvent in JSON"),
        ({**EVENT, "headers": {}}, ".body: must be a CloudEvent in JSON"),
    ],
)
def test_a_mistake_in_a_schedule(changes: dict[str, Any], mistake: str) -> None:
    (found,) = checked(**changes)
    assert found.startswith(f"schedules.morning{mistake}")


def test_correct_schedules() -> None:
    assert [] == checked()
    assert [] == checked(**EVENT)
    assert [] == checked(url="https://example.com", method="GET", body=None)


@pytest.mark.parametrize(
    "cron",
    [
        *("* * * * *", "30 6 * * 1-5", "*/15 8-18 * * MON-FRI", "0 0 1,15 JAN-MAR,dec *"),
        *("0 9 * * 7", "5-55/10 * 31 12 sun"),
    ],
)
def test_a_time(cron: str) -> None:
    assert "" == cron_mistake(cron)


@pytest.mark.parametrize(
    "cron",
    [
        *("", "* * * *", "* * * * * *", "@daily", "*-5 * * * *", "5- * * * *", ", * * * *"),
        *("* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "* * * FRI *", "9-5 * * * *"),
        *("*/0 * * * *", "*/60 * * * *", "-1 * * * *", "\u0664 * * * *", "1,,2 * * * *"),
    ],
)
def test_what_is_not_a_time(cron: str) -> None:
    assert cron_mistake(cron)


def test_a_very_long_time_takes_no_time() -> None:
    assert cron_mistake("1-" * 100_000 + " * * * *")
    assert "" == cron_mistake(",".join(["59"] * 100_000) + " * * * *")


@pytest.mark.parametrize(
    ("budget", "mistake"),
    [
        ("{amount: 0, currency: EUR, billing_account: 01A2B3-4C5D6E-7F8091}", "budget.amount"),
        ("{amount: 99.5, currency: EUR, billing_account: 01A2B3-4C5D6E-7F8091}", "budget.amount"),
        ("{amount: 99, currency: euros, billing_account: 01A2B3-4C5D6E-7F8091}", "budget.currency"),
        ("{amount: 99, currency: EUR, billing_account: main}", "budget.billing_account"),
        ("{amount: 99, billing_account: 01A2B3-4C5D6E-7F8091}", "budget.currency"),
        (
            "{amount: 99, currency: EUR, billing_account: 01A2B3-4C5D6E-7F8091, mail: x}",
            "budget.mail",
        ),
    ],
)
def test_a_mistake_in_a_budget(budget: str, mistake: str, tmp_path: Any) -> None:
    file = tmp_path / "dev.yaml"
    file.write_text((ROOT / "deploy/env/dev.yaml").read_text() + f"budget: {budget}\n")
    with pytest.raises(EnvironmentMistakes) as caught:
        load_environment(file, topology())
    assert [mistake] == [m.path for m in caught.value.mistakes]


def test_nothing_is_enabled_or_read_without_schedules_and_budget() -> None:
    apis = {r.key.name for r in wanted("dev").resources if r.key.kind == "api"}
    assert not {"cloudscheduler.googleapis.com", "billingbudgets.googleapis.com"} & apis
    place = Place("p", "europe-west1", "EU", "EU")
    for kind in ("scheduler-job", "budget"):
        assert {} == KINDS[kind].observe(place, None, ())  # type: ignore[arg-type]


def test_a_schedule_may_call_its_function() -> None:
    member = "serviceAccount:csvgate-enrich@example-csvgate-prod.iam.gserviceaccount.com"
    on = Key("function", "notify-stakeholders")
    assert Binding(on, "roles/run.invoker", member) in with_schedules().bindings
    jobs = {
        r.key.name: r.fields for r in with_schedules().resources if r.key.kind == "scheduler-job"
    }
    uri = "https://notify-stakeholders-${PROJECT_NUMBER}.europe-west1.run.app"
    assert (f"{uri}/", uri) == (jobs["notify"]["uri"], jobs["notify"]["audience"])
    console = "https://console-${PROJECT_NUMBER}.europe-west1.run.app"
    assert f"{console}/reconcile?since=2d" == jobs["reconcile"]["uri"]
    assert console == jobs["reconcile"]["audience"]


class Reader:
    """Answers with what the services list, of which some differs in form from what was sent."""

    def read(self, argv: Sequence[str]) -> Any:
        if "projects" in argv:
            return {"projectNumber": "123456789012"}
        return [
            {
                "name": "projects/p/locations/europe-west1/jobs/nightly",
                "schedule": "0 3 * * *",
                "timeZone": "Etc/UTC",
                "state": "ENABLED",
                "attemptDeadline": "180s",
                "httpTarget": {
                    "uri": "https://notify-123456789012.europe-west1.run.app",
                    "httpMethod": "POST",
                    "headers": {
                        "User-Agent": "Google-Cloud-Scheduler",
                        "Content-Type": "application/octet-stream",
                        "Content-Length": "2",
                        "X-Google-Trace": "1",
                        "X-Reason": "nightly",
                    },
                    "body": "e30=",
                    "oidcToken": {"serviceAccountEmail": "a@p.iam.gserviceaccount.com"},
                },
                "retryConfig": {"maxBackoffDuration": "3600s"},
            },
            {"name": "projects/p/locations/europe-west1/jobs/queue", "pubsubTarget": {}},
        ]

    find = read


def test_what_a_service_adds_does_not_differ() -> None:
    place = Place("p", "europe-west1", "EU", "EU")
    found = KINDS["scheduler-job"].observe(place, Reader(), ["nightly"])
    assert {
        "schedule": "0 3 * * *",
        "time_zone": "Etc/UTC",
        "uri": "https://notify-${PROJECT_NUMBER}.europe-west1.run.app/",
        "method": "POST",
        "headers": scheduler_job.headers({"X-Reason": "nightly"}),
        "body": "{}",
        "service_account": "a@p.iam.gserviceaccount.com",
        "audience": "",
        "attempt_deadline": 180,
        "max_retry_attempts": 0,
        "paused": False,
    } == found["nightly"]
    assert "" == found["queue"]["schedule"]
