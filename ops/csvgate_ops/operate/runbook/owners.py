"""Who has to act on a code: the operator, the uploader or nobody."""

from typing import Final

from csvgate.validation.codes import CODES
from csvgate_ops.operate.runbook.catalogue import CATALOGUE
from csvgate_ops.operate.runbook.model import Owner

OWNERS: Final[tuple[Owner, ...]] = ("operator", "uploader", "nobody")
"""In the order in which lists show them."""
_NOTHING_TO_DO: Final = frozenset(["upload.identical", "upload.superseded", "upload.revoked"])
"""Codes of uploads whose rows are in the table already, or that an operator took out of it."""


def owner_of(code: str) -> Owner:
    """Return the owner of a code. The faults of files and rows are the uploader's; a code that
    csvgate does not know is the operator's, because it may be a failure."""
    if code in _NOTHING_TO_DO:
        return "nobody"
    if entry := CATALOGUE.get(code):
        return entry.owner
    return "uploader" if code in CODES else "operator"
