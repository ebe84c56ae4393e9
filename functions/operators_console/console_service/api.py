"""JSON for programs: health, uploads and letters. Nothing here changes anything."""

from typing import Any, Final

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from csvgate.runtime.errors import Failure
from csvgate_ops.operate.console.letter_search import LetterSearch
from csvgate_ops.operate.console.site import Site, wait_for_reading
from csvgate_ops.operate.console.snapshot import Reading
from csvgate_ops.operate.console.upload_search import UploadSearch
from csvgate_ops.operate.dead_letters.content.letter_json import letter_json
from csvgate_ops.operate.dead_letters.content.masking import message_of

_MOST: Final = 1000
"""The most letters of one answer."""
_MOST_UPLOADS: Final = 200
"""The most uploads of one answer: each is a read, unless it was read before."""


def api_pages(site: Site) -> Blueprint:
    pages = Blueprint("api", __name__, url_prefix="/api")

    @pages.get("/health")
    def health() -> Response:
        """Say what needs an operator: open breakers and letters, with the age of each figure."""
        site.keep_fresh(("letters", "breakers"))
        letters, breakers = wait_for_reading(site.letters), wait_for_reading(site.breakers)
        return jsonify(
            {
                "project": site.project,
                "operator": site.operator().name,
                "letters": {**_age(letters), "count": _count(letters)},
                "breakers": {
                    **_age(breakers),
                    "open": None
                    if breakers.value is None
                    else sorted({state.function for state in breakers.value}),
                },
            }
        )

    @pages.get("/letters")
    def letters() -> tuple[Response, int]:
        """List the letters that match the filters of the list of letters, newest first."""
        site.keep_fresh(("letters",))
        reading = wait_for_reading(site.letters)
        if reading.value is None:
            return _unread(reading)
        search = LetterSearch.of(request.args)
        found = search.select(reading.value.letters, site.now(), site.contains)
        listed = [letter_json(letter, message_of(letter, site.base)) for letter in found[:_MOST]]
        body = {**_age(reading), "total": len(found), "letters": listed}
        return jsonify(body), 200

    @pages.get("/uploads")
    def uploads() -> tuple[Response, int]:
        """List the newest uploads that match the filters of the list of uploads. Only the lines
        of a list: they contain no words of a failure, which may quote values."""
        site.keep_fresh(("uploads",))
        reading = wait_for_reading(site.uploads)
        if reading.value is None:
            return _unread(reading)
        index = site.uploads_index
        search, most = UploadSearch.of(request.args), _MOST_UPLOADS
        found = search.select(index, reading.value, site.now(), most + 1)
        body = {
            **_age(reading),
            "total": len(found.found),
            "is_exact": found.is_exact,
            "uploads": [line.model_dump(mode="json") for line in index.lines(found.found[:most])],
        }
        return jsonify(body), 200

    pages.register_error_handler(HTTPException, _refused)
    pages.register_error_handler(Failure, _failed)
    return pages


def _refused(error: Exception) -> tuple[Response, int]:
    """Also for requests without access, which reach no view."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered only for these
    return jsonify({"error": error.description}), error.code or 500


def _failed(error: Exception) -> tuple[Response, int]:
    return jsonify({"error": str(error)}), 502


def _age(reading: Reading[Any]) -> dict[str, Any]:
    return {
        "read_at": reading.read_at.isoformat() if reading.read_at else None,
        "error": reading.error,
    }


def _count(reading: Reading[Any]) -> int | None:
    return None if reading.value is None else len(reading.value.letters)


def _unread(reading: Reading[Any]) -> tuple[Response, int]:
    return jsonify({**_age(reading), "error": reading.error or "still being read"}), 503
