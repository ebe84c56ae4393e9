"""Chooses the port of each service: the requested one, the previous one, or a free one."""

import random
import socket
from collections.abc import Callable, Collection, Mapping, Sequence

from csvgate_ops.local.cloud.errors import CloudError, Fault

HOST = "127.0.0.1"
# Below the ephemeral ports (32768 and up on Linux): a client that retries a dead service could
# otherwise be assigned the port of the service and connect to itself.
FREE_RANGE = range(20000, 32000)


def is_free(port: int) -> bool:
    """Return whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Servers set this too. Without it, a port seems in use for a minute after a server stopped.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose(
    services: Sequence[str],
    *,
    base: int | None,
    wanted: Mapping[str, int],
    remembered: Mapping[str, int],
    free: Callable[[int], bool] = is_free,
) -> dict[str, int]:
    """Choose service → port. Raises CloudError when a requested port is in use or given twice."""
    for service in wanted:
        if service not in services:
            raise CloudError(
                Fault(service, "unknown service", remedy=f"use one of {', '.join(services)}")
            )
    asked = dict(wanted)
    if base is not None:
        asked = {service: base + i for i, service in enumerate(services)} | asked
    chosen: dict[str, int] = {}
    for service, port in asked.items():
        if not 0 < port < 65536 or port in chosen.values():
            raise CloudError(Fault(service, f"port {port} is out of range or given twice"))
        if not free(port):
            raise _in_use(service, port)
        chosen[service] = port
    for service in services:
        if service not in chosen:
            port = remembered.get(service, 0)
            usable = port and port not in chosen.values() and free(port)
            chosen[service] = port if usable else _any_free(chosen.values(), free)
    return {service: chosen[service] for service in services}


def _any_free(taken: Collection[int], free: Callable[[int], bool]) -> int:
    for port in random.sample(FREE_RANGE, 500):
        if port not in taken and free(port):
            return port
    raise CloudError(
        Fault("ports", f"no free port found from {FREE_RANGE.start} to {FREE_RANGE.stop - 1}")
    )


def _in_use(service: str, port: int) -> CloudError:
    return CloudError(
        Fault(
            service,
            f"port {port} is in use by another process",
            remedy=f"stop it (`ss -ltnp 'sport = :{port}'` shows it) or choose another port",
        )
    )
