"""The policies of a subscription that Eventarc created, set through the stand-in of Pub/Sub."""

from dataclasses import dataclass
from typing import Any

import pytest

from csvgate_ops.deploy.kinds import subscription, trigger_subscription
from csvgate_ops.deploy.plan.model import Fields
from csvgate_pulumi import subscription_policies as policies
from standin.project import Project
from standin.server import StandIn
from standin.service import Request
from unit.deploy.plan.environments import EXAMPLES, wanted

NAME = "eventarc-europe-west1-enrich-records-sub-271"


class RefusedError(Exception):
    pass


@dataclass
class Answer:
    status: int
    body: dict[str, Any]

    def json(self) -> dict[str, Any]:
        return self.body

    def raise_for_status(self) -> None:
        if self.status != 200:
            raise RefusedError(self.body)


class Session:
    """An authorised session of requests, whose requests reach the stand-in."""

    def __init__(self, stand_in: StandIn) -> None:
        self.stand_in = stand_in

    def get(self, url: str, timeout: int) -> Answer:
        return self._sent("GET", url, None)

    def patch(self, url: str, json: dict[str, Any], timeout: int) -> Answer:
        return self._sent("PATCH", url, json)

    def _sent(self, method: str, url: str, body: dict[str, Any] | None) -> Answer:
        path = url.removeprefix(f"{policies.ADDRESS}/")
        return Answer(*self.stand_in.answer(Request(method, "pubsub", path, {}, body)))


@pytest.fixture
def session() -> Session:
    """A project whose trigger has just been created, with the topics of every example."""
    project = Project()
    project.apis.add("pubsub.googleapis.com")
    for name in EXAMPLES:
        for resource in wanted(name).resources:
            if resource.key.kind == "topic":
                project.topics[resource.key.name] = {"name": resource.key.name}
    stand_in = StandIn(project)
    stand_in.start("http://unused")
    made = {"topic": f"projects/{project.name}/topics/validated-records"}
    stand_in.services["pubsub"].make(NAME, made)  # type: ignore[attr-defined]
    return Session(stand_in)


def everything_wanted() -> list[Fields]:
    return [
        resource.fields
        for name in EXAMPLES
        for resource in wanted(name).resources
        if resource.key.kind == "trigger-subscription"
    ]


def test_the_policies_are_all_fields_of_the_kind() -> None:
    assert set(policies.FIELDS) == trigger_subscription.KIND.fields.keys()


@pytest.mark.parametrize("fields", everything_wanted())
def test_they_are_set_once_and_then_do_not_differ(session: Session, fields: Fields) -> None:
    project = session.stand_in.project.name
    assert "dead_letter_topic" in policies.differing(session, project, NAME, fields)
    policies.set_policies(session, project, NAME, fields)
    assert [] == policies.differing(session, project, NAME, fields)
    found = subscription.fields(session.stand_in.project.subscriptions[NAME])
    assert dict(fields) == {name: found[name] for name in fields}
    assert "validated-records" == found["topic"], "what Eventarc set is left alone"
    assert 1 == len(session.stand_in.changes())


def test_what_somebody_else_changed_differs(session: Session) -> None:
    fields, project = everything_wanted()[0], session.stand_in.project.name
    policies.set_policies(session, project, NAME, fields)
    found = session.stand_in.project.subscriptions[NAME]
    found["ackDeadlineSeconds"] = 10
    found["expirationPolicy"] = {"ttl": "2678400s"}
    assert ["ack_deadline", "expires"] == sorted(policies.differing(session, project, NAME, fields))


def test_a_subscription_that_does_not_exist_is_an_error(session: Session) -> None:
    project = session.stand_in.project.name
    with pytest.raises(RefusedError):
        policies.differing(session, project, "gone", everything_wanted()[0])
    with pytest.raises(RefusedError):
        policies.set_policies(session, project, "gone", everything_wanted()[0])


def test_without_expiration_there_is_no_time_to_live() -> None:
    fields = {**everything_wanted()[0], "expires": "never"}
    assert {} == policies.body("p", fields)["expirationPolicy"]
    assert {"ttl": "86400s"} == policies.body("p", {**fields, "expires": "86400s"})[
        "expirationPolicy"
    ]
