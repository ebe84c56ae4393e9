"""Dead letters: the list, the groups, and the page of one letter."""

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

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
from csvgate_ops.operate.dead_letters.actions.action import Action, SelectionAction, Skipped
from csvgate_ops.operate.dead_letters.actions.rejected_rows import (
    UNCHANGED,
    VALIDATE_REJECTED_ROWS,
)
from csvgate_ops.operate.dead_letters.actions.show import NoSuchLetter, fetch, show_letter
from csvgate_ops.operate.dead_letters.content.letter_json import attributes
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.groups import By, groups
from csvgate_ops.operate.dead_letters.next_action import (
    main_action,
    main_of,
    offered_for,
    offered_for_all,
)
from csvgate_ops.operate.dead_letters.owners import by_owner
from csvgate_ops.operate.dead_letters.rejecting_contract import is_unchanged
from csvgate_ops.operate.references import is_upload, letter_of, upload_of
from csvgate_ops.operate.runbook import OWNERS

MOST_SHOWN = 100_000
"""The most characters shown of a letter's data."""
_PATIENCE = 15.0
"""Seconds that a page waits for a reading of the queues to end."""


def letters_pages(site: Site) -> Blueprint:
    pages = Blueprint("letters", __name__, url_prefix="/letters")

    @pages.get("/")
    def index() -> str | AnyResponse:
        reading = wait_for_reading(site.letters)
        if reading.value is None:
            return reading_page("letters", reading)
        search, letters = LetterSearch.of(request.args), reading.value.letters
        if (named := letter_of(search.text)) is not None:
            return redirect(url_for("letters.one", topic=named[0], letter_id=named[1]))
        if is_upload(search.text):
            return redirect(url_for("uploads.one", upload_id=upload_of(search.text)))
        counts = by_owner(letters)
        found = search.select(letters, site.now(), site.contains)
        return render_template(
            "letters.html",
            reading=reading,
            listed="letters",
            read_times=site.ages(letters=reading),
            letters=reading.value,
            search=search,
            page=page(found, request.args.get("page", "")),
            offered=offered_for_all(found),
            main=main_of(found),
            owners=[owner for owner in OWNERS if counts[owner]],
            counts=counts,
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
            "groups.html", reading=reading, listed="letters",
            read_times=site.ages(letters=reading),
            by=by, groupings=GROUPINGS, page=shown, share=width, none=NONE,
            total=len(reading.value.letters),
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
        abort(
            404,
            "The last reading does not have this letter: it was replayed or discarded, or another "
            "reader holds it. In that case, refresh the list of letters.",
        )
    return letter


def with_data(site: Site, letter: DeadLetter) -> DeadLetter:
    """Return the letter with its data. Data that was not kept is pulled again."""
    if letter.data is not None:
        return letter
    if not site.queues.acquire(timeout=_PATIENCE):
        abort(503, "The queues are being read, or a job is running. Try again when it has ended.")
    try:
        return fetch(site.context, letter.id, letter.topic)
    except NoSuchLetter as gone:
        abort(404, str(gone))
    finally:
        site.queues.release()


def _page(site: Site, topic: str, letter_id: str, *, reveal: bool) -> str:
    letter = known_letter(site, topic, letter_id)
    detail = show_letter(site.context, with_data(site, letter), reveal=reveal)
    offered = [a for a in offered_for(detail.letter) if _is_possible(site, a, detail.letter)]
    if unchanged := _is_unchanged(site, detail.letter):
        offered = [action for action in offered if action is not VALIDATE_REJECTED_ROWS]
    return render_template(
        "letter.html",
        detail=detail,
        letter=detail.letter,
        attributes=sorted(attributes(detail.letter, detail.message).items()),
        offered=offered,
        main=main_action(detail.letter),
        unchanged=UNCHANGED if unchanged else "",
        revealed=reveal,
        most=MOST_SHOWN,
        address=url_for("letters.one", topic=topic, letter_id=letter_id),
        **workers_on(site, [letter]),
    )


def _is_unchanged(site: Site, letter: DeadLetter) -> bool:
    """Return whether the letter reports rows that the contract in use would reject again."""
    try:
        return letter.is_rejection and is_unchanged(letter, site.context)
    except Failure:
        return False


def _is_possible(site: Site, action: Action, letter: DeadLetter) -> bool:
    """Return whether the action would not skip the letter."""
    route = site.context.route_of(letter)
    try:
        if route is not None and isinstance(action, SelectionAction):
            action.preview(site.context, letter, route)
    except (Skipped, Failure):
        return False
    return route is not None
