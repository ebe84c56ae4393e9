"""How things stand, on one page."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from csvgate_ops.operate.console.overview import OVERS, Over, fitting, overview
from csvgate_ops.operate.console.pages.charts import peak, width
from csvgate_ops.operate.console.site import Site, patiently, waiting
from csvgate_ops.operate.console.uploads_index import NEWEST, Uploads
from csvgate_ops.operate.dead_letters.groups import groups


def overview_pages(site: Site) -> Blueprint:
    pages = Blueprint("overview", __name__)

    @pages.get("/")
    def index() -> str | Response:
        reading = patiently(site.uploads)
        if reading.value is None:
            return waiting("uploads", reading)
        return render_template(
            "overview.html",
            reading=reading,
            now=site.now(),
            overs=OVERS,
            share=width,
            peak=peak,
            breakers=patiently(site.breakers).value or (),
            **_uploads(site, reading.value),
            **_letters(site),
        )

    return pages


def _uploads(site: Site, uploads: Uploads) -> dict[str, Any]:
    asked: dict[str, Over] = {over: over for over in OVERS}
    over = asked.get(request.args.get("over", "")) or fitting(uploads.newest, site.now())
    return {
        "view": overview(uploads.newest, over, site.now()),
        "truncated": len(uploads.arrivals) > NEWEST,
        "newest": NEWEST,
        "all_uploads": len(uploads.arrivals),
    }


def _letters(site: Site) -> dict[str, Any]:
    reading = patiently(site.letters)
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
