"""Render the email about a finished upload, in HTML and in plain text. Pure: no service, no clock.

Values come from files and object names that anybody may have written. Every value that a template
puts out passes through `one_line` (Jinja's `finalize`), and Jinja escapes it in HTML.
"""

from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from re import compile as pattern
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from csvgate.ports import Email
from csvgate.protocol.events import CheckWarning, ObjectRef, Reason, UploadFinished, UploadRef
from csvgate.protocol.messages.outcome import end_of
from csvgate.protocol.warning_text import warning_text
from csvgate.text import counted, shorten, shorten_middle
from notification.email.figures import bar
from notification.email.safe_text import one_line
from notification.email.wording import LABELS, wording

TOP_REASONS: Final = 8
EXAMPLES: Final = 3
_WARNING: Final = 400
"""Characters of a warning."""
_SUBJECT_NAME: Final = 120
"""Characters of the object's name in the subject; far longer subjects are cut by mail servers."""
_LINK: Final = pattern(r"https?://[^\s<>\"'`\\]+")


def render(
    finished: UploadFinished,
    *,
    sender: str,
    recipients: tuple[str, ...],
    reject_url: str | None,
    time_zone: tzinfo = UTC,
) -> Email:
    """Return the email. `reject_url` is linked if it is a well-formed http or https address, and
    left out otherwise."""
    reasons = [reason for reason in finished.reasons if reason.rows]
    words = wording(finished, hidden_reasons=len(reasons) - TOP_REASONS)
    name = shorten_middle(one_line(finished.upload.name), _SUBJECT_NAME)
    values = {
        "outcome": finished.outcome,
        "dataset": finished.dataset,
        "words": words,
        "labels": LABELS,
        "name": name,
        "bar": bar(finished.counts),
        "read": finished.counts.read,
        "detail": _detail(finished),
        "warnings": [shorten(warning_text(each), _WARNING) for each in _warnings(finished)],
        "reasons": [_reason(reason) for reason in reasons[:TOP_REASONS]],
        "reject_file": _uri(finished.rejects) if finished.rejects else None,
        "link": reject_url if reject_url and _LINK.fullmatch(reject_url) else None,
        "facts": _facts(finished, time_zone),
    }
    return Email(
        sender=sender,
        recipients=recipients,
        subject=f"{words.verdict}: {name}",
        html=_templates().get_template("email.html.j2").render(values),
        text=_templates().get_template("email.txt.j2").render(values),
        custom_args={
            "upload_id": finished.upload.id,
            "outcome": finished.outcome,
            "end": end_of(finished),
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
    environment.filters.update(number="{:,}".format, counted=counted, shorten=shorten)
    return environment


def _detail(finished: UploadFinished) -> str | None:
    """Return why the upload ended as it did. A fault of the file, which is a reason without rows,
    is more specific than the upload's own detail: it has a line and a code."""
    faults = [reason for reason in finished.reasons if not reason.rows and reason.examples]
    if finished.outcome != "rejected" or not faults:
        return finished.detail
    fault = faults[0]
    example = fault.examples[0]
    return f"line {example.line}: {example.message} ({fault.code})"


def _warnings(finished: UploadFinished) -> tuple[CheckWarning, ...]:
    """Return the warnings of rows that are in the table."""
    return finished.warnings if finished.outcome == "completed" else ()


def _reason(reason: Reason) -> dict[str, object]:
    return {
        "where": shorten(reason.column or LABELS["whole_row"], 80),
        "code": shorten(reason.code, 80),
        "rows": reason.rows,
        "examples": reason.examples[:EXAMPLES],
    }


def _facts(finished: UploadFinished, time_zone: tzinfo) -> list[tuple[str, str, bool]]:
    """Return label and value of each line at the foot, and whether the value is an identifier."""
    seconds = max(0, round((finished.finished_at - finished.received_at).total_seconds()))
    facts = [
        ("Upload", finished.upload.id, True),
        ("File", _uri(finished.upload), True),
        ("Generation", str(finished.upload.generation), True),
        ("Dataset", finished.dataset, True),
        ("Table", finished.table or "", True),
        ("Received", _time(finished.received_at, time_zone), False),
        ("Finished", f"{_time(finished.finished_at, time_zone)} ({seconds:,} s later)", False),
    ]
    return [fact for fact in facts if fact[1]]


def _uri(place: UploadRef | ObjectRef) -> str:
    return f"gs://{place.bucket}/{place.name}"


def _on_one_line(value: Any) -> Any:
    """Make a template's output safe, except the markup that our own macros return."""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _time(at: datetime, time_zone: tzinfo) -> str:
    return f"{at.astimezone(time_zone):%d %b %Y, %H:%M:%S %Z}"
