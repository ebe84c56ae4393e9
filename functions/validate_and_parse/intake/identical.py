"""Find out whether the content of an upload is in its table already, under this or another name.

Only an upload that is committed and was not revoked is a reason to skip another one: an upload that
is under way may still be rejected, and then nobody would have loaded the rows. An upload is never a
duplicate of itself, whichever delivery asks.

Where an upload changes rows of its table, nothing is skipped: such uploads take effect in the order
of their objects, and an older one that is under way could still replace what the newer one leaves
in place. Loading the content again gives the same rows there.
"""

from typing import Final, Literal

from csvgate.contracts.effects import leaves_out_twin
from csvgate.contracts.model import Contract
from csvgate.light_dataclass import dataclass
from csvgate.protocol.events import UploadRef
from csvgate.protocol.ledger.content_entries import ContentEntry
from csvgate.protocol.ledger.content_index import Content, State, state_of
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.verdict import IDENTICAL, Verdict
from csvgate.validation.faults import Fault, FileFault
from intake.pin_plan import Pinned

REFUSED: Final = "file.identical"


@dataclass(frozen=True, slots=True)
class Identical:
    """Another upload has the same content."""

    upload: UploadRef
    action: Literal["load", "skip", "refuse"]
    """What becomes of this one."""
    detail: str
    """For people; empty if it is loaded."""

    def verdict(self) -> Verdict:
        """Return the verdict about an upload that is not loaded."""
        return Verdict("skipped", IDENTICAL, self.detail)

    def fault(self) -> Fault:
        """Return the fault of an upload that is refused."""
        return FileFault(REFUSED, self.detail).fault


def identical(pinned: Pinned, ledger: Ledger) -> Identical | None:
    """Return another upload with this content, and what the contract says about that; None if there
    is none, or if the contract loads every upload. An upload with new content costs one write."""
    contract, received = pinned.contract, pinned.received
    if contract.identical == "load" or not received.crc32c:
        return None
    ours = ContentEntry(upload=received.upload, md5=received.md5, at=received.received_at)
    table = f"{contract.destination.dataset}.{contract.destination.table}"
    content = Content.of(ledger, table, received.size, received.crc32c)
    first = content.claim(ours)
    if first.upload.id == received.upload.id:
        return None
    found = _judged(contract, content, ours, first)
    if found is None or found.action == "load":
        content.add(ours)
    return found


def _judged(
    contract: Contract, content: Content, ours: ContentEntry, first: ContentEntry
) -> Identical | None:
    waiting: ContentEntry | None = None
    for entry in content.others(ours, first):
        state: State = state_of(content.ledger.upload(entry.upload.id))
        if state == "no_rows":
            return None  # the content has no row that could be there twice
        if state == "loaded":
            return _found(contract, ours, entry)
        if state == "under_way":
            waiting = waiting or entry
    return Identical(waiting.upload, "load", "") if waiting else None


def _found(contract: Contract, ours: ContentEntry, loaded: ContentEntry) -> Identical:
    ref, same_name = loaded.upload, loaded.upload.name == ours.upload.name
    if not leaves_out_twin(contract, same_name=same_name):
        return Identical(ref, "load", "")
    if same_name:
        return Identical(ref, "skip", _detail("This file", ref))
    action: Literal["skip", "refuse"] = "skip" if contract.identical == "skip" else "refuse"
    return Identical(ref, action, _detail(f"The content of this file, as {ref.name},", ref))


def _detail(what: str, ref: UploadRef) -> str:
    return (
        f"{what} is loaded already (upload {ref.id}, generation {ref.generation}), and has the "
        "same size and checksum. To load the rows a second time, set `identical: load` in the "
        "contract; to load them anew, revoke that upload first"
    )
