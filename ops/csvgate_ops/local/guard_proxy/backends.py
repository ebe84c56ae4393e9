"""Chooses the addresses at which guarded servers listen.

A browser can reach every loopback port, and could try all ports of 127.0.0.1 to get past the guard.
Linux accepts all addresses of 127.0.0.0/8, so a guarded server listens on a random one of them: a
page would have to try 2⁴⁰ combinations of address and port.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_LOWEST_PORT: Final = 20_000
_PORTS: Final = 12_000
"""Ports below those that the kernel gives to clients."""


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def random_backends(services: Iterable[str]) -> dict[str, Address]:
    """Return an address for each service, different on every start."""
    return {service: _random_address() for service in services}


def _random_address() -> Address:
    # The second byte is never 0, so the address is never one that other programs use.
    numbers = (1 + secrets.randbelow(254), secrets.randbelow(256), 1 + secrets.randbelow(254))
    host = ".".join(map(str, (127, *numbers)))
    return Address(host, _LOWEST_PORT + secrets.randbelow(_PORTS))


def route(service: str, port: int, backend: Address) -> str:
    """Return the proxy's argument for one service: `SERVICE=PORT=HOST:PORT`."""
    return f"{service}={port}={backend}"


def parse_route(text: str) -> tuple[str, int, Address]:
    """Return the service, its guarded port and its backend."""
    service, port, backend = text.split("=")
    host, _, backend_port = backend.partition(":")
    return service, int(port), Address(host, int(backend_port))
