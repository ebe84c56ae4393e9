"""The programs that are compared. Each is a module here with `run(path) -> Outcome`."""

from dataclasses import dataclass, field
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
    carriage_returns: bool = False
    """It reads a file whose lines end with a lone \\r."""
    share: int = 1
    """The file is divided by this, because reading all rows would take too long."""


VALIDATION: Final = (
    Entry(
        "csvgate_encoded",
        "csvgate, end to end",
        "bytes → encoded Arrow chunks, reject file, reasons: what validate_and_parse does",
    ),
    Entry(
        "csvgate_values",
        "csvgate, without output",
        "bytes → typed values and rejected rows; nothing is encoded or rendered",
    ),
    Entry(
        "csvgate_returns",
        "csvgate, without output, \\r",
        "the same for a file whose lines end with \\r alone, as those of classic Mac programs",
        carriage_returns=True,
    ),
    Entry(
        "csv_reader",
        "csv.reader, rules by hand",
        "strict mode, typed values; no output. Written for this one file layout",
    ),
    Entry(
        "pydantic_rows",
        "pydantic",
        "csv.DictReader, a TypeAdapter of a TypedDict row by row (faster than a BaseModel, and "
        "than lists of rows, which fail on one bad row); uniqueness by a set; no output",
    ),
    Entry(
        "pydantic_encoded",
        "pydantic, end to end",
        "the same with the output that csvgate makes: Arrow chunks, zstd, a reject file, reasons",
    ),
    Entry(
        "polars_mask",
        "polars",
        "read_csv as text, one expression per rule, typed columns; the whole file in memory; gives "
        "up on a stray quote, so it reads a cleaned file; no output",
        place="record",
        cleaned=True,
    ),
    Entry(
        "frictionless_report",
        "frictionless",
        "validate() with the same Table Schema, which knows nothing of BigQuery's types; stops at "
        "an undecodable byte, so it reads a cleaned file; no output",
        place="record",
        cleaned=True,
        share=20,
    ),
    Entry(
        "frictionless_encoded",
        "frictionless, end to end",
        "typed rows and their errors from row_stream, and the output that csvgate makes; reads the "
        "cleaned file too",
        place="record",
        cleaned=True,
        share=20,
    ),
    Entry(
        "pyarrow_parse",
        "pyarrow, bare parse",
        "splits the file into columns of text: no rule, no type, no output",
        place="record",
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
