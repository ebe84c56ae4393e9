"""The email about a finished upload, in HTML and in text. Pure: no service, no clock.

Every value comes from a file, or from an object's name, that anybody may have written: `one_line`
stands between all of them and the templates (`finalize`), and Jinja escapes them in HTML.
"""

from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from re import compile as pattern
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from csvgate.ports import Email
from csvgate.protocol.events import Reason, UploadFinished
from csvgate.text import shorten, shorten_middle
from notification.email.figures import bar, number, rows
from notification.email.safe_text import one_line
from notification.email.wording import words

TOP_REASONS: Final = 8
EXAMPLES: Final = 3
_SUBJECT_NAME: Final = 120
"""Characters: mail servers fold or cut a subject far above this."""
_LINK: Final = pattern(r"https?://[^\s<>\"'`\\]+")


def render(
    finished: UploadFinished,
    *,
    sender: str,
    recipients: tuple[str, ...],
    reject_url: str | None,
    time_zone: tzinfo = UTC,
) -> Email:
    """`reject_url` is linked when it is http or https and well formed, and left out otherwise."""
    said = words(finished)
    name = shorten_middle(one_line(finished.upload.name), _SUBJECT_NAME)
    reasons = [reason for reason in finished.reasons if reason.rows]
    values = {
        "finished": finished,
        "words": said,
        "name": name,
        "bar": bar(finished.counts),
        "detail": _detail(finished),
        "reasons": [_reason(reason) for reason in reasons[:TOP_REASONS]],
        "more_reasons": len(reasons) - TOP_REASONS,
        "link": reject_url if reject_url and _LINK.fullmatch(reject_url) else None,
        "times": [_time(at, time_zone) for at in (finished.received_at, finished.finished_at)],
        "seconds": max(0, round((finished.finished_at - finished.received_at).total_seconds())),
    }
    return Email(
        sender=sender,
        recipients=recipients,
        subject=f"{said.verdict}: {name}",
        html=_templates().get_template("email.html.j2").render(values),
        text=_templates().get_template("email.txt.j2").render(values),
        custom_args={
            "upload_id": finished.upload.id,
            "outcome": finished.outcome,
            "dataset": finished.dataset,
        },
    )


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
        autoescape=select_autoescape(("html.j2",), default=False),
        finalize=_on_one_line,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters.update(number=number, rows=rows, shorten=shorten)
    return environment


def _detail(finished: UploadFinished) -> str | None:
    """A fault of the file as a whole is a reason of no rows: it says more, its line and code."""
    faults = [reason for reason in finished.reasons if not reason.rows and reason.examples]
    if finished.outcome != "rejected" or not faults:
        return finished.detail
    fault = faults[0]
    example = fault.examples[0]
    return f"line {example.line}: {example.message} ({fault.code})"


def _reason(reason: Reason) -> dict[str, object]:
    return {
        "where": shorten(reason.column or "the row as a whole", 80),
        "code": shorten(reason.code, 80),
        "rows": reason.rows,
        "examples": reason.examples[:EXAMPLES],
    }


def _on_one_line(value: Any) -> Any:
    """Of everything a template puts out, except what a macro of ours has made."""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _time(at: datetime, time_zone: tzinfo) -> str:
    return f"{at.astimezone(time_zone):%d %b %Y, %H:%M:%S %Z}"
