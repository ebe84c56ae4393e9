"""The share of each limit that an upload, or a busy day of uploads, uses: of Google's default
quotas and of the limits in deploy/topology.yaml."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from csvgate_ops.deploy.estimate.bill import gib
from csvgate_ops.deploy.estimate.footprint import Footprint
from csvgate_ops.deploy.estimate.prices import PriceList
from csvgate_ops.deploy.estimate.upload_size import UploadSize
from csvgate_ops.deploy.estimate.work import Work
from csvgate_ops.deploy.topology import Topology

BUSY_HOURS: Final = 8
"""The uploads of a day are assumed to arrive evenly within these hours."""
_WINDOW_HOURS: Final = 4
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
) -> list[Headroom]:
    """Return all limits, the one with the largest share first. `memory` is that of an upload, in
    MiB."""
    found = [
        *_quotas(size, footprint, seconds, prices, per_day),
        *_topology_limits(seconds, memory, topology, per_day),
    ]
    return sorted(found, key=lambda h: -h.share)


def concurrent_uploads(seconds: float, per_day: float) -> int:
    """Return how many uploads are in progress at a time (Little's law), at least one."""
    return max(1, ceil(per_day * seconds / (BUSY_HOURS * 3600)))


def _quotas(
    size: UploadSize, footprint: Footprint, seconds: Work, prices: PriceList, per_day: float
) -> Iterator[Headroom]:
    # validate_and_parse stages an upload's chunks evenly over its running time, and announces them
    # at its end, so that the rate of loading is at most this on average.
    rate = concurrent_uploads(seconds.validate, per_day) / max(1.0, seconds.validate)
    in_window = max(1, ceil(per_day * _WINDOW_HOURS / BUSY_HOURS))
    used = {
        "create_write_stream": footprint.streams * in_window,
        "create_write_stream_rate": footprint.streams * rate,
        "append_throughput": size.table_bytes * rate / 1e6,
        "committed_together": footprint.streams,
        "pubsub_publish": footprint.topics["validated"][1] * rate / 1e6,
        "storage_write_rate": footprint.ledger_objects * rate,
    }
    for key, quota in prices.quotas.items():
        yield Headroom(quota.service, quota.what, used[key], quota.limit, quota.unit, quota.source)


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
        gib(validate.memory) * 1024,
        "MiB",
        _OURS,
    )
    for name, function in topology.functions.items():
        yield Headroom(
            name,
            "average concurrent requests of all instances",
            per_day * seconds.of(name) / (BUSY_HOURS * 3600),
            function.max_instances * function.concurrency,
            "requests",
            _OURS,
        )
