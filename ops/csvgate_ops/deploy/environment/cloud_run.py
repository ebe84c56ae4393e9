"""The sizes that Cloud Run accepts for a function that handles events.

The tables are those of Cloud Run's pages on memory, CPU and concurrency, and of the page on the
quotas of Cloud Run functions, in November 2026.
"""

from collections.abc import Iterator
from typing import Final

from csvgate_ops.deploy.topology.model import Function

MOST_SECONDS: Final = 540
"""The longest timeout of a function that is called by events; others may have 3600 s."""
MOST_CONCURRENCY: Final = 1000
MOST_INSTANCES: Final = 1000
_LEAST_MEMORY, _MOST_MEMORY = 128, 32 * 1024
_WHOLE_CPUS: Final = (1, 2, 4, 6, 8)
_LEAST_CPU: Final = 0.08
_CPU_FROM: Final = ((2048, 1), (1024, 0.583), (512, 0.333), (256, 0.167), (128, 0.083))
"""Memory in MiB → the CPUs that at least so much memory needs, or has by default. Cloud Run accepts
them rounded down to hundredths."""
_CPU_ABOVE: Final = ((24 * 1024, 8), (16 * 1024, 6), (8 * 1024, 4), (4 * 1024, 2))
"""Memory in MiB → the CPUs that more memory than this needs."""
_MEMORY_OF: Final = ((6, 4 * 1024), (4, 2 * 1024))
"""CPUs → the memory in MiB that at least so many CPUs need."""

Fault = tuple[str, str]
"""A property of a function, and what is wrong with it."""


def mebibytes(memory: str) -> int:
    """Parse `512Mi` or `2Gi`."""
    return int(memory[:-2]) * (1024 if memory.endswith("Gi") else 1)


def faults(function: Function) -> Iterator[Fault]:
    """Yield what Cloud Run would refuse."""
    unknown_cpu = list(_cpu(function))
    yield from unknown_cpu or _memory(function)
    yield from _concurrency(function)
    if not 1 <= function.timeout <= MOST_SECONDS:
        yield (
            "timeout",
            f"{function.timeout}s is not from 1s to {MOST_SECONDS}s, the most for a function that "
            "handles events",
        )
    if function.max_instances > MOST_INSTANCES:
        yield (
            "max_instances",
            f"{function.max_instances} is more than {MOST_INSTANCES}, the most for a function",
        )
    if function.min_instances > function.max_instances:
        yield (
            "min_instances",
            f"min_instances ({function.min_instances}) is more than max_instances "
            f"({function.max_instances})",
        )


def _memory(function: Function) -> Iterator[Fault]:
    memory = mebibytes(function.memory)
    if not _LEAST_MEMORY <= memory <= _MOST_MEMORY:
        yield "memory", f"{function.memory} is not from 128Mi to 32Gi"
        return
    above = (cpus for size, cpus in _CPU_ABOVE if memory > size)
    least: float = next(above, 0) or next(cpus for size, cpus in _CPU_FROM if memory >= size)
    if function.cpu < int(least * 100) / 100:
        yield (
            "memory",
            f"{function.memory} needs at least {least:g} CPU, but cpu is {function.cpu:g}; raise "
            "cpu or lower memory",
        )
    enough = next((size for cpus, size in _MEMORY_OF if function.cpu >= cpus), 0)
    if memory < enough:
        yield (
            "cpu",
            f"{function.cpu:g} CPUs need at least {enough // 1024}Gi of memory, but memory is "
            f"{function.memory}",
        )


def _cpu(function: Function) -> Iterator[Fault]:
    cpu = function.cpu
    if cpu < 1:
        hundredths = round(cpu * 100, 6)
        is_default = cpu in [default for _, default in _CPU_FROM]
        if not is_default and (cpu < _LEAST_CPU or hundredths != int(hundredths)):
            yield "cpu", f"{cpu:g} is not from {_LEAST_CPU:g} to 1 in steps of 0.01"
    elif cpu not in _WHOLE_CPUS:
        yield "cpu", f"{cpu:g} is not a number of CPUs that Cloud Run has: 1, 2, 4, 6 or 8"


def _concurrency(function: Function) -> Iterator[Fault]:
    if not 1 <= function.concurrency <= MOST_CONCURRENCY:
        yield "concurrency", f"{function.concurrency} is not from 1 to {MOST_CONCURRENCY}"
    elif function.cpu < 1 and function.concurrency > 1:
        yield (
            "concurrency",
            f"{function.concurrency} needs at least 1 CPU, but cpu is {function.cpu:g}; set "
            "concurrency: 1",
        )
