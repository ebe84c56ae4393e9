"""What is known of an upload before it is made."""

from dataclasses import dataclass
from typing import Self

from csvgate.contracts.model import Contract
from csvgate.references.keys import referred_to
from csvgate_ops.deploy.estimate.prices import Measured


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a contract changes the number of requests. The defaults are those of orders."""

    fields: int = 10
    lookups: int = 2
    """References that lookups read."""
    foreign_keys: int = 0
    """References that foreign keys read."""
    references: int = 2
    """References of either kind."""
    refuses_overwrite: bool = False
    emails: bool = True
    """Somebody is told of a completed upload."""

    @classmethod
    def of(cls, contract: Contract) -> Self:
        lookups = {step.lookup.reference for step in contract.enrich if step.lookup}
        foreign = referred_to(contract)
        return cls(
            fields=len(contract.schema_.fields),
            lookups=len(lookups),
            foreign_keys=len(foreign),
            references=len(lookups | set(foreign)),
            refuses_overwrite=contract.on_overwrite == "refuse",
            emails=bool(contract.notify.completed),
        )


@dataclass(frozen=True, slots=True)
class UploadSize:
    """Bytes and rows, header excluded; of a sample extrapolated to the file, or given by hand."""

    stored_bytes: int
    """Of the object: compressed ones of a gzip file."""
    csv_bytes: int
    rows: int
    rejected: int
    reject_bytes: int
    wire_bytes: int
    """Of all encoded chunks."""
    table_bytes: int
    """Of all rows as they are appended."""
    sampled: float = 1.0
    """Share of the file that was read; 0 when sizes were given by hand."""

    @property
    def valid(self) -> int:
        return self.rows - self.rejected

    @classmethod
    def given(cls, rows: int, csv_bytes: int, measured: Measured) -> Self:
        """By the measured ratios of an orders file; all rows valid."""
        filled = csv_bytes if rows else 0
        return cls(
            stored_bytes=csv_bytes,
            csv_bytes=csv_bytes,
            rows=rows,
            rejected=0,
            reject_bytes=0,
            wire_bytes=round(filled * measured.wire_per_byte),
            table_bytes=round(filled * measured.table_per_byte),
            sampled=0.0,
        )
