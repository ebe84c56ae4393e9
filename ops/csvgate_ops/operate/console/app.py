"""The console as a WSGI application for one context."""

import json
from typing import Final, Protocol

from flask import Flask, Response, g, make_response, render_template
from werkzeug.exceptions import HTTPException, NotFound

from csvgate.runtime.errors import Failure
from csvgate_ops.operate.console.jobs import Jobs
from csvgate_ops.operate.console.pages import safe_values, wording
from csvgate_ops.operate.console.pages.actions import actions_pages
from csvgate_ops.operate.console.pages.audit import audit_pages
from csvgate_ops.operate.console.pages.breakers import breakers_pages
from csvgate_ops.operate.console.pages.downloads import downloads_pages
from csvgate_ops.operate.console.pages.edit import edit_pages
from csvgate_ops.operate.console.pages.fresh import everywhere, fresh_pages
from csvgate_ops.operate.console.pages.jobs import jobs_pages
from csvgate_ops.operate.console.pages.letters import letters_pages
from csvgate_ops.operate.console.pages.overview import overview_figures, overview_pages
from csvgate_ops.operate.console.pages.uploads import uploads_pages
from csvgate_ops.operate.console.site import Site
from csvgate_ops.operate.dead_letters.content.masking import message_of, reason_of
from csvgate_ops.operate.dead_letters.next_action import main_of, offered_for_all
from csvgate_ops.operate.dead_letters.owners import WORDS, owner_of_letter
from csvgate_ops.operate.references import letter_reference, upload_reference
from csvgate_ops.operate.runbook import remedy
from csvgate_ops.security_headers import security_headers
from csvgate_ops.text import printable

_HTMX_FILE: Final = "htmx-2.0.11.min.js"
_HTMX_CONFIG: Final = {
    "allowEval": False,
    "allowScriptTags": False,
    "includeIndicatorStyles": False,
    "selfRequestsOnly": True,
    "historyEnabled": False,
    "historyCacheSize": 0,
    "refreshOnHistoryMiss": False,
    "timeout": 20_000,
}
"""Keeps htmx within the policy: it uses no eval and no inline style, and stores no page. After 20
seconds a request has failed."""
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_REFERRER: Final = "same-origin"
"""With `no-referrer`, a browser would send `Origin: null` even with our own forms."""
_MOST_SENT: Final = 64 * 1024 * 1024
"""The largest form in bytes: in a form, a letter of 10 MB may become three times as long."""


class AccessControl(Protocol):
    """Decides which requests are answered; `console.access` for the local console and
    `console.identity.service_access` for the deployed one."""

    def require(self, app: Flask) -> None:
        """Check every request to the app, and give its templates `csrf`."""


def create_app(
    site: Site, access: AccessControl, jobs: Jobs, *, static_path: str = "/static"
) -> Flask:
    """`static_path` is where style sheet, scripts and icon are served."""
    app = Flask(__name__, static_url_path=static_path)
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = _MOST_SENT
    app.config["MAX_FORM_PARTS"] = 100_000
    _templates(app, site)
    security_headers(app, _POLICY, _REFERRER)
    access.require(app)
    app.context_processor(lambda: everywhere(site, jobs))
    for blueprint in (
        overview_pages(site),
        uploads_pages(site),
        letters_pages(site),
        edit_pages(site, jobs),
        actions_pages(site, jobs),
        downloads_pages(site),
        jobs_pages(jobs),
        audit_pages(site),
        breakers_pages(site),
        fresh_pages(site, lambda: overview_figures(site)),
    ):
        app.register_blueprint(blueprint)
    app.register_error_handler(HTTPException, _error)
    app.register_error_handler(Failure, _failure)
    return app


def _templates(app: Flask, site: Site) -> None:
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.finalize = safe_values.shown
    environment.filters |= wording.filters(site.now)
    environment.filters |= {
        "lines": safe_values.lines,
        "exact": safe_values.exact,
        "path": safe_values.path,
        "with_code": safe_values.with_code,
        "clipped": safe_values.clipped,
        "message": lambda letter: message_of(letter, site.base),
        "remedy": lambda code: remedy(code) or "",
        "owner": owner_of_letter,
        "detail_of": lambda step, dataset: reason_of(
            step.what, step.detail, dataset or "", site.base
        ),
    }
    environment.globals |= {
        "printable": printable,
        "htmx_config": json.dumps(_HTMX_CONFIG),
        "htmx_file": _HTMX_FILE,
        "main_of": main_of,
        "offered_for_all": offered_for_all,
        "owner_words": WORDS,
        "letter_reference": letter_reference,
        "upload_reference": upload_reference,
    }


def _error(error: Exception) -> Response:
    """Without access, the error page shows nothing of the console."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered only for these
    if error.code == 404 and error.description == NotFound.description:
        error.description = "The console has no page with this address."
    g.without_access = error.code == 401 or g.get("without_access", False)
    template = "unauthorized.html" if g.without_access else "error.html"
    return make_response(render_template(template, error=error), error.code or 500)


def _failure(error: Exception) -> Response:
    """A service failed: the page shows the error."""
    return make_response(render_template("failure.html", reason=str(error)), 502)
