"""The formats of strings."""

import pytest

from csvgate.types.common.string_formats import is_email, is_uri, is_uuid


@pytest.mark.parametrize(
    "text",
    [
        "ann@example.com",
        "a.b+c_d@sub.example.co",
        "o'neill@example.com",
        "用户@例子.广告",
        "josé@exämple.de",
        "δοκιμή@παράδειγμα.δοκιμή",
        '"ann smith"@example.com',
        "a@b-c.de",
        "a@xn--bcher-kva.example",
    ],
)
def test_email(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "ann", "ann@", "@example.com", "ann@example", "ann@@example.com", "a@b@example.com",
        ".ann@example.com", "ann.@example.com", "a..b@example.com", "ann smith@example.com",
        "ann@exa mple.com", "ann@-example.com", "ann@example-.com", "ann@example..com",
        "ann@example.com.", "ann@1.2.3.4", " ann@example.com", "ann@example.com\n",
        "ann\u00a0@example.com", "ann@exa\u200bmple.com", "a" * 65 + "@example.com",
        "a@" + "b" * 64 + ".com", "é" * 40 + "@example.com", "a@" + "b." * 130 + "com", "",
        '"@example.com', "ann@example.com,bob@example.com", "<ann@example.com>",
    ],
)  # fmt: skip
def test_not_an_email(text: str) -> None:
    assert not is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com", "http://example.com:8080/a?b=c#d", "mailto:ann@example.com",
        "urn:isbn:0451450523", "ftp://[2001:db8::1]/x", "file:///tmp/x", "https://e.com/%C3%A9",
    ],
)  # fmt: skip
def test_uri(text: str) -> None:
    assert is_uri(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "example.com", "/a/b", "http://", "http:///a", "https:example.com", "http://a b",
        "http://e.com/é", "http://e.com/%zz", "http://e.com:port/", "http://[::1", "1http://e.com",
    ],
)  # fmt: skip
def test_not_a_uri(text: str) -> None:
    assert not is_uri(text)


def test_uuid() -> None:
    assert is_uuid("123e4567-e89b-12d3-a456-426614174000")
    assert is_uuid("123E4567-E89B-12D3-A456-426614174000")
    assert not is_uuid("123e4567e89b12d3a456426614174000")
    assert not is_uuid("{123e4567-e89b-12d3-a456-426614174000}")
    assert not is_uuid("123e4567-e89b-12d3-a456-42661417400g")


def test_a_hostile_text_is_refused_at_once() -> None:
    # Each would take longer than the universe has if the patterns could backtrack.
    assert not is_email("a" * 100 + "." * 100)
    assert not is_email("a@" + "-a" * 120 + "-")
    assert not is_email('"' + "\\\\" * 100 + "@")
    assert not is_uri("a:" + "%41" * 100_000 + "%")
