"""The parts of a page that refresh themselves: figures, badge, notices, and the age of a list."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, g, render_template, request

from csvgate_ops.operate.console.freshness import ON_OVERVIEW, What
from csvgate_ops.operate.console.jobs import Jobs
from csvgate_ops.operate.console.site import Site
from csvgate_ops.operate.dead_letters.owners import by_owner

FRAGMENTS: Final = "fresh"
_PATIENCE: Final = 2.0
"""Seconds that an answer waits for a reading in progress. Then it has what is known, and the page
asks again soon."""
_EVERYWHERE: Final[tuple[What, ...]] = ("letters", "breakers")
"""The header counts the letters, and notices name open breakers."""
_SHOWN: Final[Mapping[str, tuple[What, ...]]] = {
    "overview": ON_OVERVIEW,
    "uploads": ("uploads", "letters"),
}


def fresh_pages(site: Site, figures: Callable[[], Mapping[str, Any] | None]) -> Blueprint:
    """`figures` returns what the overview shows for the parameters of a request; None if the
    uploads were not read yet."""
    pages = Blueprint(FRAGMENTS, __name__)

    @pages.get("/fresh")
    def fragments() -> str:
        """Return what has changed on the page that asks, and have it read again if it is old.
        `of` is the part of the console that the page belongs to; of a list, `listed` is what it
        shows and `at` is when that had changed; `letter` is the topic and id of the page's
        letter."""
        of, listed = page_of_console(), _known(request.args.get("listed", ""))
        for what in _shown(of):
            site.snapshots[what].current(_PATIENCE)
        shown = figures() if of == "overview" else None
        return render_template(
            "fragments.html",
            oob=True,
            has_figures=bool(shown),
            **(shown or {}),
            listed=listed,
            is_gone=_is_gone(site, request.args.get("letter", "")),
            has_newer=listed is not None and _has_newer(site, listed, request.args.get("at", "")),
        )

    return pages


def page_of_console() -> str:
    """Return the name of the blueprint whose page is shown, also for its fragments."""
    if request.blueprint == FRAGMENTS:
        return request.args.get("of", "")
    return request.blueprint or ""


def everywhere(site: Site, jobs: Jobs) -> dict[str, Any]:
    """Return what every page shows, and have it read again if it is old. Without access, nothing is
    shown and nothing is read."""
    if g.get("without_access", False):
        return {}
    of = page_of_console()
    site.keep_fresh(_shown(of))
    fresh = site.freshness(_shown(of))
    counted, letters = by_owner(site.known_letters()), site.letters.current()
    return {
        "site": site,
        "of": of,
        "fresh": fresh,
        "read_times": site.freshness(_SHOWN.get(of, ("letters",))).ages,
        "now": site.now(),
        "letters_reading": letters,
        "unconfirmed": len(letters.value.unconfirmed) if letters.value else 0,
        "unfinished": letters.value.unfinished if letters.value else (),
        "clock_behind": site.clock_behind(),
        "open_breakers": site.breakers.current().value or (),
        "letters_by_owner": counted,
        "operator_letters": counted["operator"],
        "running_job": jobs.running(),
        "operator": site.operator().name,
    }


def _shown(of: str) -> tuple[What, ...]:
    return tuple(dict.fromkeys((*_SHOWN.get(of, ()), *_EVERYWHERE)))


def _known(listed: str) -> What | None:
    return next((what for what in ON_OVERVIEW if what == listed), None)


def _is_gone(site: Site, letter: str) -> bool:
    topic, _, letter_id = letter.partition("/")
    return bool(letter) and (topic, letter_id) not in site.letters_by_key()


def _has_newer(site: Site, listed: What, shown: str) -> bool:
    """Return whether the contents of a list have changed since the ones that the page shows."""
    try:
        at = datetime.fromisoformat(shown)
    except ValueError:
        return False
    changed = site.snapshots[listed].current().changed_at
    return changed is not None and at.tzinfo is not None and changed > at
