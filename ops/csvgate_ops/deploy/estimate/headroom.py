"""How much of each limit an upload, or a busy day of them, takes: Google's default quotas, and what
deploy/topology.yaml sets."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from csvgate_ops.deploy.estimate.footprint import Footprint
from csvgate_ops.deploy.estimate.prices import PriceList
from csvgate_ops.deploy.estimate.upload_size import UploadSize
from csvgate_ops.deploy.estimate.work import Work
from csvgate_ops.deploy.topology import Topology

BUSY_HOURS: Final = 8
"""A day's uploads are taken to arrive within these, evenly."""
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
    foot: Footprint,
    seconds: Work,
    topology: Topology,
    prices: PriceList,
    per_day: float,
) -> list[Headroom]:
    """The nearest first."""
    found = [*_quotas(size, foot, seconds, prices, per_day), *_own(seconds, topology, per_day)]
    return sorted(found, key=lambda h: -h.share)


def at_once(seconds: float, per_day: float) -> int:
    """Uploads under way at a time (Little's law), at least the one."""
    return max(1, ceil(per_day * seconds / (BUSY_HOURS * 3600)))


def _quotas(
    size: UploadSize, foot: Footprint, seconds: Work, prices: PriceList, per_day: float
) -> Iterator[Headroom]:
    # An upload's chunks leave validate_and_parse over the time that it takes.
    rate = at_once(seconds.validate, per_day) / max(1.0, seconds.validate)
    in_window = max(1, ceil(per_day * _WINDOW_HOURS / BUSY_HOURS))
    used = {
        "create_write_stream": foot.chunks * in_window,
        "create_write_stream_rate": foot.chunks * rate,
        "append_throughput": size.table_bytes * rate / 1e6,
        "committed_together": foot.chunks,
        "pubsub_publish": foot.topics["validated"][1] * rate / 1e6,
        "storage_write_rate": foot.ledger_objects * rate,
    }
    for key, quota in prices.quotas.items():
        yield Headroom(quota.service, quota.what, used[key], quota.limit, quota.unit, quota.source)


def _own(seconds: Work, topology: Topology, per_day: float) -> Iterator[Headroom]:
    validate = topology.functions["validate_and_parse"]
    yield Headroom(
        "validate_and_parse",
        "its timeout: an upload is read in one go",
        seconds.validate,
        validate.timeout,
        "s",
        _OURS,
    )
    for name, function in topology.functions.items():
        yield Headroom(
            name,
            "requests at once, on average, of all instances",
            per_day * seconds.of(name) / (BUSY_HOURS * 3600),
            function.max_instances * function.concurrency,
            "requests",
            _OURS,
        )
