"""Uploads: the list, and one upload from its arrival to its email."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from csvgate_ops.operate.console.overview import unrecorded
from csvgate_ops.operate.console.pages.paging import PER_PAGE, number_of, page
from csvgate_ops.operate.console.site import Site, reading_page, wait_for_reading
from csvgate_ops.operate.console.snapshot import Reading
from csvgate_ops.operate.console.upload_search import UploadSearch
from csvgate_ops.operate.dead_letters.content.masking import contract_of_upload, mask_of_upload
from csvgate_ops.operate.hints import hints
from csvgate_ops.operate.rows_query import rows_query, table_link
from csvgate_ops.operate.upload_index.lines import Line
from csvgate_ops.operate.upload_index.listed import STATES
from csvgate_ops.operate.upload_index.listing import Listing
from csvgate_ops.operate.uploads import UploadStatus

_HAS_ROWS: Final = ("committing", "completed", "failed", "revoking")
"""States of uploads of which rows may be in the table."""


_EVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Rows:
    """How to see the rows of an upload in BigQuery."""

    sql: str
    link: str
    """The address of the table; empty in a local cloud."""


@dataclass(frozen=True, slots=True)
class _Row:
    line: Line
    letters: int


def uploads_pages(site: Site) -> Blueprint:
    pages = Blueprint("uploads", __name__, url_prefix="/uploads")

    @pages.get("/")
    def index() -> str | Response:
        reading = wait_for_reading(site.uploads)
        if reading.value is None:
            return reading_page("uploads", reading)
        search = UploadSearch.of(request.args)
        wanted = request.args.get("page", "")
        # One more than the page shows, so that there is a next page.
        enough = number_of(wanted) * PER_PAGE + 1
        uploads = search.select(site.uploads_index, reading.value, site.now(), enough)
        numbers = page(uploads.found, wanted)
        lines = site.uploads_index.lines(numbers.items)
        letters, read = _letters_by_upload(site), site.letters.current()
        return render_template(
            "uploads.html",
            reading=reading,
            listed="uploads",
            read_times=site.ages(uploads=reading, letters=read),
            page=numbers,
            rows=[_Row(line, letters[line.id]) for line in lines],
            asked=search.parameters,
            states=STATES,
            is_exact=uploads.is_exact,
            searched=uploads.searched,
            unrecorded=_unrecorded(site, reading),
        )

    @pages.get("/<upload_id>")
    def one(upload_id: str) -> str | AnyResponse:
        status = site.uploads_index.status(upload_id) if is_id(upload_id) else None
        if status is None or status.state == "unknown":
            if _letters_by_upload(site)[upload_id]:
                # It failed before it was recorded, for example because a reference was missing.
                return redirect(url_for("letters.index", upload=upload_id))
            abort(404, "The ledger has no upload with this id.")
        return render_template(
            "upload.html",
            hints=list(hints(status, site.breakers.current().value or (), _options(site))),
            status=status,
            loaded=_loaded(status),
            rejected=_rejected(status),
            letters=_letters_by_upload(site)[upload_id],
            rows=_rows(site, status),
            hides_columns=not mask_of_upload(
                status.dataset or "", upload_id, site.context
            ).hides_nothing,
        )

    return pages


def _unrecorded(site: Site, reading: Reading[Listing]) -> int:
    """Return how many uploads failed before they were recorded, so that the list lacks them."""
    uploads = reading.value
    if uploads is None or reading.read_at is None:
        return 0
    oldest = uploads.uploads[-1].received_at if uploads.uploads else reading.read_at
    since = _EVER if uploads.is_complete else oldest
    return len(unrecorded(site.known_letters(), uploads, reading.read_at, since))


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


def _loaded(status: UploadStatus) -> int:
    """Rows in BigQuery: all valid rows or none."""
    return status.counts.valid if status.counts and status.state == "completed" else 0


def _rejected(status: UploadStatus) -> int:
    """Rows with a fault, as in the email and in `csvgate status`, also if no row was loaded."""
    return status.counts.rejected if status.counts else 0


def _letters_by_upload(site: Site) -> Counter[str]:
    return Counter(letter.upload for letter in site.known_letters() if letter.upload)


def is_id(upload_id: str) -> bool:
    """Return whether the text can be an id. Anything else could name another object in the
    ledger."""
    return bool(upload_id) and set(upload_id) <= set("0123456789abcdef")
