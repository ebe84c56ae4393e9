"""The entry of the index of uploads by day."""

from datetime import datetime

from csvgate.protocol.events import Counts, UploadRef
from csvgate.protocol.ledger.entries import Entry


class DayEntry(Entry):
    """One stage of an upload, with what a line of a list shows."""

    upload: UploadRef
    dataset: str = ""
    """Empty for an object that no contract matches."""
    received_at: datetime
    at: datetime
    """When the upload reached the stage."""
    counts: Counts | None = None
    """Those of the rows before `stopped_at`, if it is set; None for a stage that has none."""
    stopped_at: int | None = None
    """The line at which the reading of the rows ended, because a limit was certainly exceeded."""
    code: str | None = None
    """Why the upload failed, was ignored, or was rejected although its rows are valid."""
