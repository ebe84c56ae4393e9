"""Reading again, when somebody asks for it."""

from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from csvgate_ops.operate.console.site import Site

_PATIENCE: Final = 5.0
"""Seconds waited for it: what takes longer arrives while the last reading is shown."""


def refresh(site: Site) -> Blueprint:
    pages = Blueprint("site", __name__)

    @pages.post("/refresh", endpoint="refresh")
    def again() -> Response:
        site.refresh()
        for snapshot in (site.letters, site.uploads, site.breakers):
            snapshot.current(_PATIENCE)
        return redirect(_own(request.form.get("next", "")), 303)

    return pages


def _own(target: str) -> str:
    """The page it was asked from, if it is one of ours."""
    parts = urlsplit(target)
    inside = target.startswith("/") and not target.startswith(("//", "/\\"))
    if not inside or parts.netloc or not target.isprintable():
        return url_for("overview.index")
    return target
