"""The size of an upload before it is made."""

from dataclasses import dataclass
from typing import Self

from csvgate.contracts.effects import Disposition, disposition
from csvgate.contracts.model import Contract
from csvgate.enrichment.judging.needed import has_expressions
from csvgate.references.keys import referred_to
from csvgate_ops.deploy.estimate.prices import Measured


@dataclass(frozen=True, slots=True)
class Shape:
    """The properties of a contract that change the number of requests. The defaults are those of
    the contract orders."""

    fields: int = 10
    lookups: int = 2
    """Number of references that lookups read."""
    foreign_keys: int = 0
    """Number of references that foreign keys read."""
    references: int = 2
    """Number of different references in all."""
    refuses_overwrite: bool = False
    has_sidecar: bool = False
    """True if each upload has a sidecar with its totals."""
    expressions: bool = True
    """True if `derive` or `checks` are computed for each row."""
    unique_keys: int = 1
    """The number of unique keys of each row."""
    finds_identical: bool = True
    """True if uploads are indexed by their content."""
    recipients: int = 1
    """The number of recipients of the email about a completed upload."""
    disposition: Disposition = "append"
    """What an upload does to the rows that the table has already."""

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
            has_sidecar=contract.totals is not None and contract.totals.sidecar is not None,
            expressions=has_expressions(contract),
            unique_keys=_unique_keys(contract),
            finds_identical=contract.identical != "load",
            recipients=len(set(contract.notify.completed)),
            disposition=disposition(contract),
        )


def _unique_keys(contract: Contract) -> int:
    primary = contract.schema_.primary_key or ()
    unique = {(f.name,) for f in contract.schema_.fields if f.constraints.unique}
    return len(unique | {tuple(primary)} - {()})


@dataclass(frozen=True, slots=True)
class UploadSize:
    """Bytes and rows without the header, extrapolated from a sample or given by the user."""

    stored_bytes: int
    """Size of the object, which is compressed if the file is."""
    csv_bytes: int
    rows: int
    rejected: int
    reject_bytes: int
    wire_bytes: int
    """Size of all encoded chunks."""
    table_bytes: int
    """Size of all rows as they are appended to BigQuery."""
    sampled: float = 1.0
    """Fraction of the file that was read; 0 if the user gave the size."""

    @property
    def valid(self) -> int:
        return self.rows - self.rejected

    @classmethod
    def given(cls, rows: int, csv_bytes: int, measured: Measured) -> Self:
        """Calculate the other sizes with the ratios measured for an orders file, with all rows
        valid."""
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
