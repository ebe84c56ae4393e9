"""Protects loopback pages from requests by other websites."""

from flask import Flask, Response, abort, request

from csvgate_ops.local.loopback.policy import refusal


def guard(app: Flask, name: str, policy: str, referrer: str = "no-referrer") -> None:
    """Refuse requests for other host names or by other websites, and add security headers to every
    response.

    `policy` is the Content-Security-Policy of pages that do not set one themselves.
    """

    def refuse_other_sites() -> None:
        reason = refusal(request.environ.get("HTTP_HOST", ""), request.headers.get("Origin"))
        if reason:
            abort(403, f"The {name} refuses this request: {reason}.")

    def headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = referrer
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "no-store"
        return response

    app.before_request(refuse_other_sites)
    app.after_request(headers)
