"""What a page of the console may do: show itself, and ask the console."""

from typing import Final

HTMX_FILE: Final = "htmx-2.0.11.min.js"

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

REFERRER: Final = "same-origin"
"""With `no-referrer`, browsers would hide from us that a form is our own (Origin: null)."""

HTMX_CONFIG: Final = {
    "allowEval": False,
    "allowScriptTags": False,
    "includeIndicatorStyles": False,
    "selfRequestsOnly": True,
    "historyEnabled": False,
    "historyCacheSize": 0,
    "refreshOnHistoryMiss": False,
}
"""What keeps htmx inside the policy: no eval, no inline style, and no page kept in storage."""
