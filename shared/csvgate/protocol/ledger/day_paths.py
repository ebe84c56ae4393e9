"""The path of the index of uploads by day, in the form of `paths`."""

from typing import Final

from csvgate.protocol.ledger.day_entries import DayEntry
from csvgate.protocol.ledger.paths import EntryPath, LedgerPath

DAY_STAGE: Final = EntryPath(
    "days/{day}/{left:011d}-{upload}.{stage}.json",
    "a stage of an upload in the list of the day on which it was received: a hint for operators",
    DayEntry,
)

TABLE: Final = tuple(found for found in list(globals().values()) if isinstance(found, LedgerPath))
"""Every kind of object, in the order of this file."""
