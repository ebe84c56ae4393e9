"""What the deployed console may cost. It depends on how long people use it, not on uploads."""

from typing import Final

from csvgate_ops.deploy.environment.cloud_run import mebibytes
from csvgate_ops.deploy.estimate.prices import PriceList
from csvgate_ops.deploy.topology import Topology

_HOUR: Final = 3600


def hourly(topology: Topology, prices: PriceList) -> float | None:
    """Return the list price of an hour in which the console's instance answers requests, or None
    if there is no console. An hour in which it only waits costs less, or nothing."""
    console = topology.console
    if console is None:
        return None
    cpu = prices.prices["run_cpu"].of(console.cpu * _HOUR)
    memory = prices.prices["run_memory"].of(mebibytes(console.memory) / 1024 * _HOUR)
    return console.max_instances * (cpu + memory)
