"""Access control of the deployed console: every request must prove who sends it."""

import hmac
import logging
import re
import secrets
from collections.abc import Collection
from typing import Final

from flask import Flask, Response, abort, g, request

from csvgate.runtime.errors import Transient
from csvgate_ops.operate.audit import Operator
from csvgate_ops.operate.console.identity.proofs import NotProven, Verifier

CSRF: Final = "csrf"
COOKIE: Final = "__Host-csvgate-csrf"
"""Browsers accept a cookie with this prefix only over HTTPS and from this host itself, so another
host of the domain cannot set it."""
API: Final = "/api/"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_LOG: Final = logging.getLogger(__name__)


def current_operator() -> Operator:
    """Return who sends the current request. Raises RuntimeError outside of a request and
    AttributeError before it was checked, so nothing is recorded under a wrong name."""
    found: Operator = g.operator
    return found


class ServiceAccess:
    """Keeps nothing between requests, so that another instance can answer the next one.

    A form carries the same random text as a cookie that other sites cannot read or set, and the
    browser has to say that our own page sends it.
    """

    def __init__(self, verifier: Verifier, members: Collection[str] | None = None) -> None:
        """`members` are the email addresses that have access; None if IAM alone decides, as it
        must for groups."""
        self._verifier = verifier
        self._members = None if members is None else frozenset(m.lower() for m in members)

    def require(self, app: Flask) -> None:
        """Check every request to the app."""
        app.before_request(self._check)
        app.after_request(_set_cookie)
        app.context_processor(lambda: {CSRF: _token()})

    def is_member(self, operator: Operator) -> bool:
        """Return whether the operator has access, as far as the console knows. Only IAM knows who
        is in a group."""
        return self._members is None or operator.name in self._members

    def _check(self) -> None:
        try:
            operator = self._verifier.operator(request.headers)
        except NotProven as why:
            _LOG.warning("a request was refused: %s", why)
            abort(401, f"The console cannot verify who you are: {why}.")
        except Transient as failure:
            _LOG.warning("identities cannot be verified: %s", failure)
            g.without_access = True
            abort(503, "The console cannot verify identities at the moment. Try again later.")
        if not self.is_member(operator):
            _LOG.warning("%s is not a member", operator.name)
            abort(401, f"{operator.name} is not a member of this console.")
        g.operator = operator
        if request.method not in ("GET", "HEAD"):
            _check_write()
        elif self._verifier.sign_in == "id-token" and not request.path.startswith(API):
            _check_page()


def _check_write() -> None:
    cookie = request.cookies.get(COOKIE, "")
    given = request.form.get(CSRF, "")
    if not _TOKEN.fullmatch(cookie) or not hmac.compare_digest(given.encode(), cookie.encode()):
        abort(403, "This form is too old. Reload the page and try again.")
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if origin is None and site is None:
        abort(403, "The browser does not say which site sent this form, so nothing was done.")
    own = origin is None or origin == f"https://{request.host}"
    if site not in (None, "same-origin") or not own:
        abort(403, "This form was sent by another site, so nothing was done.")


def _check_page() -> None:
    """Pages are for browsers. A program that adds a person's ID token to the requests of a browser
    must not do so for other sites, which may have pointed their host name at it."""
    if request.headers.get("Sec-Fetch-Site") not in ("same-origin", "none"):
        abort(403, f"Another site, or not a browser, asks for this page. Programs use {API}.")


def _token() -> str:
    """Return the text of the cookie, or a new one that the response sets."""
    if not hasattr(g, "csrf"):
        known = request.cookies.get(COOKIE, "")
        g.is_new = not _TOKEN.fullmatch(known)
        g.csrf = secrets.token_urlsafe(32) if g.is_new else known
    token: str = g.csrf
    return token


def _set_cookie(response: Response) -> Response:
    if getattr(g, "is_new", False) and hasattr(g, "operator"):
        response.set_cookie(COOKIE, g.csrf, secure=True, httponly=True, samesite="Strict", path="/")
    return response
