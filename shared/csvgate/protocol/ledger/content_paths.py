"""The paths of the index by content, in the form of `paths`."""

from typing import Final

from csvgate.protocol.ledger.content_entries import ContentEntry
from csvgate.protocol.ledger.paths import EntryPath, LedgerPath

_C: Final = "contents/{content}/"

FIRST_CONTENT: Final = EntryPath(
    _C + "first.json", "the first upload with this content, for a table", ContentEntry
)
LATER_CONTENT: Final = EntryPath(
    _C + "{object}/{at:020d}-{upload}.json",
    "a later upload with this content that was loaded all the same, by its object name",
    ContentEntry,
)

TABLE: Final = tuple(found for found in list(globals().values()) if isinstance(found, LedgerPath))
"""Every kind of object, in the order of this file."""
