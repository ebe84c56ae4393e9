"""What a shape is, and how its file is written together with the list of its faults."""

import gzip
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from samples.make_orders import Faults

from bench import truth
from bench.truth import Wrong
from csvgate.contracts.model import Contract
from csvgate.contracts.reading.parse import parse
from csvgate.contracts.reading.yaml import read_yaml

Record = tuple[str, Faults]
"""The text of a record with \\n at its end, and its faults. Bytes that are not UTF-8 are surrogate
escapes."""
_BUFFER: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    note: str
    """What is in the file, for the table of results."""
    contract: Callable[[], Contract]
    records: Callable[[int], Iterator[Record]]
    """Takes the number of rows."""
    rows: int = 1_000_000
    """Rows of the file in a full run."""
    codec: str = "utf-8"
    line_end: str = "\n"
    """It ends a record. Line ends inside quotes are \\n."""
    gzip: bool = False
    average: bool = True
    """Whether the geometric mean over shapes includes it."""


@dataclass(frozen=True, slots=True)
class ShapeFile:
    shape: str
    path: Path
    cleaned: Path
    """The same file without stray quotes and undecodable bytes, on which some contenders fail. The
    truth still lists them."""
    truth: Path
    rows: int


def contract_of(text: str) -> Contract:
    """Return the contract in a YAML text. Raises ValueError if it has mistakes."""
    contract, mistakes = parse(read_yaml(text.encode()))
    if contract is None or mistakes:
        raise ValueError(f"{mistakes}")
    return contract


def write(shape: Shape, folder: Path, rows: int | None = None) -> ShapeFile:
    """Write the file of a shape, and the list of its faults, unless they are there already."""
    rows = shape.rows if rows is None else rows
    at, end = folder / f"{shape.name}-{rows}", ".csv.gz" if shape.gzip else ".csv"
    made = ShapeFile(
        shape=shape.name,
        path=at.with_suffix(end),
        cleaned=at.with_suffix(f".cleaned{end}"),
        truth=at.with_suffix(".truth"),
        rows=rows,
    )
    if made.truth.exists():
        return made
    contract = shape.contract()
    delimiter = contract.dialect.delimiter
    wrong: list[Wrong] = []
    with ExitStack() as files:
        out, cleaned = (
            files.enter_context(_open(shape, path)) for path in (made.path, made.cleaned)
        )
        for file in (out, cleaned):
            file.write(header(contract) + shape.line_end)
        for text, faults in located(shape.records(rows)):
            record = text[:-1] + shape.line_end
            out.write(record)
            cleaned.write(_cleaned(record, faults, delimiter) if faults else record)
            wrong += faults
    truth.write(made.truth, wrong)
    return made


def located(records: Iterable[Record]) -> Iterator[tuple[str, list[Wrong]]]:
    """Yield each record with its faults and where they are, in a file with a header."""
    line = 2
    for number, (text, faults) in enumerate(records, start=1):
        yield text, [Wrong(line, number, column, code) for column, code in faults]
        line += text.count("\n")


def header(contract: Contract) -> str:
    """Return the first line of a file, without its end."""
    names = (field.name for field in contract.schema_.fields)
    return contract.dialect.delimiter.join(names)


def _cleaned(record: str, faults: list[Wrong], delimiter: str) -> str:
    codes = {wrong.code for wrong in faults}
    if "row.stray_quote" in codes:
        # All shapes have their stray quotes in the last cell, without a delimiter.
        before, found, last = record.rpartition(delimiter)
        return before + found + last.replace('"', "")
    if "encoding.invalid" in codes:
        return record.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return record


def _open(shape: Shape, path: Path) -> IO[str]:
    raw: IO[bytes] = path.open("wb", _BUFFER)
    if shape.gzip:
        # Level 6 is what people's tools use; mtime keeps the file the same in every run.
        raw = gzip.GzipFile("", "wb", 6, raw, mtime=0)  # type: ignore[assignment]  # also IO
    return io.TextIOWrapper(raw, shape.codec, "surrogateescape", newline="")
