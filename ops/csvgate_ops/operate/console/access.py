"""Who may use the console: whoever has the printed address, in one browser, from our own pages."""

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode

from flask import Flask, abort, make_response, render_template, request
from werkzeug.wrappers import Response

TOKEN: Final = "token"  # noqa: S105 - a parameter's name
CSRF: Final = "csrf"


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Access:
    """The secrets of one run of the console. The address's token is not the cookie's: an address is
    kept in a browser's history."""

    token: str = field(default_factory=_secret)
    session: str = field(default_factory=_secret)
    csrf: str = field(default_factory=_secret)
    _tickets: set[str] = field(default_factory=set)

    def ticket(self) -> str:
        """A token that lets in once: a browser's command line can be read by other users."""
        ticket = _secret()
        self._tickets.add(ticket)
        return ticket

    def require(self, app: Flask) -> None:
        """On every request to the app."""
        app.before_request(self._check)
        app.context_processor(lambda: {"csrf": self.csrf})

    def _check(self) -> Response | None:
        given = request.args.get(TOKEN)
        if given is not None and request.method == "GET":
            if not (self._punched(given) or _same(given, self.token)):
                abort(401, "This address belongs to another run of the console.")
            return self._enter()
        if not _same(request.cookies.get(_cookie_name(), ""), self.session):
            abort(401, "The console wants the address that `csvgate console` printed.")
        if request.method not in ("GET", "HEAD"):
            self._check_write()
        return None

    def _punched(self, given: str) -> bool:
        """Whether it was a ticket; it is none any more."""
        try:
            self._tickets.remove(given)
        except KeyError:
            return False
        return True

    def _enter(self) -> Response:
        """A page that sets the cookie and goes on to the same address without the token. No
        redirect: where another site led here, a browser would keep a Strict cookie from it."""
        rest = [(n, v) for n, v in request.args.items(multi=True) if n != TOKEN]
        # A path such as //elsewhere would lead to another host.
        path = quote("/" + request.path.lstrip("/\\"))
        target = f"{path}?{urlencode(rest)}" if rest else path
        answer = make_response(render_template("enter.html", target=target))
        answer.set_cookie(_cookie_name(), self.session, httponly=True, samesite="Strict", path="/")
        return answer

    def _check_write(self) -> None:
        if not _same(request.form.get(CSRF, ""), self.csrf):
            abort(403, "This form is not from this run of the console. Go back, reload, try again.")
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        if site != "same-origin" or origin not in (None, f"http://{request.host}"):
            abort(403, "This form is from another site.")


def _cookie_name() -> str:
    """Browsers share cookies between the ports of a host; two consoles must not."""
    return f"csvgate-console-{request.environ.get('SERVER_PORT', '')}"


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
