"""The deployed console in the functions framework: golden requests, with forged, missing and valid
identities."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import functions_framework
import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from console_service import context, service, settings
from csvgate.runtime.errors import Transient
from unit.operate.console.browsing import field, letter, letter_world, until, value_of
from unit.operate.console.identities import ADA, AUDIENCES, IAP, Issuer, headers
from unit.operate.dead_letters.contexts import LetterWorld
from unit.protocol.orders import orders
from world import ROOT, letters_of

HOST = "operators-console-4711.europe-west1.run.app"
OWN = {"Origin": f"https://{HOST}", "Sec-Fetch-Site": "same-origin"}
SOURCE = ROOT / "functions" / "operators_console" / "main.py"
ROUTES = [
    {
        "function": "enrich_records",
        "review": "enrich-records-dead-letter-review",
        "dead_letter_topic": "enrich-records-dead-letter",
        "source": "validated-records",
        "trigger": "enrich-records",
        "is_storage": False,
    }
]
ENVIRONMENT = {
    "GOOGLE_CLOUD_PROJECT": "example-csvgate",
    "K_REVISION": "operators-console-00007-abc",
    "CSVGATE_CONSOLE_SIGN_IN": IAP,
    "CSVGATE_CONSOLE_AUDIENCE": AUDIENCES[IAP],
    "CSVGATE_CONSOLE_MEMBERS": json.dumps([ADA]),
    "CSVGATE_CONSOLE_ROUTES": json.dumps(ROUTES),
    **{f"CSVGATE_{each.upper()}_BUCKET": each for each in settings.BUCKETS},
}


@dataclass
class Deployed:
    there: LetterWorld
    client: FlaskClient
    letter: str

    def get(self, path: str, **given: str) -> TestResponse:
        return self.client.get(path, headers=given, base_url=f"https://{HOST}")

    def post(self, path: str, **fields: str) -> TestResponse:
        given = {**headers(), **OWN}
        return self.client.post(path, data=fields, headers=given, base_url=f"https://{HOST}")


class Answer:
    """What `requests` returns for the address of the keys."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def raise_for_status(self) -> None:
        pass


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """The function as the platform serves it; only Google's services are replaced."""
    there = letter_world()
    letter_id = letter(there)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    for name in ("configure_logs", "object_store"):
        monkeypatch.setattr(service, name, lambda *_, **__: there.world.store)
    monkeypatch.setattr(context, "context", lambda *_: there.context)
    monkeypatch.setattr(
        service, "CurrentContracts", lambda *_, **__: lambda: there.context.contracts
    )
    issuer = Issuer(IAP)
    monkeypatch.setattr(requests, "get", lambda url, **_: Answer(issuer.read(url)))
    before = set(sys.modules)
    framework: Any = functions_framework
    app = framework.create_app("operators_console", str(SOURCE), "http")
    yield Deployed(there, app.test_client(), letter_id)
    for name in set(sys.modules) - before:
        del sys.modules[name]


def forged() -> dict[str, str]:
    return headers(signed_with="k2")


NAMED = {"X-Goog-Authenticated-User-Email": f"accounts.google.com:{ADA}"}


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (dict, 401),
        (lambda: NAMED, 401),
        (forged, 401),
        (lambda: {"Authorization": "Bearer x.y.z"}, 401),
        (lambda: headers(email="eve@example.com"), 401),
        (lambda: headers(aud="/projects/1/locations/europe-west1/services/another"), 401),
        (headers, 200),
    ],
)
def test_who_gets_in(deployed: Deployed, given: Callable[[], dict[str, str]], status: int) -> None:
    """Tokens are made when they are sent, because they expire."""
    sent = given()
    for path in (
        "/",
        "/letters/",
        "/fresh?of=overview",
        "/api/health",
        "/api/letters",
        "/api/uploads",
        "/audit/",
    ):
        answer = deployed.get(path, **sent)
        assert status == answer.status_code, (path, answer.text)
        assert status == 200 or "test.code" not in answer.text
    for path in ("/assets/console.css", "/assets/fresh.js", "/assets/htmx-2.0.11.min.js"):
        assert status == deployed.get(path, **sent).status_code, path


def test_health_letters_and_uploads_as_json(deployed: Deployed) -> None:
    health = deployed.get("/api/health", **headers()).json
    assert health is not None
    assert ("example-csvgate", ADA) == (health["project"], health["operator"])
    assert {"count": 1, "error": ""}.items() <= health["letters"].items()
    assert [] == health["breakers"]["open"]
    letters = deployed.get("/api/letters", **headers()).json
    assert letters is not None
    assert [deployed.letter] == [each["id"] for each in letters["letters"]]
    none = deployed.get("/api/letters?code=other.code", **headers()).json
    assert none is not None
    assert (0, []) == (none["total"], none["letters"])


def test_pages_refresh_themselves(deployed: Deployed) -> None:
    page = deployed.get("/", **headers()).text
    assert 'src="/assets/fresh.js"' in page
    (asks,) = re.findall(r'hx-get="(/fresh[^"]*)"', page)
    answer = deployed.get(asks, **headers(), **{"HX-Request": "true"}).text
    assert 'id="figures" hx-swap-oob="true"' in answer
    assert "test.code" in answer


def test_uploads_as_json_with_the_filters_of_the_page(deployed: Deployed) -> None:
    world = deployed.there.world
    world.validate(world.upload("orders/März.csv", orders(20, 2)))
    world.drain()
    world.validate(world.upload("notes.txt", b"not a table"))
    for query, names in (
        ("", {"orders/März.csv", "notes.txt"}),
        ("?state=ignored", {"notes.txt"}),
        ("?text=märz", {"orders/März.csv"}),
        ("?until=2020-01-01", set()),
    ):
        answer = deployed.get(f"/api/uploads{query}", **headers()).json
        assert answer is not None
        assert names == {line["upload"]["name"] for line in answer["uploads"]}, query
        assert (len(names), True) == (answer["total"], answer["is_exact"])


def test_programs_get_errors_as_json(deployed: Deployed) -> None:
    for given, words in (({}, "has no X-Goog-IAP-JWT-Assertion"), (forged(), "malformed")):
        answer = deployed.get("/api/health", **given)
        assert 401 == answer.status_code
        assert answer.json is not None
        assert words in answer.json["error"]


def test_json_is_only_read(deployed: Deployed) -> None:
    for path in ("/api/health", "/api/letters", "/api/uploads"):
        token = field(deployed.get("/", **headers()).text, "csrf")
        assert 405 == deployed.post(path, csrf=token).status_code


def test_a_letter_is_replayed_by_the_person_who_is_signed_in(deployed: Deployed) -> None:
    token = field(deployed.get("/letters/", **headers()).text, "csrf")
    chosen = {"action": "replay", "scope": "ticked", "letter": value_of(deployed.letter)}
    shown = deployed.post("/actions/confirm", csrf=token, **chosen)
    assert 200 == shown.status_code, shown.text
    preview = field(shown.text, "preview")
    started = deployed.post("/actions/begin", csrf=token, preview=preview)
    assert 303 == started.status_code
    job = started.headers["Location"]
    until(lambda: None if "Stop</button>" in deployed.get(job, **headers()).text else "over")
    assert 0 == deployed.there.left()
    assert ADA in deployed.get("/audit/", **headers()).text
    assert [] != list(deployed.there.context.ledger.names("jobs/"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CSVGATE_CONSOLE_AUDIENCE", ""),
        ("CSVGATE_CONSOLE_SIGN_IN", ""),
        ("CSVGATE_CONSOLE_SIGN_IN", "none"),
        ("CSVGATE_CONSOLE_MEMBERS", "ada@example.com"),
        ("CSVGATE_CONSOLE_ROUTES", "[]x"),
        ("CSVGATE_AUDIT_BUCKET", ""),
    ],
)
def test_settings_that_are_missing_let_nobody_in(name: str, value: str) -> None:
    with pytest.raises(Transient, match=name):
        settings.read({**ENVIRONMENT, name: value})


def test_a_storage_route_names_its_trigger() -> None:
    found = settings.read(ENVIRONMENT)
    (route,) = found.routes
    assert letters_of("enrich_records") == route.dead_letter_topic
    assert Path(SOURCE).is_file()
