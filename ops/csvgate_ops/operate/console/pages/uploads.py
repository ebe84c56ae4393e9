"""Uploads: the list, and one upload from its arrival to its email."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, abort, render_template, request

from csvgate_ops.operate.console.pages.paging import Page, page
from csvgate_ops.operate.console.site import Site, reading_page, wait_for_reading
from csvgate_ops.operate.console.uploads_index import day
from csvgate_ops.operate.dead_letters.content.masking import contract_of_upload, mask_of_upload
from csvgate_ops.operate.hints import hints
from csvgate_ops.operate.references import upload_of
from csvgate_ops.operate.rows_query import rows_query, table_link
from csvgate_ops.operate.upload_index.lines import MOST_SEARCHED, Line
from csvgate_ops.operate.upload_index.listed import STATES
from csvgate_ops.operate.upload_index.listing import Listing, last_day
from csvgate_ops.operate.uploads import UploadStatus

_FILTERS: Final = ("text", "state", "since", "until")
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
    line: Line
    letters: int


def uploads_pages(site: Site) -> Blueprint:
    pages = Blueprint("uploads", __name__, url_prefix="/uploads")

    @pages.get("/")
    def index() -> str | Response:
        reading = wait_for_reading(site.uploads)
        if reading.value is None:
            return reading_page("uploads", reading)
        asked = {name: request.args.get(name, "").strip() for name in _FILTERS}
        listing = _listing(site, reading.value, day(asked["since"]), day(asked["until"]))
        states = [state for state in STATES if state == asked["state"]] or STATES
        chosen = [upload for upload in listing.uploads if upload.state in states]
        wanted, is_exact, found = request.args.get("page", ""), listing.is_complete, None
        asked["text"] = upload_of(asked["text"])
        if asked["text"]:
            found, is_all = site.uploads_index.matching(chosen, lambda x: x.has(asked["text"]))
            is_exact = is_exact and is_all
            numbers: Page[Any] = page(found, wanted)
            lines = numbers.items
        else:
            numbers = page(chosen, wanted)
            lines = site.uploads_index.lines(numbers.items)
        letters, read = _letters_by_upload(site), site.letters.current()
        return render_template(
            "uploads.html",
            reading=reading,
            listed="uploads",
            read_times=site.ages(uploads=reading, letters=read),
            page=numbers,
            rows=[_Row(line, letters[line.id]) for line in lines],
            asked={name: value for name, value in asked.items() if value},
            states=STATES,
            is_exact=is_exact,
            searched=MOST_SEARCHED if found is not None and not is_exact else None,
        )

    @pages.get("/<upload_id>")
    def one(upload_id: str) -> str:
        status = site.uploads_index.status(upload_id) if is_id(upload_id) else None
        if status is None or status.state == "unknown":
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


def _listing(site: Site, known: Listing, since: date | None, until: date | None) -> Listing:
    """Return the uploads of the days that are asked for; without them, those of the last
    reading."""
    if since is None and until is None:
        return known
    return site.uploads_index.of_days(since, last_day(until, site.now()))


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
