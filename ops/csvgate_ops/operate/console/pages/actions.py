"""Replay and discard: choose, confirm, begin."""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from csvgate.text import counted
from csvgate_ops.operate.console.jobs import Busy, Job, Jobs
from csvgate_ops.operate.console.letters_query import Query
from csvgate_ops.operate.console.orders import VERBS, ActionName, Order, Orders, order
from csvgate_ops.operate.console.site import STILL_READING, Key, Site, key, patiently
from csvgate_ops.operate.dead_letters.acting import Acting, Report
from csvgate_ops.operate.dead_letters.actions.discard import discard
from csvgate_ops.operate.dead_letters.actions.rejected import replay_rejected
from csvgate_ops.operate.dead_letters.actions.replay import replay
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter

_LONGEST_REASON: Final = 1000
_ACTIONS: Final = {"replay": replay, "discard": discard, "rejected": replay_rejected}


def actions_pages(site: Site, jobs: Jobs) -> Blueprint:
    pages = Blueprint("actions", __name__, url_prefix="/actions")
    orders = Orders()

    @pages.post("/confirm")
    def confirm() -> str:
        """What will happen, before it does."""
        if patiently(site.letters).value is None:
            abort(503, STILL_READING)
        letters, meant = _chosen(site, request.form)
        if not letters:
            abort(400, "No letters are chosen. Go back and tick some.")
        prepared = order(site.context, _action(request.form.get("action", "")), letters, meant)
        orders.put(prepared)
        return _confirmation(site, prepared)

    @pages.post("/begin")
    def begin() -> str | Response:
        prepared = orders.take(request.form.get("order", ""))
        if prepared is None:
            abort(409, "This was begun already, or too long ago. The audit trail tells what was.")
        problem = _problem(prepared)
        if problem:
            orders.put(prepared)
            return _confirmation(site, prepared, problem)
        reason, rate = request.form.get("reason", "").strip(), _rate(request.form.get("rate", ""))
        try:
            job = jobs.start(
                prepared.title,
                len(prepared.letters),
                lambda job: _act(site, prepared, job, reason, rate),
            )
        except Busy as busy:
            orders.put(prepared)
            return _confirmation(site, prepared, f"“{busy}” is under way: wait, or stop it.")
        return redirect(url_for("jobs.one", job_id=job.id), 303)

    return pages


def _action(asked: str) -> ActionName:
    known: dict[str, ActionName] = {action: action for action in VERBS}
    if asked not in known:
        abort(400, "Neither a replay nor a discard.")
    return known[asked]


def _chosen(site: Site, form: "MultiDict[str, str]") -> tuple[Sequence[DeadLetter], str]:
    """The letters that were ticked, or all that match the filters of the form; and in words."""
    known = site.letters_by_key()
    scope = form.get("scope")
    if scope in ("ticked", "this"):
        wanted = dict.fromkeys(_key(text) for text in form.getlist("letter"))
        found = [known[one] for one in wanted if one in known]
        if scope == "this" and found:
            return found, f"letter {found[0].id}"
        return found, f"{counted(len(found), 'letter')} by ticking"
    query = Query.of(form)
    found = query.select(known.values(), site.now())
    return found, f"every letter {query.words()}" if query.words() else "every letter there is"


def _key(text: str) -> Key:
    topic, _, letter_id = text.partition("/")
    return topic, letter_id


def _confirmation(site: Site, prepared: Order, problem: str = "") -> str:
    reading = site.letters.current()
    return render_template(
        "confirm.html", order=prepared, problem=problem, form=request.form, reading=reading
    )


def _problem(prepared: Order) -> str:
    """With what was filled in."""
    reason = request.form.get("reason", "").strip()
    if prepared.action == "discard" and not reason:
        return "Say why: a discard needs a reason."
    if len(reason) > _LONGEST_REASON:
        return f"The reason is longer than {_LONGEST_REASON:,} characters."
    rate = request.form.get("rate", "").strip()
    if rate and _rate(rate) is None:
        return f"“{rate}” is not a number of letters a second, for instance 50."
    return ""


def _rate(text: str) -> float | None:
    try:
        rate = float(text)
    except ValueError:
        return None
    return rate if 0 < rate <= 1_000_000 else None


def _act(site: Site, prepared: Order, job: Job, reason: str, rate: float | None) -> Report:
    wanted = Filter(ids=tuple(letter.id for letter in prepared.letters))
    acting = Acting(dry_run=False, rate=rate, on_progress=job.watch, stop=job.stop, reason=reason)
    with site.queues:
        report = _ACTIONS[prepared.action](site.context, wanted, acting)
    gone = {outcome.letter for outcome in report.outcomes if outcome.result.startswith("done")}
    site.forget({key(letter) for letter in prepared.letters if letter.id in gone})
    site.uploads.refresh()
    return report
