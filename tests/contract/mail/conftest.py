"""Runs the suite against every mailer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.mail.post import Post
from csvgate.gcp.mail import SendGridMailer
from csvgate.ports import Email
from fakes.mail import FakeMailer
from integration.mailbox.mailbox_process import Mailbox, mailbox


@pytest.fixture(scope="session")
def mailbox_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("contract-mailbox")


@pytest.fixture(scope="session")
def running_mailbox(mailbox_directory: Path) -> Iterator[Mailbox]:
    with mailbox(mailbox_directory) as running:
        yield running


@pytest.fixture(params=["fake", "sendgrid"])
def post(request: pytest.FixtureRequest) -> Post:
    if request.param == "fake":
        fake = FakeMailer()
        return Post(fake, lambda: fake.sent, lambda: setattr(fake, "has_credits", False))
    running: Mailbox = request.getfixturevalue("running_mailbox")
    before = {email["id"] for email in running.emails()}

    def delivered() -> list[Email]:
        new = [e["id"] for e in reversed(running.emails()) if e["id"] not in before]
        return [_as_email(running.email(each)) for each in new]

    return Post(
        SendGridMailer("SG.test", running.url), delivered, lambda: running.fault(no_credits=True)
    )


def _as_email(stored: dict[str, object]) -> Email:
    return Email(
        sender=str(stored["from"]),
        recipients=tuple(stored["to"]),  # type: ignore[arg-type]  # JSON of a known shape
        subject=str(stored["subject"]),
        html=str(stored["html"]),
        text=str(stored["text"]),
        custom_args=stored["custom_args"],  # type: ignore[arg-type]
    )
