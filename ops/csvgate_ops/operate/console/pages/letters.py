"""Dead letters: the list, groups, and one of them."""

from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for

from csvgate_ops.operate.console.letters_query import AGES, BYS, NONE, ORDERS, Query, choices
from csvgate_ops.operate.console.pages.charts import width
from csvgate_ops.operate.console.pages.paging import page
from csvgate_ops.operate.console.site import STILL_READING, Site, patiently, waiting
from csvgate_ops.operate.dead_letters.actions.show import Detail, NoSuchLetter, fetch, show_letter
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.groups import By, groups

MOST_SHOWN = 100_000
"""Characters of a letter's data on its page."""
_PATIENCE = 5.0


def letters_pages(site: Site) -> Blueprint:
    pages = Blueprint("letters", __name__, url_prefix="/letters")

    @pages.get("/")
    def index() -> str | Response:
        reading = patiently(site.letters)
        if reading.value is None:
            return waiting("letters", reading)
        query, letters = Query.of(request.args), reading.value.letters
        found = query.select(letters, site.now())
        return render_template(
            "letters.html",
            reading=reading,
            letters=reading.value,
            query=query,
            page=page(found, request.args.get("page", "")),
            rejections=sum(letter.is_rejection for letter in found),
            choices=choices(letters),
            ages=AGES,
            orders=ORDERS,
        )

    @pages.get("/groups")
    def grouped() -> str | Response:
        reading = patiently(site.letters)
        if reading.value is None:
            return waiting("letters", reading)
        by = _by(request.args.get("by", ""))
        found = groups(reading.value.letters, by)
        shown = page(found, request.args.get("page", ""))
        return render_template(
            "groups.html", reading=reading, by=by, bys=BYS, page=shown, share=width, none=NONE,
            most=max((group.count for group in found), default=0),
        )  # fmt: skip

    @pages.get("/<topic>/<letter_id>")
    def one(topic: str, letter_id: str) -> str:
        return _page(site, topic, letter_id, reveal=False)

    @pages.post("/<topic>/<letter_id>/reveal")
    def reveal(topic: str, letter_id: str) -> str:
        return _page(site, topic, letter_id, reveal=True)

    return pages


def _by(asked: str) -> By:
    known: dict[str, By] = {by: by for by in BYS}
    return known.get(asked, "code")


def known_letter(site: Site, topic: str, letter_id: str) -> DeadLetter:
    """The letter of the last reading; ends the request when there is none."""
    reading = patiently(site.letters)
    if reading.value is None:
        abort(503, STILL_READING)
    letter = site.letters_by_key().get((topic, letter_id))
    if letter is None:
        abort(404, "This letter was not there at the last reading: it was replayed or discarded.")
    return letter


def whole(site: Site, letter: DeadLetter) -> DeadLetter:
    """With its data: what was not kept is pulled again, which needs the queues for a moment."""
    if letter.data is not None:
        return letter
    if not site.queues.acquire(timeout=_PATIENCE):
        abort(503, "The queues are being read, or a job is under way. Try again when it ended.")
    try:
        return fetch(site.context, letter.id)
    except NoSuchLetter as gone:
        abort(404, str(gone))
    finally:
        site.queues.release()


def _page(site: Site, topic: str, letter_id: str, *, reveal: bool) -> str:
    letter = known_letter(site, topic, letter_id)
    detail = show_letter(site.context, whole(site, letter), reveal=reveal)
    return render_template(
        "letter.html",
        detail=detail,
        letter=detail.letter,
        attributes=_attributes(detail),
        revealed=reveal,
        most=MOST_SHOWN,
        address=url_for("letters.one", topic=topic, letter_id=letter_id),
    )


def _attributes(detail: Detail) -> list[tuple[str, str]]:
    """With the reason as it may be shown."""
    given: dict[str, Any] = dict(detail.letter.attributes)
    if "csvgate-message" in given:
        given["csvgate-message"] = detail.message
    return sorted(given.items())
