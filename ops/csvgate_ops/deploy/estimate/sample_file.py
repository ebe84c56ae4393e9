"""Measure an upload by a sample from the beginning of its file, and extrapolate the rest."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from csvgate.chunks.arrow import decode, encode
from csvgate.contracts.model import Contract
from csvgate.csv.compression import decompress
from csvgate.csv.compression.kinds import ZIP, kind_of
from csvgate.csv.workbook import Workbook
from csvgate.rejects.reject_file import RejectFile
from csvgate.validation.batch import Batch
from csvgate.validation.faults import FileFault
from csvgate.validation.validate import validate
from csvgate_ops.author.check.output import Unusable
from csvgate_ops.author.infer.file.sample import MOST_BYTES, take
from csvgate_ops.deploy.estimate.upload_size import UploadSize

LINEAGE_BYTES: Final = 40
"""Appended to each row: `_upload_id` (20 characters and an offset), `_line`, `_ingested_at`."""
ADDED_BYTES: Final = 12
"""The bytes assumed for a column that `enrich` adds: between a short string and a NUMERIC."""
_PIECE_BYTES: Final = 16 * 1024
"""Small, because one piece of a gzip file may expand to a large part of the sample."""


@dataclass(slots=True)
class _Sizes:
    rows: int = 0
    rejected: int = 0
    reject_bytes: int = 0
    wire_bytes: int = 0
    table_bytes: int = 0


class _Stored:
    """Iterates over the bytes of the file as stored, and counts those that were read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.bytes_read = 0
        self.is_zip = False

    def __iter__(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                if not self.bytes_read:
                    self.is_zip = kind_of(piece) is ZIP
                self.bytes_read += len(piece)
                yield piece


def measure(path: Path, contract: Contract, most: int = MOST_BYTES) -> UploadSize:
    """Measure the first `most` decompressed bytes. Foreign keys count as valid. Raises Unusable if
    the file cannot be read, or would be rejected as a whole."""
    if not path.is_file():
        raise Unusable(f"{path} is not a regular file: give --rows and --bytes instead")
    stored = _Stored(path)
    try:
        stored_bytes = path.stat().st_size
        _check_limit(path, stored_bytes, contract.limits.max_bytes)
        workbook = Workbook(_without_foreign_keys(contract))
        sample = take(decompress(stored, member=contract.member, workbook=workbook), most)
        found = _read(workbook.engine([sample.data], validate), contract)
    except OSError as error:
        raise Unusable(f"cannot read {path}: {error.strerror or error}") from error
    except FileFault as error:
        message = f"{path} would be rejected as a whole: {error.fault.message} ({error.fault.code})"
        raise Unusable(message) from error
    csv_bytes = len(sample.data)
    if not sample.complete:
        if stored.is_zip:
            kind = "an Excel workbook" if workbook.was_read else "a zip archive"
            raise Unusable(
                f"{path} is {kind}, which is not read in part: give --rows and --bytes instead"
            )
        csv_bytes = round(csv_bytes * stored_bytes / stored.bytes_read)
    factor = csv_bytes / len(sample.data)
    return UploadSize(
        stored_bytes=stored_bytes,
        csv_bytes=csv_bytes,
        rows=round(found.rows * factor),
        rejected=round(found.rejected * factor),
        reject_bytes=round(found.reject_bytes * factor),
        wire_bytes=round(found.wire_bytes * factor),
        table_bytes=round(found.table_bytes * factor),
        sampled=1 / factor,
    )


def _check_limit(path: Path, stored_bytes: int, limit: int | None) -> None:
    if limit is not None and stored_bytes > limit:
        raise Unusable(
            f"{path} would be rejected: it has {stored_bytes} bytes, but {limit} are allowed"
        )


def _without_foreign_keys(contract: Contract) -> Contract:
    keys = contract.schema_.model_copy(update={"foreign_keys": ()})
    return contract.model_copy(update={"schema_": keys})


def _read(batches: Iterable[Batch], contract: Contract) -> _Sizes:
    sizes = _Sizes()
    rejects = RejectFile(contract)
    added = sum(
        len(step.lookup.add) if step.lookup else len(step.derive or {}) for step in contract.enrich
    )
    for batch in batches:
        sizes.rows += batch.rows_read
        sizes.rejected += len(batch.rejected)
        if batch.rejected:
            sizes.reject_bytes += len(rejects.render(batch))
        for chunk in encode(batch, contract):
            sizes.wire_bytes += len(chunk.data)
            table = decode(chunk.data)
            sizes.table_bytes += table.nbytes
            sizes.table_bytes += chunk.rows * (LINEAGE_BYTES + ADDED_BYTES * added)
    return sizes
