"""A process of the local cloud, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class HttpProbe:
    """Ready when a GET is answered: with 2xx, or with anything at all."""

    url: str
    any_answer: bool = False


@dataclass(frozen=True, slots=True)
class GrpcProbe:
    """Ready when the port speaks HTTP/2."""

    port: int


@dataclass(frozen=True, slots=True)
class ExitProbe:
    """A task: ready when it has ended well."""


Probe = HttpProbe | GrpcProbe | ExitProbe


@dataclass(frozen=True, slots=True)
class Need:
    """A file or folder without which a component cannot run."""

    path: Path
    remedy: str


@dataclass(frozen=True, slots=True)
class Component:
    """All start at once, and wait for what they need themselves. A task runs again whenever the
    component that it is `about` was restarted. `stop_first` components end before the services
    that they use."""

    name: str
    argv: tuple[str, ...]
    probes: tuple[Probe, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[int, ...] = ()
    about: str | None = None
    needs: tuple[Need, ...] = ()
    stop_first: bool = False
    grace: float = 5.0
    """Seconds between SIGTERM and SIGKILL."""

    @property
    def is_task(self) -> bool:
        return any(isinstance(probe, ExitProbe) for probe in self.probes)
