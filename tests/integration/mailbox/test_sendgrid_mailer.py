"""The official client against the mailbox: every way to fail, by what may have become of it."""

import logging
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from csvgate.gcp.mail import SendGridMailer
from csvgate.ports import Email
from csvgate.runtime.errors import Failure, Permanent, Transient
from integration.mailbox.mailbox_process import IMPORTS, Mailbox, await_true
from servers import free_port

KEY = "SG.very-secret-key"
EMAIL = Email(
    sender="csvgate <csvgate@localhost>",
    recipients=("Data People <data@example.com>", "ops@example.com"),
    subject="Loaded 2 rows: x.csv",
    html="<p>html</p>",
    text="text",
    custom_args={"upload_id": "u1"},
)


def failure(mailer: SendGridMailer, email: Email = EMAIL) -> Failure:
    with pytest.raises(Failure) as raised:
        mailer.send(email)
    assert KEY not in str(raised.value)
    assert "\n" not in raised.value.message
    return raised.value


def test_sends_one_request_with_a_personalization_for_each(box: Mailbox) -> None:
    message_id = SendGridMailer(KEY, box.url).send(EMAIL)
    sent = box.email(message_id)["request"]
    assert sent == {
        "personalizations": [
            {"to": [{"email": "data@example.com", "name": "Data People"}]},
            {"to": [{"email": "ops@example.com"}]},
        ],
        "from": {"email": "csvgate@localhost", "name": "csvgate"},
        "subject": "Loaded 2 rows: x.csv",
        "content": [
            {"type": "text/plain", "value": "text"},
            {"type": "text/html", "value": "<p>html</p>"},
        ],
        "custom_args": {"upload_id": "u1"},
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
        },
    }


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (429, Transient, "mail.unsent"),
        (500, Transient, "mail.unsent"),
        (503, Transient, "mail.unsent"),
        (502, Transient, "mail.unknown"),
        (504, Transient, "mail.unknown"),
        (400, Permanent, "mail.refused"),
        (401, Permanent, "mail.refused"),
        (403, Permanent, "mail.refused"),
        (404, Permanent, "mail.refused"),
        (413, Permanent, "mail.refused"),
    ],
)
def test_an_answer_decides_the_kind(
    box: Mailbox, status: int, kind: type[Failure], code: str
) -> None:
    mailer = SendGridMailer(KEY, box.url)
    box.fault(status=status, message=f"words for\n{status} and {KEY}")
    failed = failure(mailer)
    assert (type(failed), failed.code) == (kind, code)
    assert f"SendGrid answered {status}: words for {status} and [key]" in failed.message
    assert mailer.send(EMAIL)


@pytest.mark.parametrize(
    ("headers", "hint"),
    [
        ({"Retry-After": "120"}, "(try again after 120 s)"),
        (
            {"Retry-After": "Sat, 21 Nov 2026 10:30:00 GMT"},
            "(try again after Sat, 21 Nov 2026 10:30:00 GMT)",
        ),
        (
            {"X-RateLimit-Reset": "1795255920"},
            "(the limit is lifted at 2026-11-21T10:12:00+00:00)",
        ),
        ({"X-RateLimit-Reset": "soon"}, "slow down"),
        ({"X-RateLimit-Reset": "9" * 30}, "slow down"),
    ],
)
def test_says_when_to_come_back(box: Mailbox, headers: dict[str, str], hint: str) -> None:
    box.fault(status=429, headers=headers, message="slow down")
    assert failure(SendGridMailer(KEY, box.url)).message.endswith(hint)


def test_refusals_carry_the_words_and_the_field(box: Mailbox) -> None:
    failed = failure(SendGridMailer(KEY, box.url), replace(EMAIL, subject="", recipients=("no",)))
    assert failed.code == "mail.refused"
    assert "personalizations.0.to.0.email: Does not contain a valid address." in failed.message
    assert "subject: The subject is required." in failed.message


def test_a_bad_key_says_what_to_check(box: Mailbox) -> None:
    box.fault(status=401, message="The provided authorization grant is invalid")
    assert "check SENDGRID_API_KEY" in failure(SendGridMailer(KEY, box.url)).message


@pytest.mark.parametrize("message", ["Maximum credits exceeded", "maximum credits exceeded."])
def test_used_up_credits_are_not_a_wrong_key(box: Mailbox, message: str) -> None:
    mailer = SendGridMailer(KEY, box.url)
    box.fault(status=401, message=message)
    failed = failure(mailer)
    assert (type(failed), failed.code) == (Transient, "mail.credits")
    assert "wait until the plan's next period, or raise the plan" in failed.message
    assert "SENDGRID_API_KEY" not in failed.message


def test_other_answers_that_mention_credits_are_refusals(box: Mailbox) -> None:
    box.fault(status=403, message="Maximum credits exceeded")
    assert failure(SendGridMailer(KEY, box.url)).code == "mail.refused"


def test_no_answer_in_time_may_have_been_sent(box: Mailbox) -> None:
    box.fault(delay_seconds=30)
    email = replace(EMAIL, custom_args={"upload_id": "late"})
    failed = failure(SendGridMailer(KEY, box.url, deadline_seconds=0.5), email)
    assert (type(failed), failed.code) == (Transient, "mail.unknown")
    await_true(lambda: len(box.emails("?upload_id=late")) == 1)


def test_a_connection_lost_after_the_request_may_have_been_sent(box: Mailbox) -> None:
    box.fault(drop=True)
    email = replace(EMAIL, custom_args={"upload_id": "lost"})
    failed = failure(SendGridMailer(KEY, box.url), email)
    assert (type(failed), failed.code) == (Transient, "mail.unknown")
    assert len(box.emails("?upload_id=lost")) == 1


@contextmanager
def peer(answer: bytes | None) -> Iterator[str]:
    """Takes one request and gives this answer, or resets the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                if answer is None:
                    linger = struct.pack("ii", 1, 0)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                else:
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(10)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(None, id="reset"),
        pytest.param(b"", id="closed"),
        pytest.param(b"not HTTP\r\n\r\n", id="not HTTP"),
        pytest.param(b"HTTP/1.1 202 Accepted\r\nContent-Length: 9\r\n\r\ncut", id="cut short"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", id="200"),
    ],
)
def test_an_answer_that_is_none_may_have_been_sent(answer: bytes | None) -> None:
    with peer(answer) as url:
        failed = failure(SendGridMailer(KEY, url, deadline_seconds=5))
    assert (type(failed), failed.code) == (Transient, "mail.unknown")


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"errors": 7}', b"", b"\xff\x00"])
def test_a_refusal_in_any_shape_is_a_refusal(body: bytes) -> None:
    head = b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n" % len(body)
    with peer(head + body) as url:
        failed = failure(SendGridMailer(KEY, url, deadline_seconds=5))
    assert (type(failed), failed.code) == (Permanent, "mail.refused")


def test_a_refused_connection_was_not_sent() -> None:
    failed = failure(SendGridMailer(KEY, f"http://127.0.0.1:{free_port()}"))
    assert (type(failed), failed.code) == (Transient, "mail.unsent")
    assert "Connection refused" in failed.message


def test_the_key_is_never_logged(box: Mailbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    box.fault(status=500)
    mailer = SendGridMailer(KEY, box.url)
    failure(mailer)
    mailer.send(EMAIL)
    assert KEY not in caplog.text
    assert EMAIL.subject not in caplog.text
    assert KEY not in repr(mailer)


def test_a_key_may_end_in_the_newline_of_its_file(box: Mailbox) -> None:
    assert SendGridMailer(f"{KEY}\n", f"{box.url}/").send(EMAIL)


@pytest.mark.parametrize("key", [f"{KEY}\nX: y", f"{KEY}…"])
def test_a_key_that_no_header_can_hold_is_refused_without_quoting_it(
    box: Mailbox, key: str
) -> None:
    failed = failure(SendGridMailer(key, box.url))
    assert (type(failed), failed.code) == (Permanent, "mail.refused")
    assert failed.__cause__ is None
    assert failed.__suppress_context__


@pytest.mark.parametrize("key", ["", " \n"])
def test_an_empty_key_is_not_sought_in_the_environment(
    box: Mailbox, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENDGRID_API_KEY", KEY)
    failed = failure(SendGridMailer(key, box.url))
    assert failed.message == "the email was not sent to SendGrid: SENDGRID_API_KEY is empty"


def test_importing_and_building_it_loads_no_client() -> None:
    code = (
        "import sys; from csvgate.gcp.mail import SendGridMailer; SendGridMailer('k');"
        "assert not {'sendgrid', 'python_http_client'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **IMPORTS})
