"""The pages: what they show, and that nothing shown can do anything."""

import pytest

from integration.mailbox.mailbox_process import Mailbox, request

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202e'


def send(box: Mailbox, **changes: object) -> str:
    return str(box.send(request(**changes)).headers["X-Message-Id"])


def test_lists_the_newest_first(box: Mailbox) -> None:
    send(box, subject="the older")
    send(box, subject="the newer")
    page = box.call("GET", "/").text
    assert page.index("the newer") < page.index("the older")


def test_finds_by_recipient_and_upload(box: Mailbox) -> None:
    people = [{"to": [{"email": "First@find.example"}]}, {"to": [{"email": "2@find.example"}]}]
    wanted = send(box, personalizations=people, custom_args={"upload_id": "find me"})
    send(box, custom_args={"upload_id": "another"})
    for query in ("to=first@FIND.example", "to=2@find.example", "upload_id=find%20me"):
        assert [email["id"] for email in box.emails(f"?{query}")] == [wanted]
        assert f"/emails/{wanted}" in box.call("GET", f"/?{query}").text
    assert box.emails("?to=first@find.example&upload_id=another") == []
    assert "No emails match" in box.call("GET", "/?to=none@find.example").text


def test_pages_through_many(box: Mailbox) -> None:
    for number in range(51):
        send(box, custom_args={"upload_id": "many"}, subject=f"number {number}.")
    first = box.call("GET", "/?upload_id=many").text
    assert "number 50." in first
    assert "number 0." not in first
    oldest_shown = box.emails("?upload_id=many&limit=50")[-1]["number"]
    assert f"before={oldest_shown}" in first
    assert "number 0." in box.call("GET", f"/?upload_id=many&before={oldest_shown}").text


@pytest.mark.parametrize("query", ["before=x", "before=-1", "before=" + "9" * 30, "before=²"])
def test_a_nonsensical_number_is_a_400(box: Mailbox, query: str) -> None:
    assert box.call("GET", "/emails.json?" + query.replace("²", "%C2%B2")).status == 400


def test_one_email_as_json(box: Mailbox) -> None:
    sent = request(custom_args={"upload_id": "json"})
    message_id = str(box.send(sent).headers["X-Message-Id"])
    email = box.email(message_id)
    assert email.pop("received_at").endswith("+00:00")
    assert email.pop("number") > 0
    assert email == {
        "id": message_id,
        "from": "csvgate@localhost",
        "to": ["a@example.com"],
        "subject": "Loaded 2 rows: x.csv",
        "custom_args": {"upload_id": "json"},
        "url": f"{box.url}/emails/{message_id}",
        "html": "<p>html</p>",
        "text": "text",
        "request": sent,
    }


def test_an_email_of_text_alone_has_no_frame(box: Mailbox) -> None:
    message_id = send(box, content=[{"type": "text/plain", "value": "only text"}])
    page = box.call("GET", f"/emails/{message_id}").text
    assert "only text" in page
    assert "<iframe" not in page
    assert box.call("GET", f"/emails/{message_id}/body.html").status == 404


def test_every_value_is_escaped(box: Mailbox) -> None:
    message_id = send(
        box,
        subject=HOSTILE,
        content=[
            {"type": "text/plain", "value": HOSTILE},
            {"type": "text/html", "value": f"<a href='https://x.example/\"><script>'>{HOSTILE}"},
        ],
        custom_args={"upload_id": HOSTILE, HOSTILE: HOSTILE},
    )
    for path in ("/", f"/emails/{message_id}"):
        page = box.call("GET", path).text
        assert "<script" not in page
        assert "<img" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_only_web_links_are_listed(box: Mailbox) -> None:
    html = "<a href='javascript:alert(1)'>a</a><a href='https://good.example/'>b</a><a>c</a>"
    message_id = send(box, content=[{"type": "text/html", "value": html}])
    page = box.call("GET", f"/emails/{message_id}").text
    assert 'href="https://good.example/"' in page
    assert 'href="javascript' not in page


def test_the_email_is_shown_in_a_sandbox(box: Mailbox) -> None:
    html = "<script>alert(1)</script>"
    message_id = send(box, content=[{"type": "text/html", "value": html}])
    page = box.call("GET", f"/emails/{message_id}")
    assert f'<iframe sandbox src="/emails/{message_id}/body.html"' in page.text
    body = box.call("GET", f"/emails/{message_id}/body.html")
    assert body.text == html
    policy = body.headers["Content-Security-Policy"]
    assert policy.startswith(
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    assert "allow-" not in policy


def test_pages_allow_neither_script_nor_anything_from_elsewhere(box: Mailbox) -> None:
    for path in ("/", "/nothing-here", "/healthz", "/static/mailbox.css"):
        headers = box.call("GET", path).headers
        assert headers["Content-Security-Policy"] == (
            "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'"
        )
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:8080", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("evil.example:80@localhost", 403),
        ("", 403),
    ],
)
def test_answers_to_loopback_names_only(box: Mailbox, host: str, status: int) -> None:
    assert box.call("GET", "/healthz", headers={"Host": host}).status == status
    if status == 403:
        assert box.call("POST", "/_faults", {}, {"Host": host}).status == 403


def test_a_missing_email_is_a_404(box: Mailbox) -> None:
    assert "There is no email with this id" in box.call("GET", "/emails/none").text
    assert box.call("GET", "/emails/none").status == 404
    assert (
        box.call("GET", "/emails/none.json").json["errors"][0]["message"]
        == "There is no email with this id."
    )
