"""Open the reject file of an upload for a download: masked, or complete once that is recorded."""

from base64 import b64encode
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

from google_crc32c import Checksum

from csvgate.ports import ObjectInfo
from csvgate.protocol.events import RejectsRef
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.dead_letters.actions.show import record_reveal
from csvgate_ops.operate.dead_letters.content.masked_rejects import masked_rejects
from csvgate_ops.operate.dead_letters.content.masking import (
    Mask,
    contract_of_upload,
    mask_of_upload,
)
from csvgate_ops.operate.dead_letters.context import DeadLetterContext


class NoRejectFile(Exception):
    """The message says why there is nothing to download."""


@dataclass(frozen=True, slots=True)
class RejectDownload:
    name: str
    """The name of the object without its folders. A masked copy is named differently, so that it
    cannot be uploaded as a correction: its name does not say which upload it corrects."""
    size: int
    """In bytes."""
    pieces: Generator[bytes, None, None]
    """Raises Transient before its last piece if the bytes were damaged on their way."""


def open_rejects(
    context: DeadLetterContext, upload: str, seal: int | None, dataset: str, *, reveal: bool
) -> RejectDownload:
    """Return the reject file that this seal of the upload names. `reveal` is recorded in the audit
    log; otherwise the cells of sensitive columns are masked. A masked file is read twice, because
    its size is sent before its first byte. Nothing is kept in memory or on disk.

    Raises NoRejectFile, Unreadable, Transient, Permanent.
    """
    ref, info = _find(context, upload, seal)
    if reveal:
        wanted: dict[str, object] = {"upload": upload, "object": f"gs://{ref.bucket}/{ref.name}"}
        record_reveal(context, "rejects", wanted)
    contract = contract_of_upload(upload, context)
    mask = mask_of_upload(dataset, upload, context) if contract else Mask(None)
    if reveal or mask.hides_nothing:
        return RejectDownload(ref.name.rpartition("/")[2], info.size, _read(context, ref, info))
    size = sum(map(len, masked_rejects(_read(context, ref, info), contract, mask)))
    pieces = masked_rejects(_read(context, ref, info), contract, mask)
    return RejectDownload(f"rejects-{upload}-masked.csv", size, pieces)


def _find(
    context: DeadLetterContext, upload: str, seal: int | None
) -> tuple[RejectsRef, ObjectInfo]:
    found = None if seal is None else context.ledger.upload(upload).seal(seal)
    if found is None:
        raise NoRejectFile("The upload has no reject file: it was not read to its end.")
    ref = found.rejects
    if ref is None:
        raise NoRejectFile("The upload has no reject file: none of its rows was rejected.")
    info = context.store.stat(ref.bucket, ref.name, ref.generation)
    if info is None:
        raise NoRejectFile(
            f"gs://{ref.bucket}/{ref.name} no longer exists as it was written; reject files are "
            "deleted after 90 days."
        )
    return ref, info


def _read(
    context: DeadLetterContext, ref: RejectsRef, info: ObjectInfo
) -> Generator[bytes, None, None]:
    pieces = context.store.stream(ref.bucket, ref.name, ref.generation, info.size)
    return _verified(pieces, ref)


def _verified(pieces: Iterable[bytes], ref: RejectsRef) -> Generator[bytes, None, None]:
    """Yield the last piece only if the checksum is right, so that a damaged download is shorter
    than its announced size and a browser reports that it failed."""
    checksum: Any = Checksum()  # type: ignore[no-untyped-call]  # the library is untyped
    held = b""
    for piece in pieces:
        checksum.update(piece)
        if held:
            yield held
        held = piece
    if b64encode(checksum.digest()).decode() != ref.crc32c:
        where = f"gs://{ref.bucket}/{ref.name}"
        raise Transient("storage.corrupt", f"{where}: the bytes read have another CRC32C")
    yield held
