"""Dead letters: the list, the groups, and the page of one letter."""

from flask import Blueprint, Response, abort, render_template, request, url_for

from csvgate.runtime.errors import Failure
from csvgate_ops.operate.console.letter_search import (
    AGES,
    GROUPINGS,
    NONE,
    ORDERS,
    LetterSearch,
    choices,
)
from csvgate_ops.operate.console.pages.charts import width
from csvgate_ops.operate.console.pages.others import workers_on
from csvgate_ops.operate.console.pages.paging import page
from csvgate_ops.operate.console.site import STILL_READING, Site, reading_page, wait_for_reading
from csvgate_ops.operate.dead_letters.actions import ACTIONS, SELECTION_ACTIONS
from csvgate_ops.operate.dead_letters.actions.action import Action, SelectionAction, Skipped
from csvgate_ops.operate.dead_letters.actions.show import NoSuchLetter, fetch, show_letter
from csvgate_ops.operate.dead_letters.content.letter_json import attributes
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.groups import By, groups

MOST_SHOWN = 100_000
"""The most characters shown of a letter's data."""
_PATIENCE = 5.0


def letters_pages(site: Site) -> Blueprint:
    pages = Blueprint("letters", __name__, url_prefix="/letters")

    @pages.get("/")
    def index() -> str | Response:
        reading = wait_for_reading(site.letters)
        if reading.value is None:
            return reading_page("letters", reading)
        search, letters = LetterSearch.of(request.args), reading.value.letters
        found = search.select(letters, site.now(), site.contains)
        return render_template(
            "letters.html",
            reading=reading,
            letters=reading.value,
            search=search,
            page=page(found, request.args.get("page", "")),
            offered=[a for a in SELECTION_ACTIONS if any(map(a.applies_to, found))],
            choices=choices(letters),
            ages=AGES,
            orders=ORDERS,
        )

    @pages.get("/groups")
    def grouped() -> str | Response:
        reading = wait_for_reading(site.letters)
        if reading.value is None:
            return reading_page("letters", reading)
        by = _by(request.args.get("by", ""))
        found = groups(reading.value.letters, by)
        shown = page(found, request.args.get("page", ""))
        return render_template(
            "groups.html", reading=reading, by=by, groupings=GROUPINGS, page=shown, share=width,
            none=NONE,            most=max((group.count for group in found), default=0),
        )  # fmt: skip

    @pages.get("/<topic>/<letter_id>")
    def one(topic: str, letter_id: str) -> str:
        return _page(site, topic, letter_id, reveal=False)

    @pages.post("/<topic>/<letter_id>/reveal")
    def reveal(topic: str, letter_id: str) -> str:
        return _page(site, topic, letter_id, reveal=True)

    return pages


def _by(asked: str) -> By:
    known: dict[str, By] = {by: by for by in GROUPINGS}
    return known.get(asked, "code")


def known_letter(site: Site, topic: str, letter_id: str) -> DeadLetter:
    """Return the letter from the last reading; ends the request when it is not there."""
    reading = wait_for_reading(site.letters)
    if reading.value is None:
        abort(503, STILL_READING)
    letter = site.letters_by_key().get((topic, letter_id))
    if letter is None:
        abort(404, "The last reading does not have this letter: it was replayed or discarded.")
    return letter


def with_data(site: Site, letter: DeadLetter) -> DeadLetter:
    """Return the letter with its data. Data that was not kept is pulled again."""
    if letter.data is not None:
        return letter
    if not site.queues.acquire(timeout=_PATIENCE):
        abort(503, "The queues are being read, or a job is running. Try again when it has ended.")
    try:
        return fetch(site.context, letter.id)
    except NoSuchLetter as gone:
        abort(404, str(gone))
    finally:
        site.queues.release()


def _page(site: Site, topic: str, letter_id: str, *, reveal: bool) -> str:
    letter = known_letter(site, topic, letter_id)
    detail = show_letter(site.context, with_data(site, letter), reveal=reveal)
    return render_template(
        "letter.html",
        detail=detail,
        letter=detail.letter,
        attributes=sorted(attributes(detail.letter, detail.message).items()),
        offered=[action for action in ACTIONS if _is_offered(site, action, detail.letter)],
        revealed=reveal,
        most=MOST_SHOWN,
        address=url_for("letters.one", topic=topic, letter_id=letter_id),
        **workers_on(site, [letter]),
    )


def _is_offered(site: Site, action: Action, letter: DeadLetter) -> bool:
    """Return whether the action applies to the letter and would not skip it."""
    if not action.applies_to(letter):
        return False
    route = site.context.route_of(letter)
    try:
        if route is not None and isinstance(action, SelectionAction):
            action.preview(site.context, letter, route)
    except (Skipped, Failure):
        return False
    return route is not None
