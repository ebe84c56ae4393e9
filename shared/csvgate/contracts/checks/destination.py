"""Rules for the table that gets all columns: its name, partitions, clustering and labels."""

import re
from collections.abc import Mapping
from typing import Final

from csvgate.contracts.checks.column_names import LINEAGE
from csvgate.contracts.destination import Destination, PartitionBy
from csvgate.contracts.effects import disposition
from csvgate.contracts.model import Contract
from csvgate.contracts.reading.mistakes import Complaints, Path, suggest

_DATASET: Final = re.compile(r"[A-Za-z0-9_]{1,1024}")
_TABLE: Final = re.compile(r"[A-Za-z0-9_-]{1,1024}")
_TIMES: Final = ("DATE", "DATETIME", "TIMESTAMP")
_HOURS: Final = ("DATETIME", "TIMESTAMP")
_CLUSTERABLE: Final = (
    "STRING", "INT64", "NUMERIC", "BIGNUMERIC", "BOOL",
    "DATE", "DATETIME", "TIMESTAMP", "GEOGRAPHY",
)  # fmt: skip
MOST_PARTITIONS: Final = 10_000
"""BigQuery's limit on the partitions of a table."""
_MOST_LABELS: Final = 64
_LONGEST_LABEL: Final = 63
_INT64: Final = range(-(2**63), 2**63)

Kinds = Mapping[str, str | None]
"""The BigQuery kind of each column; None if it is unknown."""


def check_destination(contract: Contract, kinds: Kinds) -> Complaints:
    """Places are relative to the contract. `kinds` has all columns but csvgate's own."""
    destination = contract.destination
    if not _DATASET.fullmatch(destination.dataset):
        message = "may have letters, digits and _ only; leave out the project"
        yield ("destination", "dataset"), f"{destination.dataset!r} {message}"
    if not _TABLE.fullmatch(destination.table):
        message = "may have letters, digits, _ and - only; leave out the dataset"
        yield ("destination", "table"), f"{destination.table!r} {message}"
    known = {**kinds, **LINEAGE}
    if destination.partition_by is not None:
        yield from _partitions(destination.partition_by, known)
    yield from _partition_options(destination)
    if destination.require_partition_filter and disposition(contract) != "append":
        message = "contradicts replacing, merging and keys of the table, whose statements may have"
        place = ("destination", "require_partition_filter")
        yield place, f"{message} to look into all partitions; drop one of them"
    yield from _clustering(destination.cluster_by, known)
    yield from _labels(destination.labels)


def _partitions(by: PartitionBy, known: Kinds) -> Complaints:
    place: Path = ("destination", "partition_by")
    short = not (by.model_fields_set - {"column"})
    if by.column is not None:
        wanted = ("INT64",) if by.is_range else _HOURS if by.unit == "hour" else _TIMES
        yield from _usable(place if short else (*place, "column"), by.column, known, wanted)
    elif by.is_range:
        yield place, "ranges need a `column` of INT64; name one"
    elif by.unit is None:
        yield place, "is empty; name a `column`, or the `unit` of the time at which rows arrive"
    if not by.is_range:
        return
    if by.unit is not None:
        yield (*place, "unit"), "contradicts `start`, `end` and `step`, which make ranges; drop it"
    missing = [name for name in ("start", "end", "step") if getattr(by, name) is None]
    if missing:
        yield place, f"ranges need `start`, `end` and `step`; add {' and '.join(missing)}"
        return
    assert by.start is not None and by.end is not None and by.step is not None  # noqa: S101, PT018
    if by.start not in _INT64 or by.end not in _INT64:
        yield place, "`start` and `end` are outside of INT64; choose smaller numbers"
    elif by.start >= by.end:
        yield (*place, "end"), f"{by.end} is not greater than `start`, {by.start}; choose a greater"
    elif by.step < 1:
        yield (*place, "step"), f"{by.step} is not positive; choose 1 or more"
    elif (number := -((by.start - by.end) // by.step)) > MOST_PARTITIONS:
        message = f"makes {number:,} partitions, but BigQuery allows {MOST_PARTITIONS:,}"
        yield (*place, "step"), f"{message}; choose a greater step"


def _partition_options(destination: Destination) -> Complaints:
    by = destination.partition_by
    if destination.partition_expiry_days is not None:
        place: Path = ("destination", "partition_expiry_days")
        if by is None:
            yield place, "needs partitions by time: add `partition_by`, or drop this"
        elif by.is_range:
            yield place, "has no effect on ranges of integers, which have no age; drop it"
    if destination.require_partition_filter and by is None:
        message = "needs partitions: add `partition_by`, or drop this"
        yield ("destination", "require_partition_filter"), message


def _clustering(columns: tuple[str, ...], known: Kinds) -> Complaints:
    if len(columns) > 4:
        yield ("destination", "cluster_by"), "has more than the 4 columns BigQuery allows"
    for i, name in enumerate(columns):
        where = ("destination", "cluster_by", i)
        if name in columns[:i]:
            yield where, f"{name!r} is listed twice; keep one"
        yield from _usable(where, name, known, _CLUSTERABLE)


def _labels(labels: Mapping[str, str]) -> Complaints:
    place: Path = ("destination", "labels")
    if len(labels) > _MOST_LABELS:
        yield place, f"has {len(labels)} labels, but BigQuery allows {_MOST_LABELS}; drop some"
    for name, value in labels.items():
        if not name or not _fits(name):
            message = "may have lower-case letters, digits, _ and - only"
            yield (*place, name), f"{name!r} {message}, 1 to {_LONGEST_LABEL} characters"
        elif not name[0].isalpha():
            yield (*place, name), f"{name!r} does not begin with a letter; choose another name"
        if not _fits(value):
            message = "may have lower-case letters, digits, _ and - only"
            yield (*place, name), f"{value!r} {message}, at most {_LONGEST_LABEL} characters"


def _fits(text: str) -> bool:
    return len(text) <= _LONGEST_LABEL and all(
        c in "_-" or c.isdecimal() or (c.isalpha() and c == c.lower()) for c in text
    )


def _usable(place: Path, name: str, known: Kinds, kinds: tuple[str, ...]) -> Complaints:
    if name not in known:
        yield place, f"{name!r} is not a column of the table; {suggest(name, known)}"
        return
    kind = known[name]
    if kind is not None and kind not in kinds:
        yield place, f"{name!r} is {kind}; use a column of {', '.join(kinds)}"
