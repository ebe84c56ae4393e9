"""Who is measured. Each is a module of its own here with `run(path) -> Outcome`."""

from dataclasses import dataclass
from typing import Final

from bench.outcome import Place


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    """Of the module."""
    title: str
    note: str
    place: Place = "line"
    mended: bool = False
    """It gives up on a stray quote or an undecodable byte, so it reads a file without them."""
    share: int = 1
    """It reads one row of so many, because all would take too long."""


VALIDATION: Final = (
    Entry(
        "csvgate_encoded",
        "csvgate, end to end",
        "bytes → encoded Arrow chunks, reject file, reasons: what validate_and_parse does",
    ),
    Entry(
        "csvgate_values",
        "csvgate, without output",
        "bytes → typed values and rejected rows; nothing encoded, nothing rendered",
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
        "than lists of rows, which one bad row fails); uniqueness by a set; no output",
    ),
    Entry(
        "pydantic_encoded",
        "pydantic, end to end",
        "the same, and the output that csvgate makes: Arrow chunks, zstd, a reject file, reasons",
    ),
    Entry(
        "polars_mask",
        "polars",
        "read_csv as text, one expression per rule, typed columns; the whole file in memory; gives "
        "up on a stray quote, so it reads a mended file; no output",
        place="record",
        mended=True,
    ),
    Entry(
        "frictionless_report",
        "frictionless",
        "validate() with the same Table Schema, which knows nothing of BigQuery's types; stops at "
        "an undecodable byte, so it reads a mended file; no output",
        place="record",
        mended=True,
        share=20,
    ),
    Entry(
        "frictionless_encoded",
        "frictionless, end to end",
        "typed rows and their errors from row_stream, and the output that csvgate makes; reads a "
        "mended file too",
        place="record",
        mended=True,
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
