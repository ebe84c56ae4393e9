"""SendGrid's key and sender, against a server on loopback."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from csvgate_ops.deploy.environment.model import Sizes
from csvgate_ops.deploy.preflight.examine import Outcome, examine
from unit.deploy.plan.environments import environment
from unit.deploy.preflight.loopback import Silent, serving
from unit.deploy.preflight.recorded import Recorded, answers, faults, request

KEY = "SG.abc-123"
SENDER = "csvgate@example.com"


@dataclass
class Account:
    """What the server answers: path → status and JSON."""

    address: str = ""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)


@pytest.fixture
def account() -> Iterator[Account]:
    found = Account()

    class Handler(Silent, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.keys.append(str(self.headers["Authorization"]))
            status, answer = found.answers[self.path]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    found.answers = {
        "/v3/scopes": (200, {"scopes": ["mail.send"]}),
        "/v3/verified_senders": (200, {"results": [{"from_email": SENDER, "verified": True}]}),
        "/v3/whitelabel/domains?domain=example.com": (200, []),
    }
    with serving(Handler) as found.address:
        yield found


def examined(host: str, key: str = KEY, **options: Any) -> Outcome:
    settings = environment("prod")
    sizes = Sizes(environment={"SENDGRID_HOST": host})
    changed = settings.model_copy(
        update={"functions": {**settings.functions, "notify_stakeholders": sizes}}
    )
    data = base64.urlsafe_b64encode(f"{KEY}\n".encode()).decode()
    known = {**answers(settings.project), "versions access": {"payload": {"data": data}}}
    run = Recorded({**known, **options.pop("changed", {})})
    return examine(request(run, "prod", changed, mail_key=key, **options))


def states(outcome: Outcome) -> dict[str, str]:
    return {
        c.subject: c.skipped or c.result or c.faults[0].code
        for c in outcome.checks
        if c.subject.startswith("SendGrid")
    }


def test_a_key_that_may_send_and_a_verified_sender(account: Account) -> None:
    outcome = examined(account.address)
    assert [] == faults(outcome)
    assert {
        "SendGrid key": "may send emails",
        f"SendGrid sender {SENDER}": "is verified",
    } == states(outcome)
    assert {f"Bearer {KEY}"} == set(account.keys)


def test_an_authenticated_domain(account: Account) -> None:
    account.answers["/v3/verified_senders"] = 200, {"results": []}
    domains = [{"domain": "example.org", "valid": True}, {"domain": "Example.com", "valid": True}]
    account.answers["/v3/whitelabel/domains?domain=example.com"] = 200, domains
    shown = states(examined(account.address))
    assert "domain example.com is authenticated" == shown[f"SendGrid sender {SENDER}"]


@pytest.mark.parametrize(
    ("path", "answer", "code"),
    [
        ("/v3/scopes", (401, {"errors": [{"message": "invalid"}]}), "sendgrid.key"),
        ("/v3/scopes", (200, {"scopes": ["stats.read"]}), "sendgrid.scope"),
        (
            "/v3/verified_senders",
            (200, {"results": [{"from_email": SENDER, "verified": False}]}),
            "sendgrid.sender",
        ),
        (
            "/v3/verified_senders",
            (200, {"results": [{"from_email": "another@example.com", "verified": True}]}),
            "sendgrid.sender",
        ),
    ],
)
def test_faults(account: Account, path: str, answer: tuple[int, Any], code: str) -> None:
    account.answers[path] = answer
    outcome = examined(account.address)
    assert [code] == [found for found, *_ in faults(outcome)]


@pytest.mark.parametrize(
    "path", ["/v3/verified_senders", "/v3/whitelabel/domains?domain=example.com"]
)
def test_a_key_that_may_only_send_cannot_read_senders(account: Account, path: str) -> None:
    account.answers["/v3/verified_senders"] = 200, {"results": []}
    account.answers[path] = 403, {"errors": [{"message": "access forbidden"}]}
    outcome = examined(account.address)
    assert [] == faults(outcome)
    assert "the key may only send, as it should" in states(outcome)[f"SendGrid sender {SENDER}"]


def test_the_key_comes_from_the_secret_only_if_the_user_says_so(account: Account) -> None:
    assert {"SendGrid"} == states(examined(account.address, "")).keys()
    assert [] == account.keys
    outcome = examined(account.address, "", reads_secret=True)
    assert "may send emails" == states(outcome)["SendGrid key"]
    assert {f"Bearer {KEY}"} == set(account.keys)
    missing = {"versions access": "ERROR: (gcloud.x) NOT_FOUND: Secret [x] not found"}
    assert {"SendGrid"} == states(
        examined(account.address, "", reads_secret=True, changed=missing)
    ).keys()


@pytest.mark.parametrize(
    "answer", [(500, {}), (200, b"<html>"), (503, b"")], ids=["500", "no JSON", "503"]
)
def test_an_answer_that_says_nothing_is_no_fault(account: Account, answer: tuple[int, Any]) -> None:
    account.answers["/v3/scopes"] = answer
    outcome = examined(account.address)
    assert [] == faults(outcome)
    assert {"SendGrid"} == states(outcome).keys()


def test_nobody_answers() -> None:
    outcome = examined("http://127.0.0.1:9")
    assert [] == faults(outcome)
    assert "http://127.0.0.1:9 did not answer (URLError)" == states(outcome)["SendGrid"]


@pytest.mark.parametrize("key", ["SG.line\nbreak", "SG.日本"])
def test_a_key_that_no_header_can_hold_is_not_shown(account: Account, key: str) -> None:
    outcome = examined(account.address, key)
    assert [] == faults(outcome)
    assert key not in str(outcome.checks)
    assert key.splitlines()[0] not in str(outcome.checks)
