"""Describes a process of the local cloud."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class HttpProbe:
    """Ready when a GET is answered with 2xx, or with any status if `any_answer` is set."""

    url: str
    any_answer: bool = False


@dataclass(frozen=True, slots=True)
class GrpcProbe:
    """Ready when the port answers in HTTP/2."""

    port: int


@dataclass(frozen=True, slots=True)
class ListenProbe:
    """Ready when the port accepts connections."""

    port: int


@dataclass(frozen=True, slots=True)
class ExitProbe:
    """Marks a task, which is ready when it has exited with code 0."""


Probe = HttpProbe | GrpcProbe | ListenProbe | ExitProbe


@dataclass(frozen=True, slots=True)
class Need:
    """A file or folder that a component requires, and what to do if it is missing."""

    path: Path
    remedy: str


@dataclass(frozen=True, slots=True)
class Component:
    """A process to run.

    All components start at once and wait themselves for the services they use. A task runs again
    after a restart of the component that it is `about`. Components with `stop_first` are stopped
    before the services they use.
    """

    name: str
    argv: tuple[str, ...]
    probes: tuple[Probe, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[int, ...] = ()
    about: str | None = None
    needs: tuple[Need, ...] = ()
    stop_first: bool = False
    reads_contracts: bool = False
    """True for a task that runs again when the contracts have changed, and for a server that
    replaces its worker processes on SIGHUP, as gunicorn does, and so reads the contracts again."""
    grace: float = 5.0
    """Seconds between SIGTERM and SIGKILL."""

    @property
    def is_task(self) -> bool:
        return any(isinstance(probe, ExitProbe) for probe in self.probes)
