"""The parts that all services share: routes, requests and long-running operations."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from standin.refusal import Refusal, invalid

if TYPE_CHECKING:
    from standin.project import Project

Answer = dict[str, Any]


@dataclass(frozen=True)
class Media:
    """The contents of an object, as an answer that is not JSON."""

    data: bytes


@dataclass(frozen=True)
class Request:
    method: str
    service: str
    path: str
    """The path under the service's address, without the query."""
    query: Mapping[str, str]
    body: Any
    data: bytes = b""
    authorization: str = ""
    content_type: str = ""

    def only(self, *names: str) -> Mapping[str, str]:
        """Return the query, which may contain only these parameters."""
        allowed = {*names, "alt", "prettyPrint", "pageSize", "pageToken", "maxResults"}
        for name in self.query:
            if name not in allowed:
                raise invalid(f'Invalid query. Unknown name "{name}": Cannot bind query parameter')
        return self.query


Handler = Callable[..., Answer | Media]


@dataclass
class Service:
    """`routes` are (method, pattern of the whole path, handler); groups become arguments."""

    project: "Project"
    name: str
    api: str
    routes: list[tuple[str, str, Handler]] = field(default_factory=list)
    operations: dict[str, Answer] = field(default_factory=dict)

    def handle(self, request: Request) -> Answer | Media:
        self.project.require(self.api)
        for method, pattern, handler in self.routes:
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                return handler(request, **found.groupdict())
        raise Refusal(501, f"{self.name}: no {request.method} {request.path} in the stand-in")

    def operation(self, response: Answer) -> Answer:
        """Return a finished operation: nothing takes time here."""
        name = f"operation-{len(self.operations) + 1}"
        where = f"projects/{self.project.name}/locations/{self.project.region}/operations/{name}"
        self.operations[name] = {"name": where, "done": True, "response": {**response}}
        return self.operations[name]

    def polled(self, _request: Request, operation: str, **_: str) -> Answer:
        return self.operations[operation]
