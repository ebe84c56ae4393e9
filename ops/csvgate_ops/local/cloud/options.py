"""The options of the local cloud."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

PubSub = Literal["embedded", "google"]


def repository() -> Path:
    """Return the root of the repository, which `make setup` installs in editable mode."""
    return Path(__file__).resolve().parents[4]


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `csvgate up`. All paths are absolute."""

    data_dir: Path
    project: str = "local-csvgate"
    pubsub: PubSub = "embedded"
    port_base: int | None = None
    ports: Mapping[str, int] = field(default_factory=dict)
    """Service → port, where a port was requested."""
    topology: Path = field(default_factory=lambda: repository() / "deploy" / "topology.yaml")
    contracts: Path = field(default_factory=lambda: repository() / "contracts")
    functions: Path = field(default_factory=lambda: repository() / "functions")
    references: Path = field(default_factory=lambda: repository() / "samples" / "references")
    environment: Mapping[str, str] = field(default_factory=dict)
    """Additional environment variables for the functions."""

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> "Options":
        data: dict[str, Any] = json.loads(text)
        for name in ("data_dir", "topology", "contracts", "functions", "references"):
            data[name] = Path(data[name])
        return cls(**data)
