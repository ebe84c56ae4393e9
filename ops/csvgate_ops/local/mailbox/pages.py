"""Shows the emails as web pages and as JSON."""

import json
from datetime import datetime
from html.parser import HTMLParser
from typing import Any, Final

from flask import Blueprint, Response, abort, jsonify, render_template, request, url_for

from csvgate_ops.local.mailbox.store import EmailStore, StoredEmail

_PAGE: Final = 50
_MOST: Final = 1000
_EMAIL_POLICY: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
"""The policy for the HTML of an email, which is untrusted: no scripts, no requests, and an opaque
origin."""


def pages(store: EmailStore) -> Blueprint:
    site = Blueprint("pages", __name__, template_folder="templates", static_folder="static")
    site.add_app_template_filter(_time, "time")

    @site.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok", emails=store.count())

    @site.get("/")
    def index() -> str:
        found = _search(store, _PAGE + 1)
        emails, more = found[:_PAGE], len(found) > _PAGE
        return render_template("mailbox_list.html", emails=emails, more=more, total=store.count())

    @site.get("/emails.json")
    def index_json() -> Response:
        limit = min(max(_number("limit") or _MOST, 1), _MOST)
        return jsonify([_summary(email) for email in _search(store, limit)])

    @site.get("/emails/<message_id>.json")
    def email_json(message_id: str) -> Response:
        email = _found(store, message_id)
        html, text = email.content("text/html"), email.content("text/plain")
        return jsonify({**_summary(email), "html": html, "text": text, "request": email.request})

    @site.get("/emails/<message_id>")
    def email_page(message_id: str) -> str:
        email = _found(store, message_id)
        return render_template(
            "mailbox_email.html",
            email=email,
            html=email.content("text/html"),
            text=email.content("text/plain"),
            links=_links(email.content("text/html") or ""),
            raw=json.dumps(email.request, indent=2, ensure_ascii=False),
        )

    @site.get("/emails/<message_id>/body.html")
    def email_body(message_id: str) -> Response:
        html = _found(store, message_id).content("text/html")
        if html is None:
            abort(404, "This email has no HTML part.")
        response = Response(html, mimetype="text/html")
        response.headers["Content-Security-Policy"] = _EMAIL_POLICY
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response

    return site


def _found(store: EmailStore, message_id: str) -> StoredEmail:
    email = store.get(message_id)
    if email is None:
        abort(404, "There is no email with this id.")
    return email


def _search(store: EmailStore, limit: int) -> list[StoredEmail]:
    """Return the emails that match the query's `to`, `upload_id` and `before`, newest first."""
    return store.newest(
        to=request.args.get("to"),
        upload_id=request.args.get("upload_id"),
        before=_number("before"),
        limit=limit,
    )


def _number(name: str) -> int | None:
    value = request.args.get(name)
    if value is not None and not (value.isascii() and value.isdecimal() and len(value) < 16):
        abort(400, f"The parameter {name} must be a number.")
    return int(value) if value else None


def _summary(email: StoredEmail) -> dict[str, Any]:
    return {
        "id": email.id,
        "number": email.number,
        "received_at": email.received_at,
        "from": email.sender,
        "to": email.to,
        "subject": email.subject,
        "custom_args": email.custom_args,
        "url": url_for("pages.email_page", message_id=email.id, _external=True),
    }


def _time(stored: str) -> str:
    return f"{datetime.fromisoformat(stored):%d %b %Y, %H:%M:%S} UTC"


def _links(html: str) -> list[str]:
    """Return the distinct web links of the email, which cannot be followed in its sandbox."""
    found: list[str] = []

    class Anchors(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            target = dict(attrs).get("href") or ""
            if tag == "a" and target.startswith(("https://", "http://")) and target not in found:
                found.append(target)

    Anchors().feed(html)
    return found
