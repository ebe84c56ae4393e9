"""The programs that are compared. Each is a module here with `run(path, contract) -> Outcome`."""

from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Final, Literal

Finding = tuple[int, str | None, str | None]
"""Place (the line, or the number of the record, from 1), column (None: the row), csvgate's code
(None: the contender does not give one)."""
Place = Literal["line", "record"]


@dataclass(slots=True)
class Outcome:
    """What a contender makes of a file."""

    rows: int = 0
    """Rows read, valid or not."""
    findings: list[Finding] = field(default_factory=list)
    bytes_out: int = 0
    """Bytes that it would send on."""


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    """The name of the module."""
    title: str
    note: str
    place: Place = "line"
    cleaned: bool = False
    """It fails on a stray quote or an undecodable byte, so it reads a file without them."""
    share: int = 1
    """The number of rows is divided by this, because reading all would take too long."""
    only: tuple[str, ...] = ()
    """The names of the shapes that it reads; empty: all shapes."""
    needs: str = "csvgate"
    """The library that must be installed."""
    processors: int = 1

    @property
    def required(self) -> bool:
        """Whether there is nothing to report without it."""
        return self.needs in ("csvgate", "pyarrow")

    @property
    def installed(self) -> bool:
        return find_spec(self.needs) is not None


_ORDERS: Final = ("orders", "sample")
"""Shapes for the contenders that add detail, so that a run stays short."""
_AGAINST: Final = ("sample", "orders", "wide", "texts", "events", "dirty", "latin", "gzip")

VALIDATION: Final = (
    Entry(
        "csvgate_encoded",
        "csvgate, end to end",
        "bytes → encoded Arrow chunks, reject file, reasons: what validate_and_parse does, on one "
        "processor",
    ),
    Entry(
        "csvgate_two",
        "csvgate, two processors",
        "the same with `processors=2`",
        only=_AGAINST,
        processors=2,
    ),
    Entry(
        "csvgate_values",
        "csvgate, without output",
        "bytes → typed values and rejected rows; nothing is encoded or rendered",
        only=_ORDERS,
    ),
    Entry(
        "pyarrow_parse",
        "pyarrow, bare parse",
        "splits the file into columns of text: no rule, no type, no output",
        place="record",
        needs="pyarrow",
    ),
    Entry(
        "pydantic_rows",
        "pydantic",
        "csv.DictReader and a TypedDict made from the contract, row by row (faster than a "
        "BaseModel, and than lists of rows, which fail on one bad row); uniqueness by a set; a "
        "quarter of the rows; no output",
        share=4,
        only=_AGAINST,
        needs="pydantic",
    ),
    Entry(
        "pydantic_encoded",
        "pydantic, end to end",
        "the same with the output that csvgate makes: Arrow chunks, zstd, a reject file, reasons",
        share=4,
        only=_ORDERS,
        needs="pydantic",
    ),
    Entry(
        "polars_mask",
        "polars",
        "read_csv as text, an expression for each field made from the contract, typed columns; the "
        "whole file in memory; gives up on a stray quote, so it reads a cleaned file; no output",
        place="record",
        cleaned=True,
        only=_AGAINST,
        needs="polars",
    ),
    Entry(
        "csv_reader",
        "csv.reader, rules by hand",
        "strict mode, typed values; no output. Written for the layout of orders",
        only=_ORDERS,
    ),
    Entry(
        "frictionless_report",
        "frictionless",
        "validate() with the same Table Schema, which knows nothing of BigQuery's types; stops at "
        "an undecodable byte, so it reads a cleaned file; a twentieth of the rows; no output",
        place="record",
        cleaned=True,
        share=20,
        only=("sample",),
        needs="frictionless",
    ),
)

ENRICHMENT: Final = (
    Entry(
        "enrich_arrow",
        "Arrow chunk → Arrow appends",
        "decode, lookups, derived column, lineage, serialised append requests",
    ),
    Entry(
        "enrich_rows",
        "JSON records → insertAll payloads",
        "json.loads, lookups in dictionaries, Decimal arithmetic, json.dumps, 500 rows a request",
    ),
)

BY_NAME: Final = {entry.name: entry for entry in (*VALIDATION, *ENRICHMENT)}


def entries_for(shape: str) -> list[Entry]:
    """Return the contenders that read a shape, installed or not."""
    return [entry for entry in VALIDATION if not entry.only or shape in entry.only]
