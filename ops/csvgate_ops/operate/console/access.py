"""Access control: a browser gets in with the printed address, and forms only from our own pages."""

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode

from flask import Flask, abort, make_response, render_template, request
from werkzeug.wrappers import Response

from csvgate_ops.local.loopback.guard import guard

TOKEN: Final = "token"  # noqa: S105 - a parameter's name
CSRF: Final = "csrf"


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Access:
    """The secrets of one run of the console. The cookie has another secret than the address,
    because addresses stay in the browser's history."""

    token: str = field(default_factory=_secret)
    session: str = field(default_factory=_secret)
    csrf: str = field(default_factory=_secret)
    _tickets: set[str] = field(default_factory=set)

    def ticket(self) -> str:
        """Return a token that can be used once: other users can read the command line of a
        browser."""
        ticket = _secret()
        self._tickets.add(ticket)
        return ticket

    def require(self, app: Flask) -> None:
        """Check every request to the app."""
        guard(app, "console")
        app.before_request(self._check)
        app.context_processor(lambda: {"csrf": self.csrf})

    def _check(self) -> Response | None:
        given = request.args.get(TOKEN)
        if given is not None and request.method == "GET":
            if not (self._use_ticket(given) or _same(given, self.token)):
                abort(
                    401,
                    "This address belongs to another run of the console. Open the address that"
                    " `csvgate console` prints.",
                )
            return self._sign_in()
        if _is_part_of_our_page():
            return None
        if not _same(request.cookies.get(_cookie_name(), ""), self.session):
            abort(401, "Open the address that `csvgate console` printed when it started.")
        if request.method not in ("GET", "HEAD"):
            self._check_write()
        return None

    def _use_ticket(self, given: str) -> bool:
        """Return whether it was a valid ticket. It is not valid any longer."""
        try:
            self._tickets.remove(given)
        except KeyError:
            return False
        return True

    def _sign_in(self) -> Response:
        """Return a page that sets the cookie and goes on to the same address without the token. It
        is not a redirect, because after a link from another site the browser would not send a
        Strict cookie to a redirect's target."""
        rest = [(n, v) for n, v in request.args.items(multi=True) if n != TOKEN]
        # A path such as //elsewhere would lead to another host.
        path = quote("/" + request.path.lstrip("/\\"))
        target = f"{path}?{urlencode(rest)}" if rest else path
        answer = make_response(render_template("sign_in.html", target=target))
        answer.set_cookie(_cookie_name(), self.session, httponly=True, samesite="Strict", path="/")
        return answer

    def _check_write(self) -> None:
        if not _same(request.form.get(CSRF, ""), self.csrf):
            abort(
                403,
                "This form is from an earlier run of the console. Reload the page and try again.",
            )
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        if site != "same-origin" or origin not in (None, f"http://{request.host}"):
            abort(403, "This form was sent by another site, so nothing was done.")


def _is_part_of_our_page() -> bool:
    """Return whether one of our own pages asks for its style sheet, script or icon. The page that
    reports missing access needs them too. Other sites get an error, which does not reveal that a
    console runs here."""
    return request.endpoint == "static" and request.headers.get("Sec-Fetch-Site") == "same-origin"


def _cookie_name() -> str:
    """The name contains the port, because browsers share cookies between the ports of a host."""
    return f"csvgate-console-{request.environ.get('SERVER_PORT', '')}"


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
