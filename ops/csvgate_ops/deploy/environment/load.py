"""Read an environment file, and report all mistakes at once with their lines and paths."""

from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath

from pydantic import ValidationError

from csvgate.contracts.reading.mistakes import Complaint, Mistake, Path, spell, suggest
from csvgate.contracts.reading.yaml import Document, read_yaml
from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.environment.model import Budget, Environment, Network, SecretChoice, Sizes
from csvgate_ops.deploy.topology.checks import DERIVED_VARIABLES
from csvgate_ops.deploy.topology.model import Model, Topology

_PARTS: Mapping[str, type[Model]] = {
    "budget": Budget,
    "functions": Sizes,
    "network": Network,
    "secrets": SecretChoice,
}


class EnvironmentMistakes(DeployError):
    """An environment cannot be deployed. `mistakes` holds each mistake with its place."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        number = len(mistakes)
        head = f"{number} mistake{'' if number == 1 else 's'} in the environment"
        super().__init__("\n  ".join([f"{head}:", *map(str, mistakes)]))


def load_environment(path: FilePath, topology: Topology) -> Environment:
    """Raises EnvironmentMistakes, also if the file does not exist."""
    try:
        data = path.read_bytes()
    except OSError as error:
        known = sorted(p.stem for p in path.parent.glob("*.yaml"))
        message = f"{error.strerror or error}; existing environments: {', '.join(known) or 'none'}"
        raise EnvironmentMistakes([Mistake(str(path), None, "", message)]) from error
    document = read_yaml(data)
    found = [Mistake(str(path), line, spell(at), text) for at, line, text in document.wrong]
    environment, complaints = _parse(document, topology)
    found += [Mistake(str(path), document.line(at), spell(at), text) for at, text in complaints]
    if environment is None or found:
        raise EnvironmentMistakes(sorted(found, key=lambda m: m.line or 0))
    return environment


def _parse(document: Document, topology: Topology) -> tuple[Environment | None, list[Complaint]]:
    if document.data is None:
        return None, []
    try:
        environment = Environment.model_validate(document.data)
    except ValidationError as error:
        return None, [_complaint(tuple(e["loc"]), e["msg"], e["type"]) for e in error.errors()]
    return environment, list(_contradictions(environment, topology))


def _complaint(loc: Path, message: str, kind: str) -> Complaint:
    path = tuple(step for step in loc if step != "[key]")
    if kind == "extra_forbidden":
        model = _PARTS[str(path[0])] if len(path) > 1 else Environment
        return path, f"is not a setting; {suggest(str(path[-1]), model.model_fields)}"
    return path, message.removeprefix("Value error, ")


def _contradictions(environment: Environment, topology: Topology) -> Iterator[Complaint]:
    for name, sizes in environment.functions.items():
        path: Path = ("functions", name)
        function = topology.functions.get(name)
        if function is None:
            yield path, f"is not a function; {suggest(name, topology.functions)}"
            continue
        least = function.min_instances if sizes.min_instances is None else sizes.min_instances
        most = function.max_instances if sizes.max_instances is None else sizes.max_instances
        if least > most:
            yield path, f"min_instances ({least}) is more than max_instances ({most})"
        deadline = next(t for t in topology.triggers.values() if t.function == name).ack_deadline
        if sizes.timeout is not None and sizes.timeout > deadline:
            yield (
                (*path, "timeout"),
                f"{sizes.timeout}s is longer than the ack deadline of its trigger ({deadline}s): "
                "deliveries would be repeated while the function still runs",
            )
        for variable in sizes.environment:
            if variable in DERIVED_VARIABLES or variable in ("LOG_LEVEL", "CSVGATE_SENDER"):
                yield (*path, "environment", variable), "is set by csvgate: leave it out"
    wanted = {v for function in topology.functions.values() for v in function.secrets}
    for variable in environment.secrets:
        if variable not in wanted:
            yield ("secrets", variable), f"is not used by any function; {suggest(variable, wanted)}"
