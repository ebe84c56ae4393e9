"""The question which permissions an account has, against a server on loopback."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from csvgate_ops.deploy.preflight.access.granted import MOST, NotTested, granted_to_caller
from csvgate_ops.deploy.run.gcloud import CommandFailed, Finished, JsonReader
from unit.deploy.preflight.loopback import Silent, serving

TOKEN = "ya29.not-to-be-shown"
PATH = "/v1/projects/example-csvgate-dev:testIamPermissions"


@dataclass
class Manager:
    """Resource Manager: what it was asked, and the permissions that it grants."""

    address: str = ""
    status: int = 200
    asked: list[list[str]] = field(default_factory=list)
    callers: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)


@pytest.fixture
def manager() -> Iterator[Manager]:
    found = Manager()

    class Handler(Silent, BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert PATH == self.path
            found.asked.append(body["permissions"])
            found.callers.add(str(self.headers["Authorization"]))
            granted = [p for p in body["permissions"] if p not in found.refused]
            self.send_response(found.status)
            self.end_headers()
            self.wfile.write(json.dumps({"permissions": granted} if granted else {}).encode())

    with serving(Handler) as found.address:
        yield found


def asking(address: str, permissions: Sequence[str], token: Finished | None = None) -> Any:
    def run(argv: Sequence[str]) -> Finished:
        if "print-access-token" in argv:
            return token or Finished(0, f"{TOKEN}\n", "")
        overrides = {"cloudresourcemanager": f"{address}/"}
        return Finished(0, json.dumps({"api_endpoint_overrides": overrides}), "")

    return granted_to_caller(run, JsonReader(run), "example-csvgate-dev")(permissions)


def test_permissions_are_asked_for_in_parts(manager: Manager) -> None:
    names = [f"a.b.c{n}" for n in range(2 * MOST + 1)]
    manager.refused = {"a.b.c7", "a.b.c42"}
    assert set(names) - manager.refused == asking(manager.address, names)
    assert [MOST, MOST, 1] == [len(part) for part in manager.asked]
    assert {f"Bearer {TOKEN}"} == manager.callers


def test_none_is_granted(manager: Manager) -> None:
    manager.refused = {"a.b.c"}
    assert frozenset() == asking(manager.address, ["a.b.c"])


def test_a_refusal_does_not_show_the_token(manager: Manager) -> None:
    manager.status = 403
    with pytest.raises(NotTested, match="testIamPermissions was answered with 403") as caught:
        asking(manager.address, ["a.b.c"])
    assert TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_nobody_answers() -> None:
    with pytest.raises(NotTested, match=r"testIamPermissions was not answered \(URLError\)"):
        asking("http://127.0.0.1:9", ["a.b.c"])


def test_without_a_token() -> None:
    with pytest.raises(CommandFailed):
        asking("http://127.0.0.1:9", ["a.b.c"], Finished(1, "", "ERROR: log in"))
