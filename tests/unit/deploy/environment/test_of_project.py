"""Operators' commands find the resources of a project under the names of its environment."""

import shutil
from pathlib import Path

import pytest

from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.environment.of_project import topology_of_project
from csvgate_ops.operate.dead_letters.queue.routes import routes
from csvgate_ops.session import of_project
from unit.deploy.plan.environments import ROOT

NAMES = "names: {buckets: {uploads: acme-in}, topics: {notify_stakeholders_dead_letter: acme-dead}}"
ENVIRONMENT = """\
project: acme-sales
region: europe-west3
sender: rechnung@acme.example
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A topology with two environments."""
    shutil.copyfile(ROOT / "deploy" / "topology.yaml", tmp_path / "topology.yaml")
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "prod.yaml").write_text(ENVIRONMENT + NAMES)
    (tmp_path / "env" / "test.yaml").write_text(ENVIRONMENT.replace("acme-sales", "acme-test"))
    return tmp_path / "topology.yaml"


def test_a_session_has_the_names_of_the_project_s_environment(file: Path) -> None:
    session = of_project("acme-sales", file)
    assert ("acme-in", "acme-sales-ledger") == (session.bucket("uploads"), session.bucket("ledger"))
    assert "acme-in" == session.topology().buckets["uploads"].name
    assert "acme-test-uploads" == of_project("acme-test", file).bucket("uploads")
    assert "elsewhere-uploads" == of_project("elsewhere", file).bucket("uploads")


def test_dead_letters_are_reviewed_under_these_names(file: Path) -> None:
    settled = topology_of_project(file, "acme-sales")
    found = {r.function: r for r in routes(settled, lambda transport: transport.topic)}
    notify = found["notify_stakeholders"]
    assert ("acme-dead", "acme-dead-review") == (notify.dead_letter_topic, notify.review)


def test_mistakes_are_reported(file: Path) -> None:
    (file.parent / "env" / "prod.yaml").write_text(ENVIRONMENT + "names: {bucket: {}}")
    with pytest.raises(topo.TopologyError, match=r"prod\.yaml has 1 mistake:\n  names\.bucket: "):
        topology_of_project(file, "acme-sales")


def test_environments_of_one_project_must_agree(file: Path) -> None:
    (file.parent / "env" / "test.yaml").write_text(ENVIRONMENT)
    with pytest.raises(topo.TopologyError, match="names: prod, test are all for acme-sales"):
        topology_of_project(file, "acme-sales")
