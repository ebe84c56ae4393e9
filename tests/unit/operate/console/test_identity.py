"""Proofs of identity: what is accepted, and every way to forge one that is refused."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta

import pytest

from csvgate.runtime.errors import Transient
from csvgate_ops.operate.audit import Operator
from csvgate_ops.operate.console.identity.proofs import NotProven, Verifier
from unit.operate.console.identities import (
    ADA,
    AUDIENCES,
    IAP,
    ID_TOKEN,
    Issuer,
    headers,
    keys,
    token,
)

BOTH = pytest.mark.parametrize("kind", [IAP, ID_TOKEN])


def verifier(kind: str, issuer: Issuer | None = None) -> Verifier:
    found = issuer or Issuer(kind)
    return Verifier(kind, AUDIENCES[kind], found.clock, found.read)  # type: ignore[arg-type]


def carried(kind: str, made: str) -> dict[str, str]:
    return {"X-Goog-IAP-JWT-Assertion": made, "Authorization": f"Bearer {made}"}


@BOTH
def test_the_operator_is_who_the_token_names(kind: str) -> None:
    assert Operator(ADA, kind) == verifier(kind).operator(headers(kind))
    assert Operator(ADA, kind) == verifier(kind).operator(headers(kind, email="Ada@Example.com"))


def altered(made: str) -> str:
    """Another email in the payload, with the signature of the original."""
    head, payload, signature = made.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["email"] = "eve@example.com"
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{head}.{changed}.{signature}"


def self_made(kind: str, algorithm: str) -> str:
    """Unsigned, or signed with the public key as the secret of an HMAC."""
    now = int(time.time())
    claims = {"iss": "https://cloud.google.com/iap", "aud": AUDIENCES[kind], "email": ADA}
    parts = [{"alg": algorithm, "kid": "k1"}, {**claims, "iat": now, "exp": now + 600}]
    text = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )
    secret = keys(kind, "k1")[1].encode()
    mac = b"" if algorithm == "none" else hmac.digest(secret, text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


@BOTH
@pytest.mark.parametrize(
    ("forge", "words"),
    [
        (lambda kind: altered(token(kind)), "malformed, expired or for another"),
        (lambda kind: token(kind, signed_with="k2"), "malformed, expired or for another"),
        (lambda kind: token(kind, key="k2"), "not signed with a current key"),
        (lambda kind: token(kind, aud="https://another.run.app"), "malformed, expired or for"),
        (lambda kind: token(kind, aud=None), "malformed, expired or for"),
        (lambda kind: token(kind, exp=int(time.time()) - 60), "malformed, expired or for"),
        (lambda kind: token(kind, iat=int(time.time()) + 90), "malformed, expired or for"),
        (lambda kind: token(kind, iss="https://evil.example"), "another issuer"),
        (lambda kind: token(kind, email=None), "does not name an email"),
        (lambda kind: token(kind, email="ada"), "does not name an email"),
        (lambda kind: token(kind, email="ada@example.com\r\nx"), "does not name an email"),
        (lambda kind: self_made(kind, "none"), "not signed with a current key"),
        (lambda kind: self_made(kind, "HS256"), "not signed with a current key"),
        (lambda kind: token(ID_TOKEN if kind == IAP else IAP), "not signed with a current key"),
        (lambda kind: token(kind).rsplit(".", 1)[0] + ".SIGNATURE_REMOVED_BY_GOOGLE", "malformed"),
        (lambda kind: f"{token(kind)}, {token(kind)}", "malformed"),
        (lambda kind: "é" + token(kind), "malformed"),
        (lambda kind: "x" * 20_000, "malformed"),
        (lambda kind: "a.b.c", "malformed"),
        (lambda kind: "", "the request has no"),
    ],
)
def test_a_forged_token_is_refused(kind: str, forge: object, words: str) -> None:
    assert callable(forge)
    made = forge(kind)
    with pytest.raises(NotProven, match=words) as caught:
        verifier(kind).operator(carried(kind, made))
    assert len(made) < 5 or made not in str(caught.value)


def test_the_header_with_the_name_proves_nothing() -> None:
    named = {"X-Goog-Authenticated-User-Email": f"accounts.google.com:{ADA}"}
    with pytest.raises(NotProven, match="has no X-Goog-IAP-JWT-Assertion"):
        verifier(IAP).operator(named)
    other = headers(IAP) | {"X-Goog-Authenticated-User-Email": "accounts.google.com:eve@e.example"}
    with pytest.raises(NotProven, match="names somebody else"):
        verifier(IAP).operator(other)


def test_only_the_configured_header_is_read() -> None:
    for kind, other in ((IAP, ID_TOKEN), (ID_TOKEN, IAP)):
        with pytest.raises(NotProven, match="the request has no"):
            verifier(kind).operator(headers(other))


def test_an_address_that_is_not_verified_is_refused() -> None:
    for value in (False, None, "true"):
        with pytest.raises(NotProven, match="not verified"):
            verifier(ID_TOKEN).operator(headers(ID_TOKEN, email_verified=value))


def test_without_an_audience_there_is_no_verifier() -> None:
    with pytest.raises(ValueError, match="audience"):
        Verifier("iap", "", Issuer(IAP).clock)


def test_keys_are_fetched_once_an_hour_and_at_most_once_a_minute_for_unknown_ones() -> None:
    issuer = Issuer(IAP)
    known = verifier(IAP, issuer)
    for _ in range(3):
        known.operator(headers(IAP))
    assert 1 == issuer.fetched
    for _ in range(3):
        with pytest.raises(NotProven):
            known.operator(headers(IAP, key="k2"))
    assert 1 == issuer.fetched
    issuer.names, issuer.now = ("k1", "k2"), issuer.now + timedelta(minutes=1)
    known.operator(headers(IAP, key="k2", signed_with="k2"))
    assert 2 == issuer.fetched
    issuer.now += timedelta(hours=1)
    known.operator(headers(IAP))
    assert 3 == issuer.fetched


def test_a_revoked_key_is_refused_after_an_hour() -> None:
    issuer = Issuer(IAP)
    known = verifier(IAP, issuer)
    known.operator(headers(IAP))
    issuer.names, issuer.now = ("k2",), issuer.now + timedelta(hours=1)
    with pytest.raises(NotProven, match="current key"):
        known.operator(headers(IAP))


@pytest.mark.parametrize("answer", [OSError("no route"), None])
def test_keys_that_cannot_be_read_let_nobody_in(answer: Exception | None) -> None:
    issuer = Issuer(IAP, broken=answer)
    if answer is None:
        issuer.served = b'{"keys": [1]}'
    with pytest.raises(Transient, match=r"gstatic\.com/iap/verify"):
        verifier(IAP, issuer).operator(headers(IAP))
