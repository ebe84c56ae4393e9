"""Lift an open breaker: the confirmation page, and the lifting."""

from collections.abc import Sequence

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from csvgate_ops.operate.breakers import BreakerState, lift, states
from csvgate_ops.operate.console.site import Site

_LONGEST_REASON = 1000


def breakers_pages(site: Site) -> Blueprint:
    pages = Blueprint("breakers", __name__, url_prefix="/breakers")

    @pages.get("/<function>/lift")
    def confirm(function: str) -> str:
        """Show what the breaker holds back, and ask for a reason."""
        return _confirmation(function, _open(site, function))

    @pages.post("/<function>/lift")
    def begin(function: str) -> str | tuple[str, int] | Response:
        is_open = _open(site, function)
        reason = request.form.get("reason", "").strip()
        if problem := _problem(reason):
            return _confirmation(function, is_open, problem), 400
        context = site.context
        lifted = list(
            lift(
                *(context.ledger, function, context.actor, reason, context.clock),
                verified_by=context.verified_by,
            )
        )
        site.breakers.change(lambda known: [s for s in known if s.function != function])
        site.breakers.refresh()
        if not lifted:
            abort(409, "Somebody else has lifted this breaker in the meantime.")
        return redirect(url_for("overview.index"), 303)

    return pages


def _open(site: Site, function: str) -> Sequence[BreakerState]:
    """Return the open breakers of the function's revisions, as the ledger has them now. Ends the
    request if there are none."""
    if function not in {route.function for route in site.base.routes}:
        abort(404, "There is no function with this name.")
    found = [
        state
        for state in states(site.base.ledger, [function])
        if state.function == function and state.state == "open"
    ]
    if not found:
        abort(409, f"The breaker of {function} is not open: it was lifted, or never opened.")
    return found


def _problem(reason: str) -> str:
    if not reason:
        return "The reason is missing. It is kept in the audit log."
    if len(reason) > _LONGEST_REASON:
        return f"The reason is longer than {_LONGEST_REASON:,} characters."
    return ""


def _confirmation(function: str, is_open: Sequence[BreakerState], problem: str = "") -> str:
    return render_template(
        "breaker_lift.html",
        function=function,
        breakers=is_open,
        problem=problem,
        reason=request.form.get("reason", ""),
    )
