"""mail/send answers as SendGrid's reference says."""

from typing import Any

import pytest

from csvgate_ops.local.mailbox.rules import MAX_BYTES
from integration.mailbox.mailbox_process import Mailbox, request


def to(*addresses: str) -> dict[str, Any]:
    return {"to": [{"email": each} for each in addresses]}


def test_takes_an_email(box: Mailbox) -> None:
    answer = box.send(request(custom_args={"upload_id": "taken"}))
    assert (answer.status, answer.body) == (202, b"")
    assert answer.headers["X-Message-Id"] == box.emails("?upload_id=taken")[0]["id"]
    for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
        assert answer.headers[name].isdecimal()


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic U0c6eA=="])
def test_wants_a_bearer_token(box: Mailbox, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = box.call("POST", "/v3/mail/send", request(), headers)
    assert answer.status == 401
    assert answer.json["errors"][0]["message"] == "authorization required"


REFUSED = {
    "no personalizations": (request(personalizations=None), "personalizations"),
    "no personalization": (request(personalizations=[]), "personalizations"),
    "no to": (request(personalizations=[{}]), "personalizations.0.to"),
    "empty to": (request(personalizations=[to("a@b.example"), to()]), "personalizations.1.to"),
    "to without email": (
        request(personalizations=[{"to": [{"name": "A"}]}]),
        "personalizations.0.to.0.email",
    ),
    "not an address": (
        request(personalizations=[to("a@b.example", "nobody")]),
        "personalizations.0.to.1.email",
    ),
    "address with a line break": (
        request(personalizations=[to("a@b.example\nBcc: c@d.example")]),
        "personalizations.0.to.0.email",
    ),
    "twice in one": (
        request(personalizations=[to("a@b.example", "A@B.example")]),
        "personalizations.0",
    ),
    "twice in two": (
        request(personalizations=[to("a@b.example"), to("a@b.example")]),
        "personalizations.1",
    ),
    "twice in to and cc": (
        request(personalizations=[{**to("a@b.example"), "cc": [{"email": "a@b.example"}]}]),
        "personalizations.0",
    ),
    "cc of a wrong type": (
        request(personalizations=[{**to("a@b.example"), "cc": 7}]),
        "personalizations.0.cc",
    ),
    "1001 in one": (
        request(personalizations=[to(*(f"n{n}@b.example" for n in range(1001)))]),
        "personalizations",
    ),
    "1001 in many": (
        request(personalizations=[to(f"n{n}@b.example") for n in range(1001)]),
        "personalizations",
    ),
    "no from": (request(**{"from": None}), "from.email"),
    "from as text": (request(**{"from": "a@b.example"}), "from.email"),
    "invalid from": (request(**{"from": {"email": "nobody"}}), "from.email"),
    "no subject": (request(subject=None), "subject"),
    "empty subject": (request(subject=""), "subject"),
    "no content": (request(content=None), "content"),
    "empty list of content": (request(content=[]), "content"),
    "empty content": (request(content=[{"type": "text/plain", "value": ""}]), "content.0.value"),
    "HTML before text": (
        request(
            content=[{"type": "text/html", "value": "h"}, {"type": "text/plain", "value": "t"}]
        ),
        "content",
    ),
    "a number as argument": (request(custom_args={"generation": 7}), "custom_args.generation"),
    "too many arguments": (request(custom_args={"a": "x" * 10_001}), "custom_args"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_with_400(box: Mailbox, case: str) -> None:
    body, field = REFUSED[case]
    before = len(box.emails())
    answer = box.send(body)
    assert answer.status == 400
    [error] = answer.json["errors"]
    assert error["field"] == field
    assert error["message"]
    assert error["help"].startswith("http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors")
    assert len(box.emails()) == before


def test_names_everything_that_is_wrong_at_once(box: Mailbox) -> None:
    answer = box.send({})
    assert answer.status == 400
    fields = [error["field"] for error in answer.json["errors"]]
    assert fields == ["from.email", "personalizations", "subject", "content"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"text"', b"\xff", b'{"subject": "\\ud800"}', b"null"]
)
def test_what_is_no_request_is_a_bad_request(box: Mailbox, body: bytes) -> None:
    answer = box.send(body)
    assert answer.status == 400
    assert answer.json["errors"][0]["message"] == "Bad Request"


def test_other_content_types_are_415(box: Mailbox) -> None:
    headers = {"Authorization": "Bearer k", "Content-Type": "text/plain"}
    assert box.call("POST", "/v3/mail/send", request(), headers).status == 415


def test_too_large_is_413_and_the_client_gets_to_hear_it(box: Mailbox) -> None:
    answer = box.send(b"[" + b" " * MAX_BYTES + b"]")
    assert answer.status == 413
    assert "too large" in answer.json["errors"][0]["message"]


def test_other_paths_and_methods_answer_in_json(box: Mailbox) -> None:
    assert box.call("GET", "/v3/mail/send").status == 405
    missing = box.call("POST", "/v3/mail/other", {})
    assert (missing.status, list(missing.json)) == (404, ["errors"])
