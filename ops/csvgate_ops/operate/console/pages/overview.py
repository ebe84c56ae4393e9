"""The overview: the state of everything on one page."""

from typing import Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from csvgate_ops.operate.console.letter_chart import letter_chart
from csvgate_ops.operate.console.overview import OVERS, Over, fitting, overview
from csvgate_ops.operate.console.pages.charts import peak, width
from csvgate_ops.operate.console.site import Site, reading_page, wait_for_reading
from csvgate_ops.operate.dead_letters.groups import groups
from csvgate_ops.operate.upload_index.listing import Listing

_PATIENCE: Final = 5.0
"""Seconds that Refresh waits. If reading takes longer, the page still shows the last reading."""


def overview_pages(site: Site) -> Blueprint:
    pages = Blueprint("overview", __name__)

    @pages.get("/")
    def index() -> str | Response:
        reading = wait_for_reading(site.uploads)
        if reading.value is None:
            return reading_page("uploads", reading)
        return render_template(
            "overview.html",
            reading=reading,
            now=site.now(),
            overs=OVERS,
            share=width,
            peak=peak,
            breakers=wait_for_reading(site.breakers).value or (),
            **_uploads(site, reading.value),
            **_letters(site),
        )

    @pages.post("/refresh")
    def refresh() -> AnyResponse:
        """Read everything again."""
        site.refresh()
        for snapshot in (site.letters, site.uploads, site.breakers):
            snapshot.current(_PATIENCE)
        return redirect(_own(request.form.get("next", "")), 303)

    return pages


def _own(target: str) -> str:
    """Return the page that asked for the refresh, if it is one of the console's."""
    parts = urlsplit(target)
    inside = target.startswith("/") and not target.startswith(("//", "/\\"))
    if not inside or parts.netloc or not target.isprintable():
        return url_for("overview.index")
    return target


def _uploads(site: Site, uploads: Listing) -> dict[str, Any]:
    asked: dict[str, Over] = {over: over for over in OVERS}
    over = asked.get(request.args.get("over", "")) or fitting(uploads, site.now())
    return {
        "view": overview(uploads, over, site.now()),
        "letter_chart": letter_chart(site.known_letters(), over, site.now()),
        "listed": len(uploads.uploads),
        "listed_since": uploads.uploads[-1].received_at if uploads.uploads else None,
    }


def _letters(site: Site) -> dict[str, Any]:
    reading = wait_for_reading(site.letters)
    if reading.value is None:
        return {"letters": None, "letters_error": reading.error, "codes": (), "oldest": None}
    letters = reading.value.letters
    oldest = min(letters, key=lambda letter: letter.dead_lettered_at, default=None)
    return {
        "letters": letters,
        "letters_error": reading.error,
        "codes": groups(letters),
        "oldest": oldest,
    }
