"""The repository's own topology and environments, as the tests of deploy read them."""

import os
from functools import cache
from pathlib import Path

from csvgate_ops import topology as topo
from csvgate_ops.deploy.desired import desired
from csvgate_ops.deploy.environment import Environment
from csvgate_ops.deploy.load_environment import load_environment
from csvgate_ops.deploy.model import Desired, Observed
from csvgate_ops.topology.model import Topology

ROOT = Path(__file__).parents[4]
ENVIRONMENTS = ("dev", "staging", "prod")


@cache
def topology() -> Topology:
    return topo.load(ROOT / "deploy" / "topology.yaml")


def environment(name: str) -> Environment:
    return load_environment(ROOT / "deploy" / "env" / f"{name}.yaml", topology())


def all_there(desired: Desired) -> Observed:
    """A project that is as it should be."""
    return Observed({r.key: r.fields for r in desired.resources}, frozenset(desired.bindings))


def golden(file: Path, text: str) -> str:
    """What the golden file holds; `text`, once CSVGATE_WRITE_GOLDEN wrote it there."""
    if os.environ.get("CSVGATE_WRITE_GOLDEN"):
        file.write_text(text)
    return file.read_text()


def wanted(name: str) -> Desired:
    return desired(topology(), environment(name), dict.fromkeys(topology().functions, "0" * 40))
