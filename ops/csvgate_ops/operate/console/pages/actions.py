"""Act on selected letters: the confirmation page and the start of the job."""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from csvgate.text import counted
from csvgate_ops.operate.console.jobs import Busy, Jobs, Recipe, Work
from csvgate_ops.operate.console.letter_search import LetterSearch
from csvgate_ops.operate.console.pages.others import others_on
from csvgate_ops.operate.console.previews import PendingPreviews, Preview, preview
from csvgate_ops.operate.console.site import STILL_READING, Key, Site, wait_for_reading
from csvgate_ops.operate.dead_letters.actions import SELECTION_ACTIONS
from csvgate_ops.operate.dead_letters.actions.action import SelectionAction
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.runs import Report, RunOptions

_LONGEST_REASON: Final = 1000
_ACTIONS: Final = {action.name: action for action in SELECTION_ACTIONS}


def actions_pages(site: Site, jobs: Jobs) -> Blueprint:
    pages = Blueprint("actions", __name__, url_prefix="/actions")
    previews = PendingPreviews()

    @pages.post("/confirm")
    def confirm() -> str:
        """Show what the action will do."""
        if wait_for_reading(site.letters).value is None:
            abort(503, STILL_READING)
        letters, selection = selected(site, request.form)
        if not letters:
            abort(400, "No letters are selected. Go back and tick some.")
        action = _ACTIONS.get(request.form.get("action", ""))
        if action is None:
            abort(400, "The form names an unknown action. Go back, reload the page and try again.")
        pending = preview(site.context, action, letters, selection)
        previews.put(pending)
        return _confirmation(site, pending)

    @pages.post("/begin")
    def begin() -> str | Response:
        pending = previews.take(request.form.get("preview", ""))
        if pending is None:
            abort(409, "This was already started, or confirmed too late. See the audit log.")
        problem = _problem(pending.action)
        if problem:
            previews.put(pending)
            return _confirmation(site, pending, problem)
        options = RunOptions(
            dry_run=False,
            rate=_rate(request.form.get("rate", "")),
            reason=request.form.get("reason", "").strip(),
        )
        try:
            job = jobs.start(
                pending.title,
                len(pending.letters),
                options,
                work_of(site, pending.recipe, site.context),
                site.operator(),
                pending.recipe,
            )
        except Busy as busy:
            previews.put(pending)
            return _confirmation(site, pending, f"“{busy}” is still running: wait, or stop it.")
        return redirect(url_for("jobs.one", job_id=job.id), 303)

    return pages


def selected(site: Site, form: "MultiDict[str, str]") -> tuple[Sequence[DeadLetter], str]:
    """Return the letters that were ticked, or all that match the filters in the form, and a
    description of the selection."""
    known = site.letters_by_key()
    scope = form.get("scope")
    if scope in ("ticked", "this"):
        wanted = dict.fromkeys(_key(text) for text in form.getlist("letter"))
        found = [known[one] for one in wanted if one in known]
        if scope == "this" and found:
            return found, f"letter {found[0].id}"
        return found, counted(len(found), "ticked letter")
    search = LetterSearch.of(form)
    found = search.select(known.values(), site.now(), site.contains)
    return found, f"every letter {search.words()}" if search.words() else "every letter"


def _key(text: str) -> Key:
    topic, _, letter_id = text.partition("/")
    return topic, letter_id


def _confirmation(site: Site, pending: Preview, problem: str = "") -> str:
    return render_template(
        "preview.html",
        preview=pending,
        action=pending.action,
        problem=problem,
        form=request.form,
        reading=site.letters.current(),
        **others_on(site, pending.letters),
    )


def _problem(action: SelectionAction) -> str:
    """Return what is wrong in the filled-in form; empty when nothing is."""
    reason = request.form.get("reason", "").strip()
    if action.needs_reason and not reason:
        return "The reason is missing. It is kept in the audit log."
    if len(reason) > _LONGEST_REASON:
        return f"The reason is longer than {_LONGEST_REASON:,} characters."
    rate = request.form.get("rate", "").strip()
    if rate and _rate(rate) is None:
        return f"“{rate}” is not a number of letters per second, such as 50."
    return ""


def _rate(text: str) -> float | None:
    try:
        rate = float(text)
    except ValueError:
        return None
    return rate if 0 < rate <= 1_000_000 else None


def work_of(site: Site, recipe: Recipe, context: DeadLetterContext) -> Work:
    """Return what a job on selected letters does, for the actor of `context`."""
    action, wanted = _ACTIONS[recipe.action], Filter(ids=recipe.ids)

    def run(options: RunOptions) -> Report:
        with site.queues:
            report = action.run(context, wanted, options)
        gone = {outcome.letter for outcome in report.outcomes if outcome.result.startswith("done")}
        site.forget({key for key in recipe.keys if key[1] in gone})
        site.uploads.refresh()
        return report

    return run
