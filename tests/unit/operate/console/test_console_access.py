"""Access to the console, and what its responses allow a page to do."""

import re

import pytest
from flask.testing import FlaskClient

from csvgate_ops.operate.console.access import Access
from unit.operate.console.browsing import HOST, Visit, letter, letter_world, visit

COOKIE = "csvgate-console-8080"


@pytest.fixture
def here() -> Visit:
    there = letter_world()
    letter(there)
    return visit(there)


def stranger(here: Visit) -> FlaskClient:
    return here.app.test_client()


def routes(here: Visit, method: str) -> list[str]:
    """Every address that accepts the method, with values for its variables."""
    found = [
        re.sub(r"<[^>]+>", "x", rule.rule)
        for rule in here.app.url_map.iter_rules()
        if method in (rule.methods or ())
    ]
    assert found
    return found


def test_the_printed_address_gives_access_and_its_token_leaves_the_address_bar(here: Visit) -> None:
    answer = stranger(here).get(
        f"/letters/?token={here.access.token}&code=a%26b", base_url=f"http://{HOST}"
    )
    assert 200 == answer.status_code
    assert '<meta http-equiv="refresh" content="0; url=/letters/?code=a%26b">' in answer.text
    assert here.access.token not in answer.text
    assert "test.code" not in answer.text
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert here.access.token not in cookie


def test_no_redirect_leads_elsewhere(here: Visit) -> None:
    client = stranger(here)
    for path in ("//evil.example/", "/\\evil.example/", "/%5C%5Cevil.example/"):
        answer = client.get(f"{path}?token={here.access.token}", base_url=f"http://{HOST}")
        for target in re.findall(r'url=([^"]*)"|href="([^"]*)"', answer.text):
            assert re.match(r"/(?![/\\])", "".join(target)), target


def test_nothing_is_shown_without_access(here: Visit) -> None:
    for path in routes(here, "GET"):
        for method in ("get", "post"):
            answer = getattr(stranger(here), method)(path, base_url=f"http://{HOST}")
            assert 401 == answer.status_code, path
            assert "test.code" not in answer.text


@pytest.mark.parametrize("token", ["", "x", "é", "x" * 43])
def test_a_wrong_token_is_refused(here: Visit, token: str) -> None:
    for client in (stranger(here), here.client):
        answer = client.get("/", query_string={"token": token}, base_url=f"http://{HOST}")
        assert 401 == answer.status_code
        assert "Set-Cookie" not in answer.headers


def test_a_ticket_can_be_used_once(here: Visit) -> None:
    ticket = here.access.ticket()
    answers = [
        stranger(here).get("/", query_string={"token": ticket}, base_url=f"http://{HOST}")
        for _ in range(2)
    ]
    assert [200, 401] == [answer.status_code for answer in answers]
    assert ["Set-Cookie" in answer.headers for answer in answers] == [True, False]


@pytest.mark.parametrize("value", ["", "x", "é"])
def test_a_wrong_cookie_is_refused(here: Visit, value: str) -> None:
    client = stranger(here)
    client.set_cookie(COOKIE, value, domain="127.0.0.1")
    assert 401 == client.get("/", base_url=f"http://{HOST}").status_code


def test_secrets_differ_from_run_to_run_and_from_each_other() -> None:
    runs = [Access(), Access()]
    secrets = {secret for run in runs for secret in (run.token, run.session, run.csrf)}
    assert 6 == len(secrets)
    assert 43 == min(map(len, secrets))


def test_every_form_needs_the_token_of_this_run(here: Visit) -> None:
    for path in routes(here, "POST"):
        for data in ({}, {"csrf": ""}, {"csrf": "x"}, {"csrf": here.access.token}):
            answer = here.client.post(path, data=data, base_url=f"http://{HOST}")
            assert 403 == answer.status_code, path


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused(here: Visit, headers: dict[str, str]) -> None:
    data = {"csrf": here.access.csrf}
    answer = here.client.post("/refresh", data=data, headers=headers, base_url=f"http://{HOST}")
    assert 403 == answer.status_code
    own = {"Origin": f"http://{HOST}", "Sec-Fetch-Site": "same-origin"}
    answer = here.client.post("/refresh", data=data, headers=own, base_url=f"http://{HOST}")
    assert 303 == answer.status_code


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil", ""])
def test_answers_to_loopback_names_only(here: Visit, host: str) -> None:
    for path in ("/", f"/?token={here.access.token}", "/static/console.css"):
        answer = here.client.get(path, base_url=f"http://{HOST}", headers={"Host": host})
        assert 403 == answer.status_code


@pytest.mark.parametrize(
    ("site", "status"),
    [("same-origin", 200), ("same-site", 401), ("cross-site", 401), ("none", 401), (None, 401)],
)
def test_the_style_sheet_without_access_is_for_our_own_pages(
    here: Visit, site: str | None, status: int
) -> None:
    headers = {"Sec-Fetch-Site": site} if site else {}
    for path in ("/static/console.css", "/static/icon.svg"):
        answer = stranger(here).get(path, base_url=f"http://{HOST}", headers=headers)
        assert status == answer.status_code
    assert 401 == stranger(here).get("/", base_url=f"http://{HOST}", headers=headers).status_code


def test_every_answer_carries_the_policy(here: Visit) -> None:
    paths = [*routes(here, "GET"), "/nothing/here", "/static/console.css"]
    answers = [here.client.get(path, base_url=f"http://{HOST}") for path in paths]
    answers += [here.client.post("/refresh", base_url=f"http://{HOST}"), stranger(here).get("/")]
    for answer in answers:
        assert (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        ) == answer.headers["Content-Security-Policy"]
        assert "DENY" == answer.headers["X-Frame-Options"]
        assert "nosniff" == answer.headers["X-Content-Type-Options"]
        assert "same-origin" == answer.headers["Referrer-Policy"]
        assert "same-origin" == answer.headers["Cross-Origin-Resource-Policy"]
        assert "no-store" == answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("wanted", "location"),
    [
        ("/letters/?code=a", "/letters/?code=a"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\r\nSet-Cookie: a=b", "/"),
        ("", "/"),
    ],
)
def test_refresh_returns_to_our_own_pages_only(here: Visit, wanted: str, location: str) -> None:
    data = {"csrf": here.access.csrf, "next": wanted}
    answer = here.client.post("/refresh", data=data, base_url=f"http://{HOST}")
    assert location == answer.headers["Location"]
