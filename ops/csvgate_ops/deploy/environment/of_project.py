"""The names of a project's resources: those in the topology, or its environment's own."""

from pathlib import Path

from csvgate.contracts.reading.yaml import read_yaml
from csvgate_ops.deploy.environment.load import EnvironmentMistakes, load_environment
from csvgate_ops.deploy.environment.model import Names
from csvgate_ops.deploy.environment.overlay import named
from csvgate_ops.deploy.topology import Mistake, Topology, TopologyError, load


def topology_of_project(path: Path, project: str) -> Topology:
    """Return a topology with the names that the environment of this project gives to buckets and
    topics. The environments are in the folder `env` beside the topology's file; without one for
    this project, the names are those in the topology.

    Raises TopologyError, also for mistakes in the environment.
    """
    topology = load(path)
    folder = path.parent / "env"
    files = [file for file in sorted(folder.glob("*.yaml")) if _project(file) == project]
    found = [_names(file, topology) for file in files]
    if any(names != found[0] for names in found):
        listed = ", ".join(file.stem for file in files)
        message = f"{listed} are all for {project}, and differ; correct all but one"
        raise TopologyError(str(folder), [Mistake("names", message)])
    return named(topology, found[0]) if found else topology


def _project(file: Path) -> object:
    data = read_yaml(file.read_bytes()).data
    return data.get("project") if isinstance(data, dict) else None


def _names(file: Path, topology: Topology) -> Names:
    try:
        return load_environment(file, topology).names
    except EnvironmentMistakes as error:
        listed = [Mistake(m.path, m.message) for m in error.mistakes]
        raise TopologyError(str(file), listed) from error
