"""The overview: the state of everything on one page."""

from typing import Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from csvgate_ops.operate.console.freshness import ON_OVERVIEW
from csvgate_ops.operate.console.letter_chart import letter_chart
from csvgate_ops.operate.console.overview import OVERS, Over, Period, fitting, overview, unrecorded
from csvgate_ops.operate.console.pages.charts import peak, width
from csvgate_ops.operate.console.site import Site, reading_page, wait_for_reading
from csvgate_ops.operate.console.verdict import verdict
from csvgate_ops.operate.dead_letters.groups import groups
from csvgate_ops.operate.dead_letters.owners import of_operator
from csvgate_ops.operate.upload_index.listing import Listing

_PATIENCE: Final = 5.0
"""Seconds that Refresh waits. If reading takes longer, the page still shows the last reading."""

_MOST_OF_UPLOADERS: Final = 10
"""Groups of uploaders' letters on the overview; the operator's are all there."""


def overview_pages(site: Site) -> Blueprint:
    pages = Blueprint("overview", __name__)

    @pages.get("/")
    def index() -> str | Response:
        wait_for_reading(site.letters)
        wait_for_reading(site.breakers)
        reading = wait_for_reading(site.uploads)
        if (figures := overview_figures(site)) is None:
            return reading_page("uploads", reading)
        return render_template("overview.html", **figures)

    @pages.post("/refresh")
    def refresh() -> AnyResponse:
        """Read everything again."""
        site.refresh()
        for snapshot in (site.letters, site.uploads, site.breakers):
            snapshot.current(_PATIENCE)
        return redirect(_own(request.form.get("next", "")), 303)

    return pages


def overview_figures(site: Site) -> dict[str, Any] | None:
    """Return what the overview shows of the last readings, over the period that the request asks
    for. None before the first reading of the uploads."""
    # Determined before the figures, which are then at least as new.
    fresh = site.freshness(ON_OVERVIEW)
    uploads = site.uploads.current().value
    if uploads is None:
        return None
    return {
        "fresh": fresh,
        "read_times": fresh.ages,
        "here": url_for("overview.index", over=request.args.get("over")),
        "overs": OVERS,
        "share": width,
        "peak": peak,
        **_uploads(site, uploads),
        **_letters(site, is_fresh=not fresh.stale and not fresh.failed),
    }


def _own(target: str) -> str:
    """Return the page that asked for the refresh, if it is one of the console's."""
    parts = urlsplit(target)
    inside = target.startswith("/") and not target.startswith(("//", "/\\"))
    if not inside or parts.netloc or not target.isprintable():
        return url_for("overview.index")
    return target


def _uploads(site: Site, uploads: Listing) -> dict[str, Any]:
    asked: dict[str, Over] = {over: over for over in OVERS}
    now, read_at = site.now(), site.uploads.current().read_at
    over = asked.get(request.args.get("over", "")) or fitting(uploads, now)
    since = Period.of(over, now).since
    return {
        "unrecorded": len(unrecorded(site.known_letters(), uploads, read_at or now, since)),
        "view": overview(uploads, over, now),
        "letter_chart": letter_chart(site.known_letters(), over, now),
        "listed_uploads": len(uploads.uploads),
        "listed_since": uploads.uploads[-1].received_at if uploads.uploads else None,
    }


def _letters(site: Site, *, is_fresh: bool) -> dict[str, Any]:
    reading, breakers = site.letters.current(), site.breakers.current()
    known = {"breakers": breakers.value or ()}
    if reading.value is None:
        nothing = {"letters": None, "codes": (), "oldest": None, "verdict": None, "mine": ()}
        return known | nothing | {"letters_error": reading.error}
    letters = reading.value.letters
    mine, codes = of_operator(letters), groups(letters)
    yours = [group for group in codes if group.owner == "operator"]
    oldest = min(mine, key=lambda letter: letter.published_at, default=None)
    is_complete = (
        reading.value.complete
        and not reading.value.unfinished
        and breakers.value is not None
        and is_fresh
    )
    return known | {
        "verdict": verdict(letters, breakers.value or (), is_complete=is_complete),
        "letters": letters,
        "letters_error": reading.error,
        "mine": mine,
        "codes": codes,
        "shown_codes": [*yours, *codes[len(yours) :][:_MOST_OF_UPLOADERS]],
        "oldest": oldest,
    }
