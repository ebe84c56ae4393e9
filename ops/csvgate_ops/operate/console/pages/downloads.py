"""Downloads: the reject file of an upload, and letters as JSON lines."""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, abort, render_template, request

from csvgate_ops.operate.console.letter_search import LetterSearch
from csvgate_ops.operate.console.pages.actions import selected
from csvgate_ops.operate.console.pages.attachments import attachment
from csvgate_ops.operate.console.pages.uploads import is_id
from csvgate_ops.operate.console.site import STILL_READING, Site, wait_for_reading
from csvgate_ops.operate.dead_letters.actions.download_rejects import NoRejectFile, open_rejects
from csvgate_ops.operate.dead_letters.actions.letter_lines import letter_lines
from csvgate_ops.operate.dead_letters.actions.show import record_reveal
from csvgate_ops.operate.dead_letters.content.masked_rejects import Unreadable
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.uploads import status

_CSV: Final = "application/octet-stream"
"""Not text/csv: the encoding is that of the original, and nothing but a saved file is wanted."""
_LINES: Final = "application/x-ndjson"


def downloads_pages(site: Site) -> Blueprint:
    pages = Blueprint("downloads", __name__)

    @pages.get("/uploads/<upload_id>/rejects")
    def rejects(upload_id: str) -> Response:
        return _rejects(site, upload_id, reveal=False)

    @pages.post("/uploads/<upload_id>/rejects")
    def revealed_rejects(upload_id: str) -> Response:
        return _rejects(site, upload_id, reveal=True)

    @pages.post("/letters/download")
    def choose() -> str:
        """Offer the selected letters with masked content, and with their original data."""
        letters, selection = _letters(site)
        form = {"scope": request.form.get("scope", ""), **LetterSearch.of(request.form).parameters}
        return render_template(
            "download.html",
            letters=letters,
            selection=selection,
            size=sum(letter.size for letter in letters),
            fields=form,
            ticked=request.form.getlist("letter"),
            reading=site.letters.current(),
        )

    @pages.post("/letters/download/lines")
    def lines() -> Response:
        letters, _ = _letters(site)
        reveal = "reveal" in request.form
        context = site.context
        if reveal:
            record_reveal(context, "export", {"ids": [letter.id for letter in letters]})
        name = f"dead-letters-{site.now():%Y%m%dT%H%M%SZ}-{len(letters)}"
        found = letter_lines(context, letters, site.queues, reveal=reveal)
        return attachment(found, f"{name}{'' if reveal else '-masked'}.jsonl", _LINES)

    return pages


def _rejects(site: Site, upload_id: str, *, reveal: bool) -> Response:
    found = status(site.context.ledger, upload_id) if is_id(upload_id) else None
    if found is None or found.state == "unknown":
        abort(404, "The ledger has no upload with this id.")
    try:
        file = open_rejects(site.context, upload_id, found.seal, found.dataset or "", reveal=reveal)
    except NoRejectFile as why:
        abort(404, str(why))
    except Unreadable as why:
        abort(
            409,
            f"The reject file cannot be read under its contract, so it cannot be masked: {why}. "
            "Download it complete, which the audit log records.",
        )
    return attachment(file.pieces, file.name, _CSV, file.size)


def _letters(site: Site) -> tuple[Sequence[DeadLetter], str]:
    if wait_for_reading(site.letters).value is None:
        abort(503, STILL_READING)
    letters, selection = selected(site, request.form)
    if not letters:
        abort(400, "No letters are selected. Go back and tick some.")
    return letters, selection
