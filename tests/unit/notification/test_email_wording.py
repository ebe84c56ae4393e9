"""Every sentence of the email is in wording.py, and both templates show it."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

import notification
from csvgate.protocol.events import Counts, UploadFinished
from notification.email.view import TOP_REASONS
from notification.email.wording import LABELS, Wording, wording
from unit.notification.html_structure import structure
from unit.notification.uploads import UPLOADS, finished, rendered

TEMPLATES = Path(notification.__file__).parent / "templates"
_MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<style>.*?</style>|<[^>]*>|&\w+;", re.DOTALL)
_TEXT_IN_AN_EXPRESSION = re.compile(r"""\{\{[^}]*["'][A-Z]""")


def sentences(words: Wording) -> list[str]:
    """Everything that the wording says; the captions of the numbers only stand in the bar."""
    found: list[str] = []
    for field in fields(words):
        value = getattr(words, field.name)
        if field.name not in ("tone", "valid", "read"):
            found += [value] if isinstance(value, str) else value
    return [text for text in found if text]


@pytest.mark.parametrize("name", UPLOADS)
def test_both_templates_show_every_sentence(name: str) -> None:
    upload, email = UPLOADS[name], rendered(UPLOADS[name])
    html = " ".join(structure(email.html).text.split())
    for sentence in sentences(wording(upload, hidden_reasons=hidden_reasons(upload))):
        assert sentence in html
        assert sentence in email.text


def hidden_reasons(upload: UploadFinished) -> int:
    return len([reason for reason in upload.reasons if reason.rows]) - TOP_REASONS


@pytest.mark.parametrize("field", [field.name for field in fields(Wording)])
def test_some_golden_email_has_each_sentence(field: str) -> None:
    assert any(
        getattr(wording(u, hidden_reasons=hidden_reasons(u)), field) for u in UPLOADS.values()
    )


@pytest.mark.parametrize("template", ["email.html.j2", "email.txt.j2"])
def test_templates_have_no_words_of_their_own(template: str) -> None:
    source = (TEMPLATES / template).read_text("utf-8")
    assert re.findall(r"\w{2,}", _MARKUP.sub(" ", source)) == []
    assert _TEXT_IN_AN_EXPRESSION.findall(source) == []


@pytest.mark.parametrize("label", LABELS)
def test_every_label_is_used(label: str) -> None:
    used = "".join(file.read_text("utf-8") for file in TEMPLATES.iterdir())
    assert f"labels.{label}" in used or label == "whole_row"


@pytest.mark.parametrize(
    ("rejected", "listed"),
    [(1, "lists the first one with"), (1200, "lists each of the first 1,200")],
)
def test_where_reading_stopped(rejected: int, listed: str) -> None:
    """The numbers stand above this sentence in both templates."""
    counts = Counts(read=3000 + rejected, valid=3000, rejected=rejected)
    words = wording(finished(outcome="rejected", counts=counts, stopped_at=3002 + rejected))
    assert "all numbers in this email are those of the rows before it" in words.lead
    assert listed in words.advice[0]
    assert "rows read so far" == words.read
