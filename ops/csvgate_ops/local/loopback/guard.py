"""Protects loopback pages from requests by other websites."""

import re
from typing import Final

from flask import Flask, Response, abort, request

_LOOPBACK_HOST: Final = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")


def guard(app: Flask, name: str, policy: str, referrer: str = "no-referrer") -> None:
    """Refuse requests for other host names, and add security headers to every response.

    `policy` is the Content-Security-Policy of pages that do not set one themselves.
    """

    def refuse_other_hosts() -> None:
        """Prevent DNS rebinding: another website may point its host name at loopback."""
        if not _LOOPBACK_HOST.fullmatch(request.environ.get("HTTP_HOST", "")):
            abort(403, f"The {name} accepts requests for loopback host names only.")

    def headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = referrer
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "no-store"
        return response

    app.before_request(refuse_other_hosts)
    app.after_request(headers)
