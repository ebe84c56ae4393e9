"""The mailbox's WSGI application."""

from typing import Final

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError

from csvgate_ops.local.loopback.guard import guard
from csvgate_ops.local.mailbox.faults import Faults
from csvgate_ops.local.mailbox.pages import pages
from csvgate_ops.local.mailbox.rules import errors
from csvgate_ops.local.mailbox.send_api import send_api
from csvgate_ops.local.mailbox.store import EmailStore
from csvgate_ops.security_headers import security_headers

_HARD_LIMIT: Final = 64 * 1024 * 1024
"""Above SendGrid's limit: a body up to this size is read, so that the client receives the 413."""
_PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def create_app(store: EmailStore) -> Flask:
    app = Flask("csvgate-mailbox", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _HARD_LIMIT
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    guard(app, "mailbox")
    security_headers(app, _PAGE_POLICY)
    app.register_blueprint(send_api(store, Faults()))
    app.register_blueprint(pages(store))
    app.register_error_handler(HTTPException, _error)
    return app


def _error(error: Exception) -> Response:
    """Return the error as JSON to programs and as a page to people."""
    known = error if isinstance(error, HTTPException) else InternalServerError()
    if request.path.startswith(("/v3/", "/_faults")) or request.path.endswith(".json"):
        response = jsonify(errors((str(known.description), None, None)))
    else:
        response = Response(render_template("mailbox_error.html", error=known))
    response.status_code = known.code or 500
    return response
