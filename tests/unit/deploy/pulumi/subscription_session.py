"""A session of requests that reaches the stand-in of Pub/Sub. The recorder, which has no pytest,
uses it too."""

from dataclasses import dataclass
from typing import Any

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
        status, answer = self.stand_in.answer(Request(method, "pubsub", path, {}, body))
        assert isinstance(answer, dict)
        return Answer(status, answer)


def new_session() -> Session:
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
