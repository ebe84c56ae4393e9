"""Files to upload, with the truth about each of their records."""

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
    """As uploaded."""
    ending: str
    end: Literal["completed", "rejected"]
    keys: dict[int, str]
    """Line → order_id of every valid record; of none when the upload is to be rejected."""
    faulty: frozenset[int]
    """Lines of the records that are to come back in the reject file."""


def samples(folder: Path, seed: int) -> list[Sample]:
    """Of mixed sizes: some clean, most with faulty rows, compressed, rejected as a whole."""
    random = Random(seed)  # noqa: S311 (to repeat, nothing to hide)
    found = []
    for number, rows in enumerate(ROWS):
        for bad in (0.0, 0.02):
            path = folder / f"orders-{number}-{bad}.csv"
            found.append(orders(path, rows, bad, random.randrange(1 << 30)))
    found.append(compressed(orders(folder / "orders.csv", 5_000, 0.01, random.randrange(1 << 30))))
    found.append(orders(folder / "over-limit.csv", 3_000, 0.6, random.randrange(1 << 30)))
    hopeless = (ROOT / "samples" / "timesheet.csv").read_bytes()
    found.append(Sample(hopeless, ".csv", "rejected", {}, frozenset()))
    return found


def orders(path: Path, rows: int, bad: float, seed: int) -> Sample:
    """The contract rejects the upload as a whole from 20 % faulty rows on."""
    faulty = frozenset(fault.line for fault in make_orders(path, rows, bad, seed))
    data = path.read_bytes()
    if bad > 0.2:
        return Sample(data, ".csv", "rejected", {}, faulty)
    keys = {line: key for line, key in records(data) if line not in faulty}
    return Sample(data, ".csv", "completed", keys, faulty)


def records(data: bytes) -> list[tuple[int, str]]:
    """First line and first cell of every record. Python's csv module reads a stray quote as we
    write them: within its line."""
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
