"""Read a topology file, and report all mistakes at once."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from csvgate.text import counted
from csvgate_ops.deploy.topology.checks import Mistake, mistakes
from csvgate_ops.deploy.topology.model import Topology


class TopologyError(Exception):
    """A topology cannot be used. `mistakes` holds each mistake with its path."""

    def __init__(self, origin: str, mistakes: Sequence[Mistake]) -> None:
        self.origin = origin
        self.mistakes = tuple(mistakes)
        lines = "\n".join(f"  {mistake}" for mistake in mistakes)
        super().__init__(f"{origin} has {counted(len(self.mistakes), 'mistake')}:\n{lines}")


def parse(text: str, origin: str = "topology") -> Topology:
    """Parse a topology in YAML 1.2. Raises TopologyError."""
    try:
        document = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise TopologyError(origin, [Mistake("yaml", " ".join(str(error).split()))]) from error
    try:
        topology = Topology.model_validate(document)
    except ValidationError as error:
        shape = [
            Mistake(_path(e["loc"]), e["msg"].removeprefix("Value error, ")) for e in error.errors()
        ]
        raise TopologyError(origin, shape) from error
    found = list(mistakes(topology))
    if found:
        raise TopologyError(origin, found)
    return topology


def load(path: Path) -> Topology:
    """Read a topology file. Raises TopologyError, also if the file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TopologyError(str(path), [Mistake("file", str(error))]) from error
    return parse(text, str(path))


def _path(loc: tuple[int | str, ...]) -> str:
    """Format `("a", "b", 0)` as `a.b[0]`, without the steps that pydantic adds for unions and
    keys."""
    path = ""
    for step in loc:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step != "[key]" and not step.startswith("google.cloud."):
            path += f".{step}" if path else step
    return path or "document"
