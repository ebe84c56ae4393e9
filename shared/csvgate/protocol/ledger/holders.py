"""Which upload owns an object name that must not be loaded twice (`on_overwrite: refuse`)."""

from csvgate.protocol.ledger.attempts import End
from csvgate.protocol.ledger.entries import Holder
from csvgate.protocol.ledger.ledger import Ledger


def gave_up_name(holder: Holder, end: End | None, ledger: Ledger) -> bool:
    """Return whether an upload that ended so has given up its name: it was rejected, or its rows
    were revoked since it has owned the name. `end` is None while it is under way."""
    if end is None or end.finished.outcome == "rejected":
        return end is not None
    if end.attempt < holder.attempt:
        return False  # it is being restored
    from csvgate.protocol.ledger.revocations import is_removed

    return is_removed(ledger.upload(holder.upload), end)
