"""Edit and replay one letter: the form, the difference, the start of the job."""

import secrets
from dataclasses import dataclass, field
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from csvgate_ops.operate.console.edits import (
    FormFields,
    InvalidEdit,
    form_fields,
    parse_edit,
    shows_hidden_values,
    with_formatted_data,
)
from csvgate_ops.operate.console.jobs import Busy, Jobs, Work
from csvgate_ops.operate.console.pages.letters import known_letter, with_data
from csvgate_ops.operate.console.pages.others import others_on
from csvgate_ops.operate.console.site import Key, Site, key
from csvgate_ops.operate.dead_letters.actions.edit import (
    Edit,
    difference,
    edit_and_replay,
    is_json,
    problem,
)
from csvgate_ops.operate.dead_letters.actions.show import record_reveal
from csvgate_ops.operate.dead_letters.content.masking import NOTHING, mask_of
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.runs import Report, RunOptions

_MOST_KEPT: Final = 20
_MOST_REVEALED: Final = 1000
_MOST_LINES: Final = 2000
"""The most lines shown of the difference."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """An edit whose difference was shown and that waits to be sent."""

    letter: DeadLetter
    fields: FormFields
    edit: Edit
    id: str = field(default_factory=lambda: secrets.token_hex(8))


def edit_pages(site: Site, jobs: Jobs) -> Blueprint:
    pages = Blueprint("edit", __name__, url_prefix="/letters")
    drafts: dict[str, _Draft] = {}
    revealed: dict[tuple[str, Key], None] = {}
    """Who was shown hidden values of which letters, as recorded; the oldest first."""

    def reveal(letter: DeadLetter) -> None:
        """Record that the operator sees hidden values of the letter."""
        context = site.context
        record_reveal(context, "edit", {"ids": [letter.id]})
        revealed[context.actor, key(letter)] = None
        while len(revealed) > _MOST_REVEALED:
            revealed.pop(next(iter(revealed)), None)

    @pages.get("/<topic>/<letter_id>/edit")
    def form(topic: str, letter_id: str) -> str:
        letter = with_data(site, known_letter(site, topic, letter_id))
        if shows_hidden_values(letter, mask_of(letter, site.context)):
            return render_template("edit_hidden.html", letter=letter)
        return _form(site, letter, form_fields(letter))

    @pages.post("/<topic>/<letter_id>/edit")
    def opened(topic: str, letter_id: str) -> str:
        """Show the form with values that other pages mask."""
        letter = with_data(site, known_letter(site, topic, letter_id))
        reveal(letter)
        return _form(site, letter, form_fields(letter))

    @pages.post("/<topic>/<letter_id>/edit/difference")
    def preview(topic: str, letter_id: str) -> str | tuple[str, int]:
        letter = with_data(site, known_letter(site, topic, letter_id))
        fields = FormFields(request.form.get("attributes", ""), request.form.get("data"))
        try:
            if "format" in request.form:
                return _form(site, letter, with_formatted_data(letter, fields))
            edit = parse_edit(letter, fields)
        except InvalidEdit as mistake:
            return _form(site, letter, fields, str(mistake)), 400
        context = site.context
        is_known = (context.actor, key(letter)) in revealed
        if not is_known and shows_hidden_values(letter, mask_of(letter, context)):
            # The difference shows them too, and may be asked for without the form.
            reveal(letter)
        lines = difference(letter, edit, NOTHING)
        if not lines:
            return _form(site, letter, fields, "Nothing was changed."), 400
        draft = _Draft(letter, fields, edit)
        drafts[draft.id] = draft
        while len(drafts) > _MOST_KEPT:
            drafts.pop(next(iter(drafts)), None)
        return render_template(
            "edit_difference.html",
            letter=letter,
            draft=draft,
            lines=lines[:_MOST_LINES],
            left_out=len(lines) - _MOST_LINES,
            problem=problem(site.context, letter, edit),
            **others_on(site, [letter]),
        )

    @pages.post("/<topic>/<letter_id>/edit/send")
    def send(topic: str, letter_id: str) -> str | Response:
        draft = drafts.get(request.form.get("draft", ""))
        if draft is None or key(draft.letter) != (topic, letter_id):
            abort(409, "This edit was already sent, or made too long ago. Edit the letter again.")
        if "back" in request.form:
            return _form(site, draft.letter, draft.fields)
        reason = request.form.get("reason", "").strip()[:1000]
        try:
            job = jobs.start(
                "Send 1 edited letter",
                1,
                RunOptions(dry_run=False, reason=reason),
                _work(site, draft, site.context),
                site.operator(),
            )
        except Busy as busy:
            abort(409, f"“{busy}” is still running: wait, or stop it. Then send this page again.")
        drafts.pop(draft.id, None)
        return redirect(url_for("jobs.one", job_id=job.id), 303)

    return pages


def _form(site: Site, letter: DeadLetter, fields: FormFields, mistake: str = "") -> str:
    return render_template(
        "edit.html",
        letter=letter,
        fields=fields,
        mistake=mistake,
        is_json=is_json(letter),
        **others_on(site, [letter]),
    )


def _work(site: Site, draft: _Draft, context: DeadLetterContext) -> Work:
    def run(options: RunOptions) -> Report:
        with site.queues:
            report = edit_and_replay(context, draft.letter.id, draft.edit, options)
        if report.count("done", "done before"):
            site.forget({key(draft.letter)})
        return report

    return run
