"""Google's part in signing in: signs tokens, and serves the public keys. No network."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from google.auth import crypt, jwt

IAP, ID_TOKEN = "iap", "id-token"
AUDIENCES = {
    IAP: "/projects/4711/locations/europe-west1/services/operators-console",
    ID_TOKEN: "https://operators-console-4711.europe-west1.run.app",
}
ISSUERS = {IAP: "https://cloud.google.com/iap", ID_TOKEN: "https://accounts.google.com"}
ADA = "ada@example.com"
KEYS_VARIABLE = "CSVGATE_TEST_KEYS"
"""Names the public keys for a process that must not ask Google, as JSON of ids and PEM texts."""


@cache
def keys(kind: str, name: str) -> tuple[str, str]:
    """A private and a public key in PEM format. The name tells several keys apart."""
    private: Any
    if kind == IAP:
        private = ec.generate_private_key(ec.SECP256R1())
    else:
        private = rsa.generate_private_key(65537, 2048)
    encoded = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded.decode(), public.decode()


def token(kind: str = IAP, *, key: str = "k1", signed_with: str = "k1", **claims: object) -> str:
    now = int(time.time())
    payload = {
        "iss": ISSUERS[kind],
        "aud": AUDIENCES[kind],
        "email": ADA,
        "email_verified": True,
        "sub": "accounts.google.com:1",
        "iat": now,
        "exp": now + 600,
        **claims,
    }
    signer: Any = crypt.ES256Signer if kind == IAP else crypt.RSASigner
    private = signer.from_string(keys(kind, signed_with)[0], key_id=key)
    encode: Any = jwt.encode
    made: bytes = encode(private, {k: v for k, v in payload.items() if v is not None})
    return made.decode()


def headers(kind: str = IAP, **claims: Any) -> dict[str, str]:
    """The headers of a request that Google has let through."""
    made = token(kind, **claims)
    if kind == ID_TOKEN:
        return {"Authorization": f"Bearer {made}"}
    email = str(claims.get("email", ADA))
    return {
        "X-Goog-IAP-JWT-Assertion": made,
        "X-Goog-Authenticated-User-Email": f"accounts.google.com:{email}",
    }


@dataclass
class Issuer:
    """Serves the public keys, and counts how often they are fetched."""

    kind: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    names: tuple[str, ...] = ("k1",)
    fetched: int = 0
    broken: Exception | None = None
    served: bytes = b""
    """What is served instead of the keys."""

    def read(self, _url: str) -> bytes:
        self.fetched += 1
        if self.broken is not None:
            raise self.broken
        return self.served or json.dumps(self.keys()).encode()

    def keys(self) -> Mapping[str, str]:
        return {name: keys(self.kind, name)[1] for name in self.names}

    def clock(self) -> datetime:
        return self.now
