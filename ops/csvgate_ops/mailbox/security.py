"""What keeps a web page elsewhere, or an email shown here, from doing anything."""

import re
from typing import Final

from flask import Flask, Response, abort, request

_LOOPBACK_HOST: Final = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")
PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
EMAIL_POLICY: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
"""For the HTML of an email, which is anybody's: no script, nothing fetched, its own origin."""


def protect(app: Flask) -> None:
    app.before_request(_refuse_other_hosts)
    app.after_request(_headers)


def _refuse_other_hosts() -> None:
    """A name that a web page elsewhere has pointed at loopback (DNS rebinding) is not ours."""
    if not _LOOPBACK_HOST.fullmatch(request.environ.get("HTTP_HOST", "")):
        abort(403, "the mailbox answers to loopback names only")


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response
