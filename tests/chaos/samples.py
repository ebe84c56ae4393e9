"""Files to upload, with the expected result for each of their records."""

import csv
import gzip
import io
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

from e2e.uploads import ROOT, make_orders

ROWS = (1, 12, 120, 1_200, 5_000, 12_000)


@dataclass(frozen=True, slots=True)
class Sample:
    data: bytes
    """The bytes to upload."""
    ending: str
    end: Literal["completed", "rejected"]
    keys: dict[int, str]
    """Line → order_id of every valid record; empty if the upload must be rejected."""
    faulty: frozenset[int]
    """Lines of the records that must be in the reject file."""


def samples(folder: Path, seed: int) -> list[Sample]:
    """Return files of various sizes: clean, with faulty rows, compressed and rejected ones."""
    random = Random(seed)  # noqa: S311 - reproducible, not secret
    found = []
    for number, rows in enumerate(ROWS):
        for bad in (0.0, 0.02):
            path = folder / f"orders-{number}-{bad}.csv"
            found.append(orders(path, rows, bad, random.randrange(1 << 30)))
    found.append(compressed(orders(folder / "orders.csv", 5_000, 0.01, random.randrange(1 << 30))))
    found.append(orders(folder / "over-limit.csv", 3_000, 0.6, random.randrange(1 << 30)))
    unreadable = (ROOT / "samples" / "timesheet.csv").read_bytes()
    found.append(Sample(unreadable, ".csv", "rejected", {}, frozenset()))
    return found


def orders(path: Path, rows: int, bad: float, seed: int) -> Sample:
    """Generate a file; above 20% faulty rows the contract rejects all of it."""
    faulty = frozenset(fault.line for fault in make_orders(path, rows, bad, seed))
    data = path.read_bytes()
    if bad > 0.2:
        return Sample(data, ".csv", "rejected", {}, faulty)
    keys = {line: key for line, key in records(data) if line not in faulty}
    return Sample(data, ".csv", "completed", keys, faulty)


def records(data: bytes) -> list[tuple[int, str]]:
    """Return the first line and first cell of every record. Python's csv module reads our stray
    quotes as intended, because they stay within a line."""
    lines = io.StringIO(data.decode("utf-8", "surrogateescape"), newline="")
    reader = csv.reader(lines)
    next(reader)
    found, begins = [], reader.line_num + 1
    for row in reader:
        found.append((begins, row[0]))
        begins = reader.line_num + 1
    return found


def compressed(sample: Sample) -> Sample:
    data = gzip.compress(sample.data, mtime=0)
    return Sample(data, ".csv.gz", sample.end, sample.keys, sample.faulty)
