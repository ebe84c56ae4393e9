"""Uploads: the list, and one upload from its arrival to its email."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, abort, render_template, request

from csvgate_ops.operate.console.overview import loaded
from csvgate_ops.operate.console.pages.paging import page
from csvgate_ops.operate.console.site import Site, reading_page, wait_for_reading
from csvgate_ops.operate.dead_letters.content.masking import contract_of_upload, mask_of_upload
from csvgate_ops.operate.hints import hints
from csvgate_ops.operate.rows_query import rows_query, table_link
from csvgate_ops.operate.upload_list import Arrival
from csvgate_ops.operate.uploads import UploadStatus

_HAS_ROWS: Final = ("committing", "completed", "failed", "revoking")
"""States of uploads of which rows may be in the table."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """How to see the rows of an upload in BigQuery."""

    sql: str
    link: str
    """The address of the table; empty in a local cloud."""


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
        return _rejected(self.status)


def _rejected(status: UploadStatus) -> int:
    """Rows with a fault, as in the email and in `csvgate status`, also if no row was loaded."""
    return status.counts.rejected if status.counts else 0


def uploads_pages(site: Site) -> Blueprint:
    pages = Blueprint("uploads", __name__, url_prefix="/uploads")

    @pages.get("/")
    def index() -> str | Response:
        reading = wait_for_reading(site.uploads)
        if reading.value is None:
            return reading_page("uploads", reading)
        text = request.args.get("text", "").strip()
        shown = page(_matching(reading.value.arrivals, text), request.args.get("page", ""))
        statuses = site.uploads_index.statuses(arrival.upload.id for arrival in shown.items)
        letters = _letters_by_upload(site)
        rows = [
            _Row(arrival, status, letters[status.id])
            for arrival, status in zip(shown.items, statuses, strict=True)
        ]
        return render_template("uploads.html", reading=reading, page=shown, rows=rows, text=text)

    @pages.get("/<upload_id>")
    def one(upload_id: str) -> str:
        status = site.uploads_index.fresh(upload_id) if is_id(upload_id) else None
        if status is None or status.state == "unknown":
            abort(404, "The ledger has no upload with this id.")
        return render_template(
            "upload.html",
            hints=list(hints(status, site.breakers.current().value or (), _options(site))),
            status=status,
            loaded=loaded(status),
            rejected=_rejected(status),
            letters=_letters_by_upload(site)[upload_id],
            rows=_rows(site, status),
            hides_columns=not mask_of_upload(
                status.dataset or "", upload_id, site.context
            ).hides_nothing,
        )

    return pages


def _rows(site: Site, found: UploadStatus) -> _Rows | None:
    """Return None if no rows were loaded, or if the ledger has no contract of the upload."""
    contract = contract_of_upload(found.id, site.context) if found.state in _HAS_ROWS else None
    if contract is None:
        return None
    sql = rows_query(contract, found.corrects or found.id, site.project)
    return _Rows(sql, "" if site.is_local else table_link(contract, site.project))


def _options(site: Site) -> str:
    """Return the options with which the commands in the hints find this project."""
    return "" if site.is_local else f" --project {site.project}"


def _matching(arrivals: Sequence[Arrival], text: str) -> Sequence[Arrival]:
    """Return the arrivals whose object name or dataset contains the text, or whose id begins with
    it."""
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


def is_id(upload_id: str) -> bool:
    """Return whether the text can be an id. Anything else could name another object in the
    ledger."""
    return bool(upload_id) and set(upload_id) <= set("0123456789abcdef")
