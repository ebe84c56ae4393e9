"""Estimate what a backfill costs and how long it takes."""

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from csvgate.csv.compression import is_compressed
from csvgate.ports import ObjectInfo, ObjectStore
from csvgate.runtime.errors import Permanent
from csvgate_ops.author.check.output import Unusable
from csvgate_ops.deploy.estimate.estimate import estimate
from csvgate_ops.deploy.estimate.prices import PriceList
from csvgate_ops.deploy.estimate.sample_file import measure
from csvgate_ops.deploy.estimate.upload_size import Shape, UploadSize
from csvgate_ops.deploy.topology import Topology
from csvgate_ops.operate.backfill.plan import Item, Plan

SAMPLE_BYTES: Final = 4 * 1024 * 1024
"""How much of one object of each contract is read."""
ROW_BYTES: Final = 100
"""The length of a row that is assumed if the sample cannot be read."""
MOST_RATE: Final = 5.0
"""Objects per second if the operator names no rate."""
_SHARE: Final = 0.5
"""The share of the functions' capacity that a backfill takes by default: uploads that arrive
meanwhile need the rest."""


@dataclass(frozen=True, slots=True)
class DatasetCost:
    dataset: str
    objects: int
    stored_bytes: int
    rows: int
    cost: float
    """In the currency of the price list."""
    is_sampled: bool
    """Whether an object was read; otherwise the rows are assumed to have ROW_BYTES."""


@dataclass(frozen=True, slots=True)
class Cost:
    datasets: tuple[DatasetCost, ...]
    currency: str
    capacity: float
    """Objects per second that the functions can process, by the limits in the topology."""
    objects: int

    @property
    def total(self) -> float:
        return sum(dataset.cost for dataset in self.datasets)

    @property
    def default_rate(self) -> float:
        return min(MOST_RATE, self.capacity * _SHARE)

    def seconds(self, rate: float) -> float:
        """Return how long it takes at a rate in objects per second."""
        return self.objects / min(rate, self.capacity)


def cost(
    plan: Plan, store: ObjectStore, contracts: Contracts, topology: Topology, prices: PriceList
) -> Cost:
    """Reads the beginning of one object of each contract, of median size. Raises Transient."""
    by_dataset: dict[str, list[Item]] = defaultdict(list)
    for item in plan.items:
        by_dataset[item.dataset].append(item)
    datasets, busy = list[DatasetCost](), dict.fromkeys(topology.functions, 0.0)
    for name, items in sorted(by_dataset.items()):
        contract = contracts.for_dataset(name)
        assert contract is not None  # noqa: S101 - the plan has matched it
        shape, sample = Shape.of(contract), _sample(store, contract, items)
        rows, price = 0, 0.0
        for item in items:
            size = _size(item.info, sample, prices)
            found = estimate(size, shape, topology, prices)
            rows, price = rows + size.rows, price + found.upload_cost
            for function in busy:
                busy[function] += found.seconds.of(function)
        stored = sum(item.info.size for item in items)
        datasets.append(DatasetCost(name, len(items), stored, rows, price, sample is not None))
    capacity = min(
        (
            len(plan.items) * function.max_instances * function.concurrency / busy[name]
            for name, function in topology.functions.items()
            if busy[name]
        ),
        default=MOST_RATE,
    )
    return Cost(tuple(datasets), prices.currency, capacity, len(plan.items))


def _sample(store: ObjectStore, contract: Contract, items: Sequence[Item]) -> UploadSize | None:
    """Measure the beginning of the object of median size. None if it cannot be measured."""
    info = sorted((item.info for item in items), key=lambda info: info.size)[len(items) // 2]
    try:
        data = _beginning(store, info)
    except Permanent:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample"
        path.write_bytes(data)
        try:
            found = measure(path, contract)
        except Unusable:
            return None
    return found if found.stored_bytes and found.rows else None


def _beginning(store: ObjectStore, info: ObjectInfo) -> bytes:
    """Return the first bytes, to the end of a line unless they are compressed."""
    data = b""
    for piece in store.stream(info.bucket, info.name, info.generation, info.size):
        data += piece
        if len(data) >= SAMPLE_BYTES:
            break
    if len(data) < info.size and not is_compressed(data):
        data = data[: data.rfind(b"\n") + 1] or data
    return data


def _size(info: ObjectInfo, sample: UploadSize | None, prices: PriceList) -> UploadSize:
    if sample is None:
        return UploadSize.given(info.size // ROW_BYTES, info.size, prices.measured)
    factor = info.size / sample.stored_bytes
    counts = [f.name for f in fields(sample) if f.name != "sampled"]
    scaled = {name: round(getattr(sample, name) * factor) for name in counts}
    scaled["rejected"] = min(scaled["rejected"], scaled["rows"])
    return replace(sample, **scaled)
