"""End the retries of an upload whose starts end silently.

An instance that runs out of memory, crashes in native code or is stopped at the timeout cannot say
so. The ledger shows it all the same: every start is recorded, and so is every orderly end. A start
whose timeout has passed and that has no recorded end was silent.
"""

from datetime import timedelta
from typing import Final

from csvgate.protocol.ledger.entries import Received, Start
from csvgate.protocol.ledger.ledger import Starts, UploadLedger
from csvgate.runtime.errors import Permanent

MOST_SILENT: Final = 5
"""Starts of one revision in a row that may end silently. The next one gives up: each may have
taken the whole timeout, and the same file will most likely end it in the same way."""


def refuse_after_silent_starts(
    entries: UploadLedger, received: Received, starts: Starts, ours: Start, timeout: timedelta
) -> None:
    """Raise Permanent `upload.killed` if the MOST_SILENT starts before `ours` were silent. The
    failure is an orderly end, so that a replay has as many starts again.

    A start that may still be running is passed over. Starts of another revision do not count. The
    first start counts for any revision, because the pin does not say which one made it. Reads
    nothing unless enough starts have no end.
    """
    before = range(starts.number - 1, max(starts.ended, default=0), -1)
    if len(before) < MOST_SILENT:
        return
    silent = 0
    for number in before:
        start = entries.start(number)
        at = start.at if start else received.received_at
        if start is not None and start.revision != ours.revision:
            return
        if ours.at - at > timeout:
            silent += 1
        if silent == MOST_SILENT:
            raise Permanent("upload.killed", _message(ours, timeout))


def _message(ours: Start, timeout: timedelta) -> str:
    return (
        f"{MOST_SILENT} starts of revision {ours.revision} in a row ended silently: the "
        "instance ran out of memory, crashed, or was stopped at the timeout of "
        f"{timeout.total_seconds():.0f} seconds. Its log says which; a replay of this letter, or "
        f"another revision, has {MOST_SILENT} starts again"
    )
