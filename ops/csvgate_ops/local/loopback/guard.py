"""Protects loopback pages from requests by other websites."""

from flask import Flask, abort, request

from csvgate_ops.local.loopback.policy import refusal


def guard(app: Flask, name: str) -> None:
    """Refuse requests for other host names or by other websites."""

    def refuse_other_sites() -> None:
        reason = refusal(request.environ.get("HTTP_HOST", ""), request.headers.get("Origin"))
        if reason:
            abort(403, f"The {name} refuses this request: {reason}.")

    app.before_request(refuse_other_sites)
