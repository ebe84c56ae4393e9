"""Checks the addresses in a mail/send request, with SendGrid's error messages."""

import re
from collections.abc import Iterator
from typing import Any, Final

Problem = tuple[str, str, str]
"""An error message, its field, and the anchor of its help page."""

MAX_RECIPIENTS: Final = 1000
KINDS: Final = ("to", "cc", "bcc")

# SendGrid does not publish its rule. Domains without a dot are accepted for `csvgate@localhost`.
_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,255}")
_TO_HELP: Final = "message.personalizations.to"
_NO_PERSONALIZATION: Final = (
    "The personalizations field is required and must have at least one personalization."
)
_NO_TO: Final = (
    "The to array is required for all personalization objects, and must have at least one email "
    "object with a valid email address."
)
_TWICE: Final = (
    "Each email address in the personalization block should be unique between to, cc, and bcc. We "
    "found the first duplicate instance of [{}] in the {} field."
)
_TOO_MANY: Final = "There is a limit of 1000 total recipients (to + cc + bcc) per request."
NO_FROM: Final = (
    "The from object must be provided for every email send. It is an object that requires the "
    'email parameter, but may also contain a name parameter.  e.g. {"email" : '
    '"example@example.com"}  or {"email" : "example@example.com", "name" : "Example Recipient"}.'
)


def recipients(request: dict[str, Any]) -> list[str]:
    """Return the recipients of a valid request, in order."""
    return [
        str(each["email"])
        for personalization in request["personalizations"]
        for kind in KINDS
        for each in personalization.get(kind) or ()
    ]


def recipient_problems(request: dict[str, Any]) -> Iterator[Problem]:
    blocks = request.get("personalizations")
    if not isinstance(blocks, list) or not blocks:
        yield _NO_PERSONALIZATION, "personalizations", "-Personalizations-Errors"
        return
    total = 0
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        where = f"personalizations.{number}"
        if not isinstance(block, dict) or not isinstance(block.get("to"), list) or not block["to"]:
            yield _NO_TO, f"{where}.to", _TO_HELP
            continue
        for kind in KINDS:
            addresses = block.get(kind) or []
            if not isinstance(addresses, list):
                yield "Invalid type. Expected: array.", f"{where}.{kind}", _TO_HELP
                continue
            for index, each in enumerate(addresses):
                total += 1
                yield from _problems_of(each, f"{where}.{kind}", index, seen)
    if total > MAX_RECIPIENTS or len(blocks) > MAX_RECIPIENTS:
        yield _TOO_MANY, "personalizations", "message.recipient-errors"


def _problems_of(each: object, where: str, index: int, seen: set[str]) -> Iterator[Problem]:
    address = address_of(each)
    if address is None:
        message = f"The {where.rsplit('.', 1)[1]} email parameter is required."
        yield message, f"{where}.{index}.email", _TO_HELP
    elif not is_valid(address):
        yield "Does not contain a valid address.", f"{where}.{index}.email", _TO_HELP
    elif address.casefold() in seen:
        block = where.rsplit(".", 1)[0]
        yield _TWICE.format(address, where), block, "message.recipient-errors"
    else:
        seen.add(address.casefold())


def address_of(each: object) -> str | None:
    address = each.get("email") if isinstance(each, dict) else None
    return address if isinstance(address, str) and address else None


def is_valid(address: str) -> bool:
    return _ADDRESS.fullmatch(address) is not None
