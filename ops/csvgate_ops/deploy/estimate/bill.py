"""What is used of each thing that has a price, and what that costs: once, and in a month."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

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
_MEMORY: Final = {"Mi": 1 / 1024, "Gi": 1.0}


@dataclass(frozen=True, slots=True)
class Line:
    """One price of the list, applied."""

    key: str
    price: Price
    upload_quantity: float
    upload_cost: float
    month_quantity: float
    """Of all uploads of a month, free units included."""
    month_cost: float


def bill(
    quantities: Mapping[str, float], prices: PriceList, *, uploads: float, free: bool
) -> list[Line]:
    """`uploads` in a month; with `free`, what Google gives free in a month is taken off it."""
    lines = []
    for key, price in prices.prices.items():
        one, month = quantities[key], quantities[key] * uploads
        charged = max(0.0, month - price.free) if free else month
        lines.append(Line(key, price, one, price.of(one), month, price.of(charged)))
    return lines


def quantities(
    size: UploadSize, foot: Footprint, seconds: Work, topology: Topology
) -> dict[str, float]:
    """Of one upload, in the units of prices.yaml. What is kept is kept for a month."""
    cpu = memory = 0.0
    for name, function in topology.functions.items():
        cpu += seconds.of(name) * function.cpu
        memory += seconds.of(name) * _gib(function.memory)
    kept = size.stored_bytes + size.reject_bytes + foot.ledger_objects * _LEDGER_OBJECT_BYTES
    return {
        "storage_writes": foot.writes,
        "storage_reads": foot.reads,
        "storage_kept": kept / _GIB,
        "eventarc_events": foot.deliveries,
        "run_cpu": cpu,
        "run_memory": memory,
        "run_requests": foot.deliveries,
        # Each message once published and once delivered to its one subscription.
        "pubsub_throughput": 2 * sum(volume for _, volume in foot.topics.values()) / _GIB,
        "pubsub_retained": sum(_retained(foot, topology)) / _GIB,
        "bigquery_written": size.table_bytes / _GIB,
        "bigquery_kept": size.table_bytes / _GIB,
    }


def _retained(foot: Footprint, topology: Topology) -> Iterator[float]:
    """Byte-months that topics keep what was published to them."""
    letters = trigger_of(topology, "validate_and_parse").dead_letter.topic
    for part, key in (*((name, name) for name in _TOPICS), ("dead_letter", letters)):
        retention = topology.topics[key].retention or 0
        yield foot.topics[part][1] * retention / (MONTH_DAYS * _DAY)


def _gib(memory: str) -> float:
    return int(memory[:-2]) * _MEMORY[memory[-2:]]
