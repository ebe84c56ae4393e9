"""What keeps a web page elsewhere from asking ours for anything."""

import re
from typing import Final

from flask import Flask, Response, abort, request

_LOOPBACK_HOST: Final = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")


def guard(app: Flask, name: str, policy: str, referrer: str = "no-referrer") -> None:
    """Refuse requests that name another host, and send the security headers with every answer.
    `policy` is the Content-Security-Policy where a page sets none of its own."""

    def refuse_other_hosts() -> None:
        """A name that a web page elsewhere has pointed at loopback (DNS rebinding) is not ours."""
        if not _LOOPBACK_HOST.fullmatch(request.environ.get("HTTP_HOST", "")):
            abort(403, f"the {name} answers to loopback names only")

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
