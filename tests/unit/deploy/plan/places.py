"""The repository's own topology and environments, as the tests of deploy read them."""

import os
from functools import cache
from pathlib import Path

from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.environment.load import load_environment
from csvgate_ops.deploy.environment.model import Environment
from csvgate_ops.deploy.monitoring.observe import Observed as Watched
from csvgate_ops.deploy.plan.desired import desired
from csvgate_ops.deploy.plan.model import Desired, Observed
from csvgate_ops.deploy.topology.model import Topology

ROOT = Path(__file__).parents[4]
ENVIRONMENTS = ("dev", "staging", "prod")


@cache
def topology() -> Topology:
    return topo.load(ROOT / "deploy" / "topology.yaml")


def environment(name: str) -> Environment:
    return load_environment(ROOT / "deploy" / "env" / f"{name}.yaml", topology())


def all_there(desired: Desired) -> Observed:
    """A project that is as it should be."""
    resources = {r.key: r.fields for r in desired.resources}
    return Observed(resources, frozenset(desired.bindings), _watched(desired))


def _watched(desired: Desired) -> Watched:
    """With what the services add themselves."""
    wanted = desired.monitoring
    assert wanted is not None
    channels = {email: f"channels/{at}" for at, email in enumerate(wanted.emails)}
    told = {"notificationChannels": list(channels.values())}
    return Watched(
        channels=channels,
        metrics=wanted.metrics,
        policies={
            k: {**body, **told, "name": f"policies/{k}"} for k, body in wanted.policies.items()
        },
        dashboards={k: {**body, "etag": "1"} for k, body in wanted.dashboards.items()},
    )


def golden(file: Path, text: str) -> str:
    """What the golden file holds; `text`, once CSVGATE_WRITE_GOLDEN wrote it there."""
    if os.environ.get("CSVGATE_WRITE_GOLDEN"):
        file.write_text(text)
    return file.read_text()


def wanted(name: str) -> Desired:
    digests = dict.fromkeys(topology().functions, "0" * 40)
    return desired(topology(), environment(name), digests, ROOT / "deploy" / "monitoring")
