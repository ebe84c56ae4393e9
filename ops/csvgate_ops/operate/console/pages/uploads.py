"""Uploads, and one of them from arrival to email."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort, render_template, request

from csvgate_ops.operate.console.overview import loaded, rejected
from csvgate_ops.operate.console.pages.paging import page
from csvgate_ops.operate.console.site import Site, patiently, waiting
from csvgate_ops.operate.hints import hints
from csvgate_ops.operate.upload_list import Arrival
from csvgate_ops.operate.uploads import UploadStatus


@dataclass(frozen=True, slots=True)
class _Row:
    arrival: Arrival
    status: UploadStatus
    letters: int

    @property
    def loaded(self) -> int:
        return loaded(self.status)

    @property
    def rejected(self) -> int:
        return rejected(self.status)


def uploads_pages(site: Site) -> Blueprint:
    pages = Blueprint("uploads", __name__, url_prefix="/uploads")

    @pages.get("/")
    def index() -> str | Response:
        reading = patiently(site.uploads)
        if reading.value is None:
            return waiting("uploads", reading)
        text = request.args.get("text", "").strip()
        shown = page(_matching(reading.value.arrivals, text), request.args.get("page", ""))
        told = site.uploads_index.told(arrival.upload.id for arrival in shown.items)
        letters = _letters_by_upload(site)
        rows = [
            _Row(arrival, status, letters[status.id])
            for arrival, status in zip(shown.items, told, strict=True)
        ]
        return render_template("uploads.html", reading=reading, page=shown, rows=rows, text=text)

    @pages.get("/<upload_id>")
    def one(upload_id: str) -> str:
        status = site.uploads_index.fresh(upload_id) if _is_id(upload_id) else None
        if status is None or status.state == "unknown":
            abort(404, "The ledger knows no such upload.")
        return render_template(
            "upload.html",
            hints=list(hints(status, site.breakers.current().value or (), _options(site))),
            status=status,
            loaded=loaded(status),
            rejected=rejected(status),
            letters=_letters_by_upload(site)[upload_id],
        )

    return pages


def _options(site: Site) -> str:
    """What the commands in hints need to be pointed here."""
    return "" if site.is_local else f" --project {site.project}"


def _matching(arrivals: Sequence[Arrival], text: str) -> Sequence[Arrival]:
    """By a part of the object's name or the dataset, or the beginning of the id."""
    wanted = text.casefold()
    return [
        arrival
        for arrival in arrivals
        if wanted in arrival.upload.name.casefold()
        or wanted in arrival.dataset
        or arrival.upload.id.startswith(wanted)
    ]


def _letters_by_upload(site: Site) -> Counter[str]:
    return Counter(letter.upload for letter in site.known_letters() if letter.upload)


def _is_id(upload_id: str) -> bool:
    """Anything else could be part of the name of another object in the ledger."""
    return bool(upload_id) and set(upload_id) <= set("0123456789abcdef")
