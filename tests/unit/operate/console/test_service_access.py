"""Access to the deployed console: identities, members, and forms from other sites."""

import re

import pytest
from werkzeug.test import TestResponse

from csvgate.protocol.ledger.paths import AUDIT_BEGUN, LETTER_MARK
from csvgate_ops.operate.console.app import create_app
from csvgate_ops.operate.console.identity.proofs import Verifier
from csvgate_ops.operate.console.identity.service_access import (
    COOKIE,
    ServiceAccess,
    current_operator,
)
from csvgate_ops.operate.console.jobs import Jobs
from csvgate_ops.operate.console.site import Site
from unit.operate.console.browsing import field, letter, letter_world, until, value_of
from unit.operate.console.identities import ADA, AUDIENCES, IAP, ID_TOKEN, Issuer, headers
from unit.operate.dead_letters.contexts import LetterWorld

HOST = "operators-console-4711.europe-west1.run.app"
OWN = {"Origin": f"https://{HOST}", "Sec-Fetch-Site": "same-origin"}


class Service:
    """The deployed console, with a browser that keeps its cookies."""

    def __init__(
        self, there: LetterWorld, kind: str = IAP, members: tuple[str, ...] | None = None
    ) -> None:
        self.issuer = issuer = Issuer(kind)
        verifier = Verifier(kind, AUDIENCES[kind], issuer.clock, issuer.read)  # type: ignore[arg-type]
        self.site = Site.of(there.context, "test-project", is_local=False, who=current_operator)
        self.app = create_app(self.site, ServiceAccess(verifier, members), Jobs(self.site.now))
        self.app.testing = True
        self.client = self.app.test_client()

    def get(self, path: str, **given: str) -> TestResponse:
        return self.client.get(path, headers=given, base_url=f"https://{HOST}")

    def post(self, path: str, given: dict[str, str], **fields: str | list[str]) -> TestResponse:
        return self.client.post(path, data=fields, headers=given, base_url=f"https://{HOST}")


@pytest.fixture
def there() -> LetterWorld:
    found = letter_world()
    letter(found)
    return found


def csrf(page: TestResponse) -> str:
    return field(page.text, "csrf")


def routes(service: Service, method: str) -> list[str]:
    return [
        re.sub(r"<[^>]+>", "x", rule.rule)
        for rule in service.app.url_map.iter_rules()
        if method in (rule.methods or ())
    ]


def test_nothing_is_shown_without_a_proof(there: LetterWorld) -> None:
    service = Service(there)
    for path in routes(service, "GET"):
        for method in ("get", "post", "head"):
            answer = getattr(service.client, method)(path, base_url=f"https://{HOST}")
            assert 401 == answer.status_code, path
            assert "Set-Cookie" not in answer.headers
            assert "test.code" not in answer.text


def test_the_printed_token_of_the_local_console_has_no_meaning(there: LetterWorld) -> None:
    assert 401 == Service(there).get("/?token=x").status_code
    assert 200 == Service(there).get("/?token=x", **headers()).status_code


def test_without_the_keys_of_google_nobody_sees_anything(there: LetterWorld) -> None:
    service = Service(there)
    service.issuer.broken = OSError("no route")
    for path in ("/", "/letters/", "/nothing/here"):
        answer = service.get(path, **headers())
        assert 503 == answer.status_code
        assert "cannot verify identities" in answer.text
        assert "test-project" not in answer.text


def test_only_members_have_access(there: LetterWorld) -> None:
    service = Service(there, members=("Ada@example.com",))
    assert 200 == service.get("/", **headers()).status_code
    answer = service.get("/", **headers(email="bob@example.com"))
    assert 401 == answer.status_code
    assert "bob@example.com is not a member" in answer.text


def test_the_cookie_is_only_sent_back_to_this_host_by_its_own_pages(there: LetterWorld) -> None:
    answer = Service(there).get("/", **headers())
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}={csrf(answer)};")
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_another_instance_accepts_the_form_of_the_first(there: LetterWorld) -> None:
    first, second = Service(there), Service(there)
    token = csrf(first.get("/", **headers()))
    second.client.set_cookie(COOKIE, token, domain=HOST, secure=True)
    answer = second.post("/refresh", headers() | OWN, csrf=token)
    assert 303 == answer.status_code
    assert token == csrf(second.get("/", **headers()))


@pytest.mark.parametrize(
    "given",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Origin": f"http://{HOST}"},
        {"Origin": "null"},
        {"Origin": "https://["},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {},
    ],
)
def test_a_form_from_another_site_is_refused(there: LetterWorld, given: dict[str, str]) -> None:
    service = Service(there)
    token = csrf(service.get("/", **headers()))
    for path in routes(service, "POST"):
        assert 403 == service.post(path, headers() | given, csrf=token).status_code, path


def test_a_form_needs_the_text_of_the_cookie(there: LetterWorld) -> None:
    service = Service(there)
    token = csrf(service.get("/", **headers()))
    for path in routes(service, "POST"):
        for wrong in ("", "é", "x" * 43, token + "x"):
            assert 403 == service.post(path, headers() | OWN, csrf=wrong).status_code, path
    bare = Service(there)
    for path in routes(bare, "POST"):
        assert 403 == bare.post(path, headers() | OWN, csrf="").status_code
        assert 403 == bare.post(path, headers() | OWN, csrf=token).status_code
    assert 303 == service.post("/refresh", headers() | OWN, csrf=token).status_code


def test_pages_by_an_id_token_are_for_browsers_on_our_own_site(there: LetterWorld) -> None:
    service = Service(there, ID_TOKEN)
    for site, expected in (("same-origin", 200), ("none", 200), ("cross-site", 403)):
        answer = service.get("/", **headers(ID_TOKEN), **{"Sec-Fetch-Site": site})
        assert expected == answer.status_code
    assert 403 == service.get("/", **headers(ID_TOKEN)).status_code


def test_what_a_person_does_is_recorded_with_the_proven_name(there: LetterWorld) -> None:
    letter_id = letter(there)
    service = Service(there)
    service.get("/letters/", **headers())
    until(lambda: "x" if service.site.known_letters() else None)
    token = csrf(service.get("/letters/", **headers()))
    chosen = {"action": "replay", "scope": "ticked", "letter": value_of(letter_id)}
    shown = service.post("/actions/confirm", headers() | OWN, csrf=token, **chosen)
    preview = field(shown.text, "preview")
    # Another operator confirms: the name is that of the request that starts the job.
    bob = headers(email="bob@example.com") | OWN
    started = service.post("/actions/begin", bob, csrf=token, preview=preview)
    job = started.headers["Location"]
    until(lambda: None if "Stop</button>" in service.get(job, **headers()).text else "over")
    audit = there.context.ledger.audit
    (begun,) = [audit.get(AUDIT_BEGUN, **parts) for parts in audit.find(AUDIT_BEGUN)]
    (mark,) = [audit.get(LETTER_MARK, **parts) for parts in audit.find(LETTER_MARK)]
    for entry in (begun, mark):
        assert entry is not None
        assert ("bob@example.com", "iap") == (entry.actor, entry.verified_by)
    assert there.context.actor != ADA


def test_outside_of_a_request_nobody_acts(there: LetterWorld) -> None:
    with pytest.raises(RuntimeError):
        _ = Service(there).site.context
