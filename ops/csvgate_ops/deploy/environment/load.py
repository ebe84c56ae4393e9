"""Read an environment file, and report all mistakes at once with their lines and paths."""

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any, Final, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from csvgate.contracts.reading.explain import UNKNOWN as UNKNOWN_SETTING
from csvgate.contracts.reading.explain import what_is_wrong
from csvgate.contracts.reading.mistakes import Complaint, Mistake, Path, spell, suggest
from csvgate.contracts.reading.yaml import Document, read_yaml
from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.environment.checks import UNKNOWN, contradictions
from csvgate_ops.deploy.environment.model import Environment
from csvgate_ops.deploy.topology.model import Model, Topology

_INSTEAD: Final[Mapping[Path, str]] = {
    ("project",): "unknown-project",
    ("region",): "europe-west1",
    ("sender",): "unknown@example.com",
    ("network", "subnet"): "unknown",
    ("network", "connector"): "unknown",
}
"""What takes the place of settings that are missing or mistaken, but needed by others, so that the
others can still be checked for contradictions."""


class EnvironmentMistakes(DeployError):
    """An environment cannot be deployed. `mistakes` holds each mistake with its place."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        number = len(mistakes)
        head = f"{number} mistake{'' if number == 1 else 's'} in the environment"
        super().__init__("\n  ".join([f"{head}:", *map(str, mistakes)]))


def load_environment(path: FilePath, topology: Topology) -> Environment:
    """Return the environment in a file. Raises EnvironmentMistakes, also if the file does not
    exist."""
    try:
        data = path.read_bytes()
    except OSError as error:
        known = sorted(p.stem for p in path.parent.glob("*.yaml"))
        message = f"{error.strerror or error}; existing environments: {', '.join(known) or 'none'}"
        raise EnvironmentMistakes([Mistake(str(path), None, "", message)]) from error
    document = read_yaml(data, "its settings")
    found = [Mistake(str(path), line, spell(at), text) for at, line, text in document.wrong]
    environment, complaints = _parse(document, topology)
    # A setting that stands for several has each complaint about it once.
    places = dict.fromkeys((_written(document, at), text) for at, text in complaints)
    found += [Mistake(str(path), document.line(at), spell(at), text) for at, text in places]
    if environment is None or found:
        raise EnvironmentMistakes(sorted(found, key=lambda m: m.line or 0))
    return environment


def _written(document: Document, path: Path) -> Path:
    """Return the path, but only down to a setting that is written as a single value."""
    there: Any = document.data
    for at, step in enumerate(path):
        if isinstance(there, str | int | float):
            return path[:at]
        there = there.get(step) if isinstance(there, dict) else None
    return path


def _parse(document: Document, topology: Topology) -> tuple[Environment | None, list[Complaint]]:
    if document.data is None:
        return None, []
    try:
        environment = Environment.model_validate(document.data)
    except ValidationError as error:
        complaints = list(_complaints(error))
        rest = _without(document.data, [path for path, _ in complaints])
        more = contradictions(rest, topology) if rest is not None else ()
        return None, [*complaints, *more]
    return environment, list(contradictions(environment, topology))


def _complaints(error: ValidationError) -> Iterator[Complaint]:
    """Yield one complaint for each place with errors."""
    places: dict[Path, list[ErrorDetails]] = {}
    for found in error.errors():
        path = tuple(step for step in found["loc"] if step != "[key]")
        places.setdefault(path, []).append(found)
    for path, errors in places.items():
        kind = errors[0]["type"]
        if kind == UNKNOWN_SETTING:
            yield (
                path,
                f"is not a setting; {suggest(str(path[-1]), _model_at(path[:-1]).model_fields)}",
            )
        elif kind == "missing":
            yield path, "is missing"
        else:
            yield path, what_is_wrong(errors)


def _model_at(path: Path) -> type[Model]:
    """Return the model that describes the settings under a path."""
    model: type[Model] = Environment
    for step in path:
        field = model.model_fields.get(str(step))
        if field is not None:
            model = next(models_in(field.annotation), model)
    return model


def models_in(annotation: Any) -> Iterator[type[Model]]:
    """Yield the models that a setting is made of."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def _without(data: Any, paths: list[Path]) -> Environment | None:
    """Return the environment without the settings at these paths, or None if the document is not
    a mapping of settings."""
    if not isinstance(data, dict):
        return None
    left = copy.deepcopy(data)
    for path in paths:
        _drop(left, path)
    try:
        rest = Environment.model_validate(left)
    except ValidationError as error:
        # What lacks a setting that was dropped goes as a whole. Each time something is dropped.
        lacking = [tuple(e["loc"])[:-1] for e in error.errors() if e["type"] == "missing"]
        return _without(left, [*paths, *lacking]) if all(lacking) and lacking else None
    return rest.model_copy(update={"region": UNKNOWN}) if ("region",) in paths else rest


def _drop(data: dict[Any, Any], path: Path) -> None:
    """Remove what is at a path, or the deepest mapping on the way to it that has no such part."""
    outer = data
    for step in path[:-1]:
        inner = outer.get(step)
        if not isinstance(inner, dict):
            outer.pop(step, None)
            return
        outer = inner
    outer.pop(path[-1], None)
    if path in _INSTEAD:
        outer[path[-1]] = _INSTEAD[path]
