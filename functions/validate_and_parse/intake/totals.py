"""Compare an upload with the totals that its footer or its sidecar states."""

from csvgate.contracts.sidecars import sidecar_name
from csvgate.light_dataclass import dataclass
from csvgate.ports import ObjectStore
from csvgate.protocol.identity import Upload
from csvgate.runtime.errors import Permanent, Transient
from csvgate.totals.file_totals import FOOTER, FileTotals
from csvgate.totals.sidecar_lines import MAX_BYTES, missing, sidecar_lines, too_large
from csvgate.validation.batch import Batch
from intake.pin_plan import Pinned


@dataclass(frozen=True, slots=True)
class UploadTotals:
    """The totals of one reading of an upload. Pass `footer` to the engine and every batch to `add`,
    then call `compare`."""

    computed: FileTotals
    lines: list[bytes] | None
    """Those of the sidecar; None if the footer states the totals."""
    where: str

    @property
    def footer(self) -> list[bytes]:
        return self.computed.footer

    def add(self, batch: Batch) -> None:
        self.computed.add(batch)

    def compare(self) -> None:
        """Raises FileFault `file.total_missing` and `file.total_differs`."""
        self.computed.compare(self.lines, self.where)


def totals_of(pinned: Pinned, upload: Upload, store: ObjectStore) -> UploadTotals | None:
    """Return the totals of a pinned upload, with the current generation of its sidecar; None if its
    contract has none.

    Raises FileFault `file.sidecar_unreadable`. If the sidecar does not exist, raises Transient
    `sidecar.waiting`, and FileFault `file.sidecar_missing` in the last start.
    """
    contract, totals = pinned.contract, pinned.contract.totals
    if totals is None:
        return None
    if totals.sidecar is None:
        return UploadTotals(FileTotals(contract), None, FOOTER)
    name = sidecar_name(totals.sidecar, upload.name)
    where = f"the sidecar gs://{upload.bucket}/{name}"
    data = _read(store, upload.bucket, name, where)
    if data is None and pinned.is_last:
        raise missing(where)
    if data is None:
        raise Transient("sidecar.waiting", f"{where} does not exist yet; a retry looks again")
    return UploadTotals(FileTotals(contract), sidecar_lines(data, contract.encoding, where), where)


def _read(store: ObjectStore, bucket: str, name: str, where: str) -> bytes | None:
    try:
        return store.read(bucket, name, max_bytes=MAX_BYTES)
    except Permanent as failure:
        if failure.code != "storage.too_large":
            raise
        raise too_large(where) from None
