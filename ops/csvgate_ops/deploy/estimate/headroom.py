"""The share of each limit that an upload, or a busy day of uploads, uses: of Google's default
quotas and of the limits in deploy/topology.yaml."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from csvgate.protocol.messages.event_size import ENVELOPE_BYTES
from csvgate_ops.deploy.environment.cloud_run import mebibytes
from csvgate_ops.deploy.estimate.footprint import Footprint
from csvgate_ops.deploy.estimate.prices import Places, PriceList
from csvgate_ops.deploy.estimate.upload_size import UploadSize
from csvgate_ops.deploy.estimate.work import Work
from csvgate_ops.deploy.topology import Topology

BUSY_HOURS: Final = 8
"""The uploads of a day are assumed to arrive evenly within these hours."""
_WINDOW_HOURS: Final = 4
_PUSHED: Final = ("events", "validated", "complete")
"""The topics whose messages are pushed to functions."""
_OURS: Final = "deploy/topology.yaml"


@dataclass(frozen=True, slots=True)
class Headroom:
    service: str
    what: str
    used: float
    limit: float
    unit: str
    source: str

    @property
    def share(self) -> float:
        return self.used / self.limit


def headroom(
    size: UploadSize,
    footprint: Footprint,
    seconds: Work,
    memory: float,
    topology: Topology,
    prices: PriceList,
    per_day: float,
    places: Places,
) -> list[Headroom]:
    """Return all limits, the one with the largest share first. `memory` is that of an upload, in
    MiB."""
    found = [
        *_quotas(size, footprint, seconds, topology, prices, per_day, places),
        *_topology_limits(seconds, memory, topology, per_day),
    ]
    return sorted(found, key=lambda h: -h.share)


def concurrent_uploads(seconds: float, per_day: float) -> int:
    """Return how many uploads are in progress at a time (Little's law), at least one."""
    return max(1, ceil(per_day * seconds / (BUSY_HOURS * 3600)))


def busy_requests(seconds: float, per_day: float) -> float:
    """Return how many requests of a function are in progress on average."""
    return per_day * seconds / (BUSY_HOURS * 3600)


def _quotas(
    size: UploadSize,
    footprint: Footprint,
    seconds: Work,
    topology: Topology,
    prices: PriceList,
    per_day: float,
    places: Places,
) -> Iterator[Headroom]:
    # validate_and_parse stages an upload's chunks evenly over its running time, and announces them
    # at its end, so that the rate of loading is at most this on average.
    rate = concurrent_uploads(seconds.validate, per_day) / max(1.0, seconds.validate)
    in_window = max(1, ceil(per_day * _WINDOW_HOURS / BUSY_HOURS))
    loading = concurrent_uploads(seconds.validate + seconds.enrich, per_day)
    pushed = (footprint.topics[name] for name in _PUSHED)
    used = {
        "create_write_stream": footprint.streams * in_window,
        "create_write_stream_rate": footprint.streams * rate,
        "append_throughput": size.table_bytes * rate / 1e6,
        "committed_together": footprint.streams,
        "pending_bytes": size.table_bytes * loading / 1e9 if footprint.streams else 0,
        "write_connections": _connections(footprint, topology, loading),
        "pubsub_publish": footprint.topics["validated"][1] * rate / 1e6,
        "pubsub_push": sum(volume for _, volume in pushed) * rate / 1e6,
        "event_size": _largest_event(footprint) / 1e3,
        "run_cpu": _processors(seconds, topology, per_day),
        "storage_write_rate": footprint.ledger_objects * rate,
    }
    for key, quota in prices.quotas.items():
        limit = quota.at(places)
        yield Headroom(quota.service, quota.what, used[key], limit, quota.unit, quota.source)


def _connections(footprint: Footprint, topology: Topology, loading: int) -> int:
    """Return the most connections at a time. All chunks of an upload are announced together, and
    each request that loads one has a connection."""
    enrich = topology.functions["enrich_records"]
    return min(footprint.chunks * loading, enrich.max_instances * enrich.concurrency)


def _largest_event(footprint: Footprint) -> float:
    """Return the bytes of the largest message as it is pushed: in base64, and with headers."""
    sizes = (volume / max(1, number) for number, volume in (footprint.topics[n] for n in _PUSHED))
    return max(sizes) * 4 / 3 + ENVELOPE_BYTES


def _processors(seconds: Work, topology: Topology, per_day: float) -> float:
    """Return the processors in use on average, and those of the operators' console, which somebody
    may use at that time."""
    console = topology.console.cpu if topology.console else 0
    return console + sum(
        busy_requests(seconds.of(name), per_day) / function.concurrency * function.cpu
        for name, function in topology.functions.items()
    )


def _topology_limits(
    seconds: Work, memory: float, topology: Topology, per_day: float
) -> Iterator[Headroom]:
    validate = topology.functions["validate_and_parse"]
    yield Headroom(
        "validate_and_parse",
        "timeout: an upload is read in one request",
        seconds.validate,
        validate.timeout,
        "s",
        _OURS,
    )
    yield Headroom(
        "validate_and_parse",
        "memory: the file, its expressions and its unique keys, at most",
        memory,
        mebibytes(validate.memory),
        "MiB",
        _OURS,
    )
    for name, function in topology.functions.items():
        yield Headroom(
            name,
            "average concurrent requests of all instances",
            busy_requests(seconds.of(name), per_day),
            function.max_instances * function.concurrency,
            "requests",
            _OURS,
        )
