"""Which requests to a loopback server are accepted."""

import pytest

from csvgate_ops.local.loopback.policy import refusal


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "localhost:1", "[::1]:9"])
@pytest.mark.parametrize("origin", [None, "http://127.0.0.1:4000", "https://localhost"])
def test_accepted(host: str, origin: str | None) -> None:
    assert refusal(host, origin) is None


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "127.0.0.1.evil.example", "evil.example:80@localhost", "127.0.0.2:80"],
)
def test_another_host_name(host: str) -> None:
    assert "host names" in str(refusal(host, None))


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "http://localhost.evil.example", "file://localhost"],
)
def test_another_website(origin: str) -> None:
    assert "other websites" in str(refusal("localhost:80", origin))
