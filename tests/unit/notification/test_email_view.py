"""What the email contains, beyond the golden files."""

from datetime import timedelta, timezone

import pytest

from csvgate.protocol.events import Counts, ObjectRef
from notification.email.view import render
from unit.notification.html_structure import assert_harmless
from unit.notification.uploads import REJECT_URL, UPLOADS, finished, rendered

GMAIL_CLIPS_AT = 102 * 1024


@pytest.mark.parametrize("name", UPLOADS)
def test_html_is_harmless_and_balanced(name: str) -> None:
    upload = UPLOADS[name]
    found = assert_harmless(rendered(upload).html, [REJECT_URL] if upload.rejects else [])
    assert upload.upload.name in found.text
    assert upload.upload.id in found.text


@pytest.mark.parametrize("name", UPLOADS)
def test_html_and_text_say_the_same(name: str) -> None:
    email = rendered(UPLOADS[name])
    html = " ".join(assert_harmless(email.html, [REJECT_URL] * ("href" in email.html)).text.split())
    lines = [line.strip() for line in email.text.splitlines()]
    advice = lines[lines.index("WHAT TO DO NEXT") + 1 :] if "WHAT TO DO NEXT" in lines else []
    for line in [lines[0], lines[1], *advice[: advice.index("") if advice else 0]]:
        assert line in html


@pytest.mark.parametrize(
    ("counts", "subject"),
    [
        (Counts(read=5000, valid=5000, rejected=0), "Loaded all 5,000 rows: a.csv"),
        (Counts(read=1, valid=1, rejected=0), "Loaded 1 row: a.csv"),
        (Counts(read=0, valid=0, rejected=0), "Loaded 0 rows: a.csv"),
        (Counts(read=5000, valid=4903, rejected=97), "Loaded 4,903 of 5,000 rows: a.csv"),
        (Counts(read=3, valid=0, rejected=3), "Loaded 0 of 3 rows: a.csv"),
    ],
)
def test_the_subject_begins_with_the_verdict(counts: Counts, subject: str) -> None:
    assert rendered(finished(name="a.csv", counts=counts)).subject == subject


def test_a_long_name_is_cut_in_the_subject_and_whole_in_the_email() -> None:
    name = "orders/" + "x" * 1013 + ".csv"
    email = rendered(finished(name=name))
    assert len(email.subject) < 160
    assert email.subject.startswith("Loaded 4,903 of 5,000 rows: orders/xxx")
    assert email.subject.endswith("xxx.csv")
    assert name in email.html
    assert name in email.text


def test_one_rejected_row_in_a_million_is_seen() -> None:
    email = rendered(finished(counts=Counts(read=1_000_000, valid=999_999, rejected=1)))
    assert '<td width="97%" height="20"' in email.html
    assert '<td width="3%" height="20"' in email.html
    assert 'aria-label="&gt;99.9% loaded, &lt;0.1% rejected"' in email.html
    assert "<0.1%  █\n" in email.text


def test_the_valid_rows_of_a_refused_file_are_not_called_loaded() -> None:
    email = rendered(UPLOADS["rejected"])
    assert "72.0% valid, not loaded, 28.0% rejected" in email.html
    assert "% loaded" not in email.html
    assert "valid, not loaded" in email.text


def test_a_failed_upload_shows_no_reasons_of_rejected_rows() -> None:
    upload = UPLOADS["failed"].model_copy(update={"reasons": UPLOADS["rejected_file"].reasons})
    assert rendered(upload).text == rendered(UPLOADS["failed"]).text


def test_without_rows_there_is_no_bar() -> None:
    for name in ("failed", "rejected_file", "completed_empty"):
        assert 'role="img"' not in rendered(UPLOADS[name]).html


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//storage.example/x",
        "file:///etc/passwd",
        "https://storage.example/a b",
        "https://storage.example/a\nb",
        'https://storage.example/"onclick="x',
        "https://",
        "",
    ],
)
def test_only_a_web_address_is_linked(url: str) -> None:
    email = rendered(finished(), url)
    assert_harmless(email.html, [])
    for body in (email.html, email.text):
        assert "gs://rejects/orders/2026-11-21.9f2c.rejects.csv" in body


def test_a_link_with_a_query_is_linked_as_it_is() -> None:
    url = "http://127.0.0.1:8080/rejects/a%20b.csv?x=1&y=2"
    email = rendered(finished(), url)
    assert_harmless(email.html, [url])
    assert f"\n{url}\n" in email.text


def test_times_are_in_the_zone_asked_for() -> None:
    zone = timezone(timedelta(hours=1), "CET")
    email = render(finished(), sender="a@b.example", recipients=(), reject_url=None, time_zone=zone)
    for body in (email.html, email.text):
        assert "21 Nov 2026, 11:12:03 CET" in body
        assert "21 Nov 2026, 11:12:12 CET (9 s later)" in body


def test_carries_sender_recipients_and_what_it_is_about() -> None:
    email = rendered(finished())
    assert email.sender == "csvgate@example.com"
    assert email.recipients == ("sales-data@example.com",)
    assert email.custom_args == {
        "upload_id": "9f2c41d07be35a68",
        "outcome": "completed",
        "end": "completed.1",
        "dataset": "orders",
    }


@pytest.mark.parametrize("character", ["ü", '"', "👩"])
def test_stays_small_enough_not_to_be_clipped(character: str) -> None:
    long, name = character * 5000, character * (1024 // len(character.encode()))
    reasons = tuple(
        reason.model_copy(
            update={
                "code": long,
                "column": long,
                "examples": tuple(
                    example.model_copy(update={"value": long, "message": long})
                    for example in reason.examples
                ),
            }
        )
        for reason in finished().reasons * 5
    )
    upload = finished(
        name=name,
        reasons=reasons,
        detail=long,
        rejects=ObjectRef(bucket="rejects", name=name),
    )
    email = rendered(upload)
    assert len(email.html.encode()) < GMAIL_CLIPS_AT
    assert len(email.text.encode()) < GMAIL_CLIPS_AT
