"""The audit log: who did what, when and why."""

import re
from typing import Final

from flask import Blueprint, abort, render_template, request

from csvgate_ops.operate.console.audit_log import audit_record, audit_records, names
from csvgate_ops.operate.console.pages.paging import page
from csvgate_ops.operate.console.site import Site

_NAME: Final = re.compile(r"2\d{3}-\d{2}-\d{2}/[0-9a-z._-]{1,100}")


def audit_pages(site: Site) -> Blueprint:
    pages = Blueprint("audit", __name__, url_prefix="/audit")

    @pages.get("/")
    def index() -> str:
        shown = page(names(site.context.ledger), request.args.get("page", ""))
        return render_template(
            "audit.html", page=shown, audit_records=audit_records(site.context.ledger, shown.items)
        )

    @pages.get("/<path:name>")
    def one(name: str) -> str:
        found = audit_record(site.context.ledger, name) if _NAME.fullmatch(name) else None
        if found is None:
            abort(404, "The audit log has no entry with this name.")
        outcomes = found.ended.outcomes if found.ended else ()
        shown = page(outcomes, request.args.get("page", ""), 200)
        return render_template("audit_run.html", audit_record=found, page=shown)

    return pages
