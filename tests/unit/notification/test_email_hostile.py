"""Malicious values are shown on one line and have no effect."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notification.email.safe_text import one_line
from unit.notification.html_structure import assert_harmless, structure
from unit.notification.uploads import REJECT_URL, rendered, with_value

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "single quote": "' onmouseover='alert(1)",
    "closing everything": "</span></td></tr></table></body></html><iframe src=//x>",
    "comment": "<!-- x --><![CDATA[",
    "template": "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "entity": "&lt;script&gt; &#60;",
    "style": "x;background:url(//x.example)",
    "newline": "first\nBcc: everybody@example.com\r\n\r\nsecond",
    "separators": "a\u2028b\u2029c\x85d\ve\ff",
    "control": "\x00\x07\x1b[31mred\x7f\x9b",
    "right to left": "orders/\u202egpj.exe\u202c\u2066x\u2069\u200f",
    "invisible": "a\u200bb\u00adc\ufeffd\U000e0041e\u2060",
    "formula": "=cmd|' /C calc'!A0",
    "formulas": "+1+1 @SUM(A1) -2+3 \t=1",
    "link": "javascript:alert(1)",
    "1,024 bytes": "ü" * 512,
    "other scripts": "订单/заказы/طلبات/הזמנות.csv",
}


def harmless_lines(text: str) -> bool:
    return not [c for c in text if unicodedata.category(c) in ("Cc", "Zl", "Zp") and c != "\n"]


@pytest.mark.parametrize("name", HOSTILE)
def test_html(name: str) -> None:
    value = HOSTILE[name]
    found = assert_harmless(rendered(with_value(value)).html, [REJECT_URL])
    assert found.shape == structure(rendered(with_value("x")).html).shape
    assert one_line(value) in found.text or len(value) > 80


@pytest.mark.parametrize("name", HOSTILE)
def test_text(name: str) -> None:
    text = rendered(with_value(HOSTILE[name])).text
    assert harmless_lines(text)
    assert text.count("\n") == rendered(with_value("x")).text.count("\n")


@pytest.mark.parametrize("name", HOSTILE)
def test_subject(name: str) -> None:
    subject = rendered(with_value(HOSTILE[name])).subject
    assert harmless_lines(subject)
    assert "\n" not in subject
    assert len(subject) < 160
    assert len(subject.encode()) < 998


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("a\r\nb\nc\rd", "a↵b↵c↵d"),
        ("a\tb", "a⇥b"),
        ("orders/\u202efdp.csv", "orders/�fdp.csv"),
        ("a\x00b\x1bc", "a�b�c"),
        ("half \ud800", "half �"),
        ("नमस्\u200dते 👩\u200d🔬", "नमस्\u200dते 👩\u200d🔬"),
        ("שלום", "שלום"),
    ],
)
def test_one_line(value: str, expected: str) -> None:
    assert one_line(value) == expected


@settings(deadline=None)
@given(st.text(min_size=1))
def test_whatever_the_text(value: str) -> None:
    email = rendered(with_value(value))
    assert_harmless(email.html, [REJECT_URL])
    assert harmless_lines(email.text)
    assert harmless_lines(email.subject)
    assert "\n" not in email.subject
    for body in (email.html, email.text, email.subject):
        body.encode()
