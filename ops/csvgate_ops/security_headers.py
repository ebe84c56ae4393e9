"""Security headers of the pages that csvgate serves."""

from flask import Flask, Response


def security_headers(app: Flask, policy: str, referrer: str = "no-referrer") -> None:
    """Add security headers to every response.

    `policy` is the Content-Security-Policy of pages that do not set one themselves.
    """

    def headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = referrer
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "no-store"
        return response

    app.after_request(headers)
