"""The audit log: who did what, when and why; the newest entries first."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, abort, render_template, request

from csvgate.protocol.ledger.entries import AuditAction, AuditEnd
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import AUDIT_BEGUN, AUDIT_ENDED, AUDIT_RECORDED
from csvgate_ops.operate.audit import run_parts
from csvgate_ops.operate.console.pages.paging import Page, page
from csvgate_ops.operate.console.site import Site
from csvgate_ops.operate.references import letter_of, upload_of
from csvgate_ops.text import printable

_NAME: Final = re.compile(r"2\d{3}-\d{2}-\d{2}/[0-9a-z._-]{1,100}")
_READERS: Final = 8
_OUTCOMES_PER_PAGE: Final = 200
_MOST_SEARCHED: Final = 500
"""The newest entries that a search reads, with one or two requests each."""


@dataclass(frozen=True, slots=True)
class _Record:
    name: str
    """`<yyyy-mm-dd>/<run>`, which sorts by time."""
    action: AuditAction
    ended: AuditEnd | None
    """None while a run is in progress, after an interruption, and for other actions."""
    is_run: bool
    """True if it is a run on letters, which has an end."""


def audit_pages(site: Site) -> Blueprint:
    pages = Blueprint("audit", __name__, url_prefix="/audit")
    ledger = site.base.ledger.audit

    @pages.get("/")
    def index() -> str:
        text = printable(request.args.get("text", "").strip())
        names, number = _names(ledger), request.args.get("page", "")
        if text:
            records = _read(ledger, names[:_MOST_SEARCHED], _search(text))
            shown: Page[Any] = page(records, number)
            records = list(shown.items)
        else:
            shown = page(names, number)
            records = _read(ledger, shown.items)
        searched = _MOST_SEARCHED if len(names) > _MOST_SEARCHED else 0
        return render_template(
            "audit.html", page=shown, records=records, text=text, searched=searched
        )

    @pages.get("/<path:name>")
    def one(name: str) -> str:
        found = _record(ledger, name) if _NAME.fullmatch(name) else None
        if found is None:
            abort(404, "The audit log has no entry with this name.")
        outcomes = found.ended.outcomes if found.ended else ()
        shown = page(outcomes, request.args.get("page", ""), _OUTCOMES_PER_PAGE)
        return render_template("audit_run.html", record=found, page=shown)

    return pages


def _names(ledger: Ledger) -> list[str]:
    """Newest first, from one listing."""
    parts = [
        found
        for name in ledger.names(AUDIT_BEGUN.prefix())
        for path in (AUDIT_BEGUN, AUDIT_RECORDED)
        if (found := path.parse(name))
    ]
    return sorted({f"{found['day']}/{found['run']}" for found in parts}, reverse=True)


def _search(text: str) -> Callable[[_Record], bool]:
    """Return whether an entry is about the letter that a reference names, or has the text. The
    reference of an upload stands for its id."""
    if (named := letter_of(text)) is not None:
        return lambda record: named[1] in _letters(record)
    folded = upload_of(text).casefold()
    return lambda record: _has(record, folded)


def _letters(record: _Record) -> set[str]:
    """Return the ids of letters that an entry names."""
    ids = record.action.details.get("ids")
    selected = map(str, ids) if isinstance(ids, list) else ()
    return {*selected, *(each.letter for each in (record.ended.outcomes if record.ended else ()))}


def _read(
    ledger: Ledger, names: Sequence[str], wanted: Callable[[_Record], bool] | None = None
) -> list[_Record]:
    """Return the entries of these names that are wanted."""

    def read(name: str) -> _Record | None:
        found = _record(ledger, name)
        # The others are dropped here: a run may list 10,000 letters.
        return found if found and (wanted is None or wanted(found)) else None

    with ThreadPoolExecutor(_READERS) as readers:
        return list(filter(None, readers.map(read, names)))


def _has(record: _Record, text: str) -> bool:
    """Return whether the action, who did it, why, what was selected, or what became of a letter
    contains the folded text."""
    action, ended = record.action, record.ended
    shown = [action.action, action.actor, action.reason]
    shown += [f"{name} {value}" for name, value in action.details.items()]
    for each in ended.outcomes if ended else ():
        shown += [each.letter, each.function, each.code, each.upload, each.result, each.detail]
    return any(text in printable(part).casefold() for part in shown)


def _record(ledger: Ledger, name: str) -> _Record | None:
    """Return the run or action of this name, or None when the audit log does not have it."""
    parts = run_parts(name)
    begun = ledger.get(AUDIT_BEGUN, **parts)
    action = begun or ledger.get(AUDIT_RECORDED, **parts)
    if action is None:
        return None
    ended = ledger.get(AUDIT_ENDED, **parts) if begun else None
    return _Record(name, action, ended, is_run=begun is not None)
