"""One upload as enrich_records loads it: the seal that stands, the pin, and its rows."""

from dataclasses import field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from csvgate.chunks.arrow import decode
from csvgate.light_dataclass import dataclass
from csvgate.ports import LoadedRows, ObjectStore, PartitionBounds, TableSpec
from csvgate.protocol.ledger.entries import Received, Seal
from csvgate.protocol.ledger.ledger import UploadLedger
from csvgate.protocol.staging import read_staged
from csvgate.runtime.errors import Permanent, Transient
from enrichment.plans import LoadedPlan

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class SealedLoad:
    """A seal of an upload, with what is needed to load its rows."""

    entries: UploadLedger
    received: Received
    number: int
    seal: Seal
    plan: LoadedPlan

    @property
    def upload(self) -> str:
        return self.received.upload.id

    @property
    def rows(self) -> LoadedRows:
        """What identifies the upload's rows in its table."""
        bounds = self.seal.bounds
        return LoadedRows(
            table=self.plan.table,
            upload=self.seal.corrects or self.upload,
            ingested_at=self.seal.ingested_at,
            bounds=PartitionBounds(bounds.column, bounds.low, bounds.high) if bounds else None,
        )

    @property
    def is_appended(self) -> bool:
        """Whether the rows are only added to the table, without a staging table."""
        return self.plan.disposition == "append"

    def destination(self, attempt: int) -> TableSpec:
        """Return the table that the write streams of an attempt belong to: the upload's own, or a
        staging table of this attempt alone."""
        if self.is_appended:
            return self.plan.table
        name = f"csvgate_staging_{self.upload}_{attempt}"
        return TableSpec(self.plan.table.dataset, name, self.plan.table.columns)

    def rows_of(self, attempt: int) -> LoadedRows:
        """Return what identifies the rows that an attempt commits."""
        return replace(self.rows, table=self.destination(attempt))

    def under(self, number: int) -> "SealedLoad":
        """Return this upload under another of its seals. Raises Permanent `seal.unknown`."""
        if number == self.number:
            return self
        seal = self.entries.seal(number)
        if seal is None:
            raise unknown_seal(self.upload, number)
        return replace(self, number=number, seal=seal)

    def enriched(self, index: int, data: bytes) -> "pa.Table":
        """Return the rows of a chunk as the table has them. `data` are the staged bytes, which are
        decoded only if their digest is the sealed one. Raises Transient `chunk.corrupt`, Permanent
        `chunk.malformed`, and what the enrichment raises."""
        chunk = self.seal.chunks[index]
        if sha256(data).hexdigest() != chunk.sha256:
            raise Transient(
                "chunk.corrupt",
                f"chunk {index} of upload {self.upload}: the bytes read do not have the SHA-256 "
                "that was sealed; a retry reads them again",
            )
        enrichment, rows = self.plan.enrichment, self.rows
        table = decode(data, rows=chunk.rows, columns=enrichment.chunk_columns())
        return enrichment.finish(enrichment.apply(table), rows.upload, rows.ingested_at)


@dataclass(slots=True)
class StagedRows:
    """Reads staged chunks and enriches them. One of them may have been read before."""

    store: ObjectStore
    bucket: str
    known: dict[str, bytes | None] = field(default_factory=dict)
    """Bytes of staged objects by the digest in their name; None for one that is gone."""
    _enriched: "dict[tuple[int, int], pa.Table | Permanent]" = field(default_factory=dict)
    """By seal and chunk the rows, or why there are none: an expression may need a minute for that,
    and a delivery may ask twice."""

    def enriched(self, load: SealedLoad, index: int) -> "pa.Table | None":
        """Return the rows of a chunk as the table has them; None if the staged chunk is gone.
        Raises like `SealedLoad.enriched`."""
        key = load.number, index
        if key not in self._enriched:
            digest = load.seal.chunks[index].sha256
            if digest not in self.known:
                self.known[digest] = read_staged(self.store, self.bucket, load.upload, digest)
            data = self.known[digest]
            if data is None:
                return None
            try:
                self._enriched[key] = load.enriched(index, data)
            except Permanent as failure:
                self._enriched[key] = failure
        found = self._enriched[key]
        if isinstance(found, Permanent):
            raise found
        return found


def require_origin(entries: UploadLedger, seal: Seal) -> None:
    """Raises Permanent `seal.unknown` if a seal says that the upload corrects another one, which
    gives its rows the other's `_upload_id`, and the ledger does not know it as a correction."""
    if seal.corrects is not None and entries.corrects() != seal.corrects:
        raise Permanent(
            "seal.unknown",
            f"the seal says that upload {entries.id} corrects {seal.corrects}, and the ledger does "
            "not: validate_and_parse did not write this seal",
        )


def unknown_seal(upload: str, number: int) -> Permanent:
    return Permanent(
        "seal.unknown",
        f"the ledger has no seal {number} of upload {upload}: validate_and_parse did not send this "
        "message, or the ledger's entries were deleted before it arrived",
    )
