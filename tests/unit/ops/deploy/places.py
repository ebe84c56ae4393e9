"""The repository's own topology and environments, as the tests of deploy read them."""

from functools import cache
from pathlib import Path

from csvgate_ops import topology as topo
from csvgate_ops.deploy.desired import desired
from csvgate_ops.deploy.environment import Environment
from csvgate_ops.deploy.load_environment import load_environment
from csvgate_ops.deploy.model import Desired
from csvgate_ops.topology.model import Topology

ROOT = Path(__file__).parents[4]
ENVIRONMENTS = ("dev", "staging", "prod")


@cache
def topology() -> Topology:
    return topo.load(ROOT / "deploy" / "topology.yaml")


def environment(name: str) -> Environment:
    return load_environment(ROOT / "deploy" / "env" / f"{name}.yaml", topology())


def wanted(name: str) -> Desired:
    return desired(topology(), environment(name), dict.fromkeys(topology().functions, "0" * 40))
