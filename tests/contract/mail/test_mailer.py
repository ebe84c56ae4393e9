"""The Mailer port, with every mailer."""

from dataclasses import replace

import pytest

from contract.mail.post import Post
from csvgate.ports import Email
from csvgate.runtime.errors import Permanent, Transient

EMAIL = Email(
    sender="csvgate@localhost",
    recipients=("a@example.com", "b@example.com"),
    subject="Loaded 2 of 3 rows: orders/ü.csv",
    html="<p>grüße &amp; more</p>",
    text="grüße\nsecond line\n",
    custom_args={"upload_id": "u1", "outcome": "completed"},
)


def test_delivers_what_it_was_given(post: Post) -> None:
    post.mailer.send(EMAIL)
    assert post.delivered() == [EMAIL]


def test_gives_every_email_an_id_of_its_own(post: Post) -> None:
    first, second = post.mailer.send(EMAIL), post.mailer.send(EMAIL)
    assert first
    assert second
    assert first != second
    assert len(post.delivered()) == 2


def test_an_address_given_twice_gets_one(post: Post) -> None:
    twice = ("a@example.com", "A@Example.com", "b@example.com", "a@example.com")
    post.mailer.send(replace(EMAIL, recipients=twice))
    assert [email.recipients for email in post.delivered()] == [("a@example.com", "b@example.com")]


def test_takes_a_thousand_recipients(post: Post) -> None:
    many = tuple(f"n{number}@example.com" for number in range(1000))
    post.mailer.send(replace(EMAIL, recipients=many))
    assert [email.recipients for email in post.delivered()] == [many]


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param(replace(EMAIL, recipients=()), id="no recipient"),
        pytest.param(
            replace(EMAIL, recipients=tuple(f"n{n}@example.com" for n in range(1001))),
            id="1001 recipients",
        ),
        pytest.param(
            replace(EMAIL, recipients=("a@example.com", "nobody")), id="no address among them"
        ),
        pytest.param(replace(EMAIL, sender="nobody"), id="no address as sender"),
        pytest.param(replace(EMAIL, subject=""), id="no subject"),
        pytest.param(replace(EMAIL, html=""), id="no HTML"),
        pytest.param(replace(EMAIL, text=""), id="no text"),
    ],
)
def test_refuses_the_whole_email(post: Post, refused: Email) -> None:
    with pytest.raises(Permanent) as raised:
        post.mailer.send(refused)
    assert raised.value.code == "mail.refused"
    assert post.delivered() == []


def test_without_credits_the_email_waits(post: Post) -> None:
    post.use_up()
    with pytest.raises(Transient) as raised:
        post.mailer.send(EMAIL)
    assert raised.value.code == "mail.credits"
    assert post.delivered() == []
