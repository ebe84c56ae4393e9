"""`on_overwrite: refuse`: an object name is held by its first upload until that one is rejected."""

from csvgate.protocol.identity import Upload, digest
from csvgate.protocol.ledger.entries import Holder
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import HOLDER
from csvgate.validation.faults import FileFault


def refuse_overwrite(upload: Upload, ledger: Ledger) -> None:
    """Raises FileFault `file.overwrite` when another upload of this name is loaded or under way.

    Holders are numbered, each created once; a later one may follow only a rejected one.
    """
    name = digest(upload.bucket, upload.name)
    number = 0
    while True:
        ours = Holder(upload=upload.id, generation=upload.generation)
        holder = ledger.create_or_get(HOLDER, ours, object=name, number=number)
        if holder.upload == upload.id:
            return
        claim = ledger.upload(holder.upload).outcome_claim()
        if claim is None or claim.outcome != "rejected":
            state = "loaded" if claim else "being loaded"
            raise FileFault(
                "file.overwrite",
                f"{upload.name} is already {state} (generation {holder.generation}) and the "
                "contract refuses to load a name twice; upload it under another name",
            )
        number += 1
