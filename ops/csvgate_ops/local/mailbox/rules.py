"""Refuses mail/send requests that SendGrid would refuse, with SendGrid's error messages."""

import json
from collections.abc import Iterator
from typing import Any, Final

from csvgate_ops.local.mailbox.addresses import (
    NO_FROM,
    Problem,
    address_of,
    is_valid,
    recipient_problems,
)

MAX_BYTES: Final = 30 * 1024 * 1024
MAX_CUSTOM_ARGS_BYTES: Final = 10_000
_HELP: Final = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#"
_NO_SUBJECT: Final = (
    "The subject is required. You can get around this requirement if you use a template with a "
    "subject defined or if every personalization has a subject defined."
)
_NO_CONTENT: Final = (
    "Unless a valid template_id is provided, the content parameter is required. There must be at "
    "least one defined content block. We typically suggest both text/plain and text/html blocks "
    "are included, but only one block is required."
)
_EMPTY: Final = "The content value must be a string at least one character in length."
_ORDER: Final = (
    "Following RFC 1341, section 7.2, if either text/html or text/plain are to be sent in your "
    "email: text/plain needs to be first, followed by text/html, followed by any other content."
)


def errors(*problems: tuple[str, str | None, str | None]) -> dict[str, Any]:
    """Return the response body for problems, each given as message, field and help address."""
    return {
        "errors": [
            {"message": text, "field": field, "help": page} for text, field, page in problems
        ]
    }


NO_CREDITS: Final = "Maximum credits exceeded"
"""The message, with status 401, once the plan's emails are used up: the same status as for a wrong
key."""


class Refused(Exception):
    """The request is invalid; `body` is the body of the 400 response."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(body)
        self.body = body


def checked(request: object) -> dict[str, Any]:
    """Return the request if SendGrid would accept it. Raises Refused with all problems."""
    if not isinstance(request, dict) or not _is_text(request):
        raise Refused(errors(("Bad Request", None, None)))
    found = [
        *_sender_problems(request),
        *recipient_problems(request),
        *_subject_problems(request),
        *_content_problems(request),
        *_custom_args_problems(request),
    ]
    if found:
        raise Refused(errors(*((text, field, _HELP + anchor) for text, field, anchor in found)))
    return request


def _is_text(request: dict[str, Any]) -> bool:
    """Return whether all strings are valid Unicode: JSON can escape lone surrogates, emails
    cannot."""
    try:
        json.dumps(request, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _sender_problems(request: dict[str, Any]) -> Iterator[Problem]:
    address = address_of(request.get("from"))
    if address is None:
        yield NO_FROM, "from.email", "message.from"
    elif not is_valid(address):
        yield (
            "The from email does not contain a valid address.",
            "from.email",
            "message.from",
        )


def _subject_problems(request: dict[str, Any]) -> Iterator[Problem]:
    if not isinstance(request.get("subject"), str) or not request["subject"]:
        yield _NO_SUBJECT, "subject", "message.subject"


def _content_problems(request: dict[str, Any]) -> Iterator[Problem]:
    blocks = request.get("content")
    if not isinstance(blocks, list) or not blocks:
        yield _NO_CONTENT, "content", "message.content"
        return
    kinds = []
    for index, block in enumerate(blocks):
        value = block.get("value") if isinstance(block, dict) else None
        if not isinstance(value, str) or not value:
            yield _EMPTY, f"content.{index}.value", "message.content.value"
        kinds.append(block.get("type") if isinstance(block, dict) else None)
    order = [kind for kind in ("text/plain", "text/html") if kind in kinds]
    if kinds[: len(order)] != order:
        yield _ORDER, "content", "message.content"


def _custom_args_problems(request: dict[str, Any]) -> Iterator[Problem]:
    arguments = request.get("custom_args") or {}
    if not isinstance(arguments, dict):
        yield "Invalid type. Expected: object.", "custom_args", "message.custom_args"
        return
    for key, value in arguments.items():
        if not isinstance(value, str):
            yield "Invalid type. Expected: string.", f"custom_args.{key}", "message.custom_args"
    if len(str(arguments).encode()) > MAX_CUSTOM_ARGS_BYTES:
        yield (
            "The combined custom arguments may not exceed 10000 bytes.",
            "custom_args",
            "message.custom_args",
        )
