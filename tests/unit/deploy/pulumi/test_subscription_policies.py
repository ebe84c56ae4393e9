"""The policies of a subscription that Eventarc created, set through the stand-in of Pub/Sub."""

import pytest

from csvgate_ops.deploy.kinds import subscription, trigger_subscription
from csvgate_ops.deploy.plan.model import Fields
from csvgate_pulumi import subscription_policies as policies
from unit.deploy.plan.environments import EXAMPLES, wanted
from unit.deploy.pulumi.subscription_session import NAME, RefusedError, Session, new_session


@pytest.fixture
def session() -> Session:
    return new_session()


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
