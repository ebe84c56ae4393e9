"""Which objects are uploads: each of the others ends in a named outcome, none in an exception."""

from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from csvgate.ports import Clock
from csvgate.protocol.events import UploadRef
from csvgate.protocol.identity import Upload, digest
from csvgate.protocol.ledger.attempts import end_of_upload
from csvgate.protocol.ledger.day_index import index_ignored
from csvgate.protocol.ledger.entries import Holder, Ignored
from csvgate.protocol.ledger.holders import gave_up_name
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import HOLDER
from csvgate.validation.faults import FileFault


def out_of_scope(upload: Upload, *, uploads_bucket: str, rejects_bucket: str) -> str | None:
    """Return the outcome's name for an object that is not an upload; None for an upload."""
    if upload.bucket == rejects_bucket:
        return "ignored: reject file"
    if upload.bucket != uploads_bucket:
        return "ignored: other bucket"
    if upload.name.endswith("/"):
        return "ignored: folder"
    return None


def owner_of_sidecar(name: str, contracts: Contracts) -> Contract | None:
    """Return the contract to whose uploads an object with this name is a sidecar, if there is
    one."""
    if all(c.totals is None or c.totals.sidecar is None for c in contracts):
        return None
    # Imported here, because most contracts have no sidecars.
    from csvgate.contracts.sidecars import sidecar_owner

    return sidecar_owner(name, contracts)


def ignore_sidecar(upload: Upload, owner: Contract, ledger: Ledger, clock: Clock) -> str:
    """Record for `csvgate status` that the object is not loaded, because it is a sidecar of uploads
    under the contract `owner`; return the outcome."""
    _ignore(
        ledger,
        Ignored(
            upload=UploadRef.of(upload),
            reason="sidecar",
            detail=f"{upload.name} is a sidecar: it states the totals of an upload under contract "
            f"{owner.dataset} and is read together with that upload. It has no rows of its own",
            at=clock(),
        ),
    )
    return "ignored: sidecar"


def ignore_unmatched(upload: Upload, contracts: Contracts, ledger: Ledger, clock: Clock) -> str:
    """Record that no contract matches the object, for `csvgate status`; return the outcome."""
    patterns = ", ".join(sorted(p for c in contracts for p in c.match)) or "none"
    _ignore(
        ledger,
        Ignored(
            upload=UploadRef.of(upload),
            reason="no_contract",
            detail=f"no contract matches {upload.name}; the contracts match: {patterns}. To load "
            "such files, add a contract, which `csvgate infer` drafts, and upload it again",
            at=clock(),
        ),
    )
    return "ignored: no contract"


def _ignore(ledger: Ledger, ours: Ignored) -> None:
    """Create the entry, and list the one that stands: its time is part of the name in the index."""
    index_ignored(ledger, ledger.upload(ours.upload.id).ignore(ours))


def refuse_overwrite(upload: Upload, ledger: Ledger) -> None:
    """Enforce `on_overwrite: refuse`: an object name is owned by its first upload until that is
    rejected or revoked. Raises FileFault `file.overwrite` when another upload of this name is
    loaded or under way.

    Owners are numbered and each entry is created once; a later one follows only one that has given
    up the name.
    """
    name = digest(upload.bucket, upload.name)
    number = 0
    while True:
        ours = Holder(upload=upload.id, generation=upload.generation)
        holder = ledger.create_or_get(HOLDER, ours, object=name, number=number)
        if holder.upload == upload.id:
            return
        end = end_of_upload(ledger.upload(holder.upload))
        if not gave_up_name(holder, end, ledger):
            state = "loaded" if end else "being loaded"
            raise FileFault(
                "file.overwrite",
                f"{upload.name} is already {state} (generation {holder.generation}) and the "
                "contract refuses to load a name twice; upload it under another name",
            )
        number += 1
