"""Verify the signed tokens by which Google states who sends a request.

Behind Identity-Aware Proxy, the proof is the assertion that the proxy adds to each request. Without
it, the caller sends an ID token for the console's address. Cloud Run has checked the caller before,
but it removes the signature of the token that it has checked, so a caller who authenticates by an
ID token sends it twice: in `X-Serverless-Authorization` for Cloud Run and in `Authorization` for
the console.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Protocol

from csvgate_ops.operate.audit import Operator
from csvgate_ops.operate.console.identity.public_keys import Fetch, PublicKeys, fetch

ASSERTION: Final = "X-Goog-IAP-JWT-Assertion"
NAMED: Final = "X-Goog-Authenticated-User-Email"
"""The proxy names the user here too, as `accounts.google.com:ada@example.com`; without the
assertion it proves nothing, because anybody can send a header."""
BEARER: Final = "Authorization"
_LONGEST: Final = 16 * 1024
"""The most characters of a token; Google's have about 1,000."""
_SKEW: Final = 30
"""Seconds by which the clocks of the issuer and of this machine may differ."""

SignIn = Literal["iap", "id-token"]


class Headers(Protocol):
    """The headers of a request; their names are compared without regard to case."""

    def get(self, name: str, default: str, /) -> str:
        """Return the value of a header."""


class NotProven(Exception):
    """The request does not prove who sends it. The message says why, without the token."""


@dataclass(frozen=True, slots=True)
class _Issuer:
    keys_url: str
    names: tuple[str, ...]
    algorithm: str


_ISSUERS: Final[Mapping[SignIn, _Issuer]] = {
    "iap": _Issuer(
        "https://www.gstatic.com/iap/verify/public_key", ("https://cloud.google.com/iap",), "ES256"
    ),
    "id-token": _Issuer(
        "https://www.googleapis.com/oauth2/v1/certs",
        ("https://accounts.google.com", "accounts.google.com"),
        "RS256",
    ),
}


class Verifier:
    """Verifies the proofs of one way to sign in, for one audience. Safe to use from several
    threads."""

    def __init__(
        self,
        sign_in: SignIn,
        audience: str,
        clock: Callable[[], datetime],
        read: Fetch = fetch,
    ) -> None:
        """`audience` is the address of the console or, for Identity-Aware Proxy,
        `/projects/NUMBER/locations/REGION/services/SERVICE`."""
        if not audience:
            raise ValueError("without an audience, tokens for other services would be accepted")
        self.sign_in, self._audience = sign_in, audience
        self._issuer = _ISSUERS[sign_in]
        self._keys = PublicKeys(self._issuer.keys_url, read, clock)

    def operator(self, headers: Headers) -> Operator:
        """Return who sends a request with these headers. Raises NotProven, and Transient when the
        issuer's keys cannot be read."""
        claims = self._claims(self._token(headers))
        email = claims.get("email")
        if not isinstance(email, str) or "@" not in email or not email.isprintable():
            raise NotProven("the token does not name an email address")
        if self.sign_in == "id-token" and claims.get("email_verified") is not True:
            raise NotProven("the email address in the token is not verified")
        named = headers.get(NAMED, "")
        if self.sign_in == "iap" and named and named.rpartition(":")[2].lower() != email.lower():
            raise NotProven(f"{NAMED} names somebody else than the assertion")
        return Operator(email.lower(), self.sign_in)

    def _token(self, headers: Headers) -> str:
        if self.sign_in == "iap":
            token = headers.get(ASSERTION, "")
        else:
            scheme, _, token = headers.get(BEARER, "").partition(" ")
            token = token.strip() if scheme.lower() == "bearer" else ""
        if not token:
            wanted = ASSERTION if self.sign_in == "iap" else f"{BEARER}: Bearer"
            raise NotProven(f"the request has no {wanted}")
        if len(token) > _LONGEST or not token.isascii():
            raise NotProven("the token is malformed")
        return token

    def _claims(self, token: str) -> Mapping[str, Any]:
        from google.auth import exceptions
        from google.auth import jwt as untyped

        jwt: Any = untyped
        try:
            header = jwt.decode_header(token)
            key_id = header.get("kid")
            key = self._keys.get(key_id) if isinstance(key_id, str) else None
            if header.get("alg") != self._issuer.algorithm or key is None:
                raise NotProven("the token is not signed with a current key of its issuer")
            claims: Mapping[str, Any] = jwt.decode(
                token,
                certs={key_id: key},
                audience=self._audience,
                clock_skew_in_seconds=_SKEW,
            )
        except (exceptions.GoogleAuthError, ValueError) as error:
            # The library's message quotes the token.
            raise NotProven("the token is malformed, expired or for another service") from error
        if claims.get("iss") not in self._issuer.names:
            raise NotProven("the token is from another issuer")
        return claims
