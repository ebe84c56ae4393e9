"""The quantity used of everything that has a price, and its cost: for one upload and for a
month."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from csvgate_ops.deploy.environment.cloud_run import mebibytes
from csvgate_ops.deploy.estimate.footprint import Footprint
from csvgate_ops.deploy.estimate.prices import Price, PriceList
from csvgate_ops.deploy.estimate.upload_size import UploadSize
from csvgate_ops.deploy.estimate.work import Work
from csvgate_ops.deploy.topology import Topology, trigger_of

MONTH_DAYS: Final = 365 / 12
_DAY: Final = 86400
_GIB: Final = 1024**3
_LEDGER_OBJECT_BYTES: Final = 2000
_TOPICS: Final = ("validated", "complete")


@dataclass(frozen=True, slots=True)
class Line:
    """One price, applied to the quantities of an upload and of a month."""

    key: str
    price: Price
    upload_quantity: float
    upload_cost: float
    month_quantity: float
    """The units that all uploads of a month use, including free units."""
    month_cost: float


def bill(
    quantities: Mapping[str, float], prices: PriceList, *, uploads: float, free: bool
) -> list[Line]:
    """Price the quantities for one upload and for `uploads` in a month. With `free`, the free units
    of a month are subtracted."""
    lines = []
    for key, price in prices.prices.items():
        one, month = quantities[key], quantities[key] * uploads
        charged = max(0.0, month - price.free) if free else month
        lines.append(Line(key, price, one, price.of(one), month, price.of(charged)))
    return lines


def quantities(
    size: UploadSize, footprint: Footprint, seconds: Work, topology: Topology, *, scanned: int = 0
) -> dict[str, float]:
    """Return what one upload uses, in the units of prices.yaml. Stored data is stored for a month;
    `scanned` are the bytes of the statement that changes the table."""
    cpu = memory = 0.0
    for name, function in topology.functions.items():
        cpu += seconds.of(name) * function.cpu
        memory += seconds.of(name) * mebibytes(function.memory) / 1024
    kept = size.stored_bytes + size.wire_bytes + size.reject_bytes
    kept += footprint.ledger_objects * _LEDGER_OBJECT_BYTES
    return {
        "storage_writes": footprint.writes,
        "storage_reads": footprint.reads,
        "storage_kept": kept / _GIB,
        "eventarc_events": footprint.deliveries,
        "run_cpu": cpu,
        "run_memory": memory,
        "run_requests": footprint.deliveries,
        # Each message is published once and delivered once, to its only subscription.
        "pubsub_throughput": 2 * sum(volume for _, volume in footprint.topics.values()) / _GIB,
        "pubsub_retained": sum(_retained(footprint, topology)) / _GIB,
        "bigquery_written": size.table_bytes / _GIB,
        "bigquery_kept": size.table_bytes / _GIB,
        "bigquery_scanned": scanned / _GIB,
    }


def _retained(footprint: Footprint, topology: Topology) -> Iterator[float]:
    """Yield the byte-months for which topics retain what was published to them."""
    dead_letters = trigger_of(topology, "validate_and_parse").dead_letter.topic
    for part, key in (*((name, name) for name in _TOPICS), ("dead_letter", dead_letters)):
        retention = topology.topics[key].retention or 0
        yield footprint.topics[part][1] * retention / (MONTH_DAYS * _DAY)
