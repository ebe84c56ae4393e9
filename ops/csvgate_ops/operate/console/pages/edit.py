"""Mend one letter by hand: the form, the difference, the sending."""

import secrets
from dataclasses import dataclass, field
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from csvgate_ops.operate.console.edits import Mistake, Typed, hides, presented, understood
from csvgate_ops.operate.console.jobs import Busy, Job, Jobs
from csvgate_ops.operate.console.pages.letters import known_letter, whole
from csvgate_ops.operate.console.site import Site, key
from csvgate_ops.operate.dead_letters.acting import Acting, Report
from csvgate_ops.operate.dead_letters.actions.edit import Edit, difference, edit_and_replay, problem
from csvgate_ops.operate.dead_letters.actions.reveal import record_reveal
from csvgate_ops.operate.dead_letters.content.masking import NOTHING, mask_of
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter

_KEPT: Final = 20
_MOST_LINES: Final = 2000
"""Lines of the difference that are shown."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """An edit that was shown and waits to be sent."""

    letter: DeadLetter
    typed: Typed
    edit: Edit
    id: str = field(default_factory=lambda: secrets.token_hex(8))


def edit_pages(site: Site, jobs: Jobs) -> Blueprint:
    pages = Blueprint("edit", __name__, url_prefix="/letters")
    drafts: dict[str, _Draft] = {}

    @pages.get("/<topic>/<letter_id>/edit")
    def form(topic: str, letter_id: str) -> str:
        letter = whole(site, known_letter(site, topic, letter_id))
        if hides(letter, mask_of(letter, site.context)):
            return render_template("edit_hidden.html", letter=letter)
        return _form(letter, presented(letter))

    @pages.post("/<topic>/<letter_id>/edit")
    def opened(topic: str, letter_id: str) -> str:
        """The form with values that are hidden elsewhere."""
        letter = whole(site, known_letter(site, topic, letter_id))
        record_reveal(site.context, "edit", {"ids": [letter.id]})
        return _form(letter, presented(letter))

    @pages.post("/<topic>/<letter_id>/edit/difference")
    def preview(topic: str, letter_id: str) -> str | tuple[str, int]:
        letter = whole(site, known_letter(site, topic, letter_id))
        typed = Typed(request.form.get("attributes", ""), request.form.get("data"))
        try:
            edit = understood(letter, typed)
        except Mistake as mistake:
            return _form(letter, typed, str(mistake)), 400
        lines = difference(letter, edit, NOTHING)
        if not lines:
            return _form(letter, typed, "Nothing is changed yet."), 400
        draft = _Draft(letter, typed, edit)
        drafts[draft.id] = draft
        while len(drafts) > _KEPT:
            drafts.pop(next(iter(drafts)), None)
        return render_template(
            "edit_difference.html",
            letter=letter,
            draft=draft,
            lines=lines[:_MOST_LINES],
            left_out=len(lines) - _MOST_LINES,
            problem=problem(site.context, letter, edit),
        )

    @pages.post("/<topic>/<letter_id>/edit/send")
    def send(topic: str, letter_id: str) -> str | Response:
        draft = drafts.get(request.form.get("draft", ""))
        if draft is None or key(draft.letter) != (topic, letter_id):
            abort(409, "This edit was sent already, or made too long ago. Edit the letter again.")
        if "back" in request.form:
            return _form(draft.letter, draft.typed)
        reason = request.form.get("reason", "").strip()[:1000]
        try:
            job = jobs.start("Send 1 edited letter", 1, lambda job: _act(site, draft, job, reason))
        except Busy as busy:
            abort(409, f"“{busy}” is under way: wait, or stop it. Then send this page again.")
        drafts.pop(draft.id, None)
        return redirect(url_for("jobs.one", job_id=job.id), 303)

    return pages


def _form(letter: DeadLetter, typed: Typed, mistake: str = "") -> str:
    return render_template("edit.html", letter=letter, typed=typed, mistake=mistake)


def _act(site: Site, draft: _Draft, job: Job, reason: str) -> Report:
    acting = Acting(dry_run=False, on_progress=job.watch, stop=job.stop, reason=reason)
    with site.queues:
        report = edit_and_replay(site.context, draft.letter.id, draft.edit, acting)
    if report.count("done", "done before"):
        site.forget({key(draft.letter)})
    return report
