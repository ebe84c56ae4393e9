"""SendGrid's answers may quote the email, whose examples come from a file."""

import json

import pytest

from csvgate.gcp.mail import SendGridMailer
from csvgate.runtime.errors import Failure

SECRET = "Ann Smith"


def answered(body: bytes) -> Failure:
    return SendGridMailer("SG.key")._answered(400, body, {})


def test_the_field_and_the_words_are_left() -> None:
    errors = [{"field": "content.0.value", "message": f"is bad near '{SECRET}' of ann@a.example"}]
    message = answered(json.dumps({"errors": errors}).encode()).message
    assert message.endswith("answered 400: content.0.value: is bad near … of …")


@pytest.mark.parametrize("body", [f"<p>{SECRET}</p>".encode(), b"[]", b'{"errors": []}', b"\xff"])
def test_any_other_body_is_dropped(body: bytes) -> None:
    message = answered(body).message
    assert SECRET not in message
    assert message.endswith("without a reason")
