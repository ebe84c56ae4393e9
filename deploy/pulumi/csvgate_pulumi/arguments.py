"""Turn the body of a resource, as Google's API takes it, into arguments of Pulumi.

Pulumi passes on keys of a plain dictionary that it does not know. Here each key is looked up among
the parameters of the class that takes it, so an unknown one is an error that names its path.
"""

import inspect
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, get_args, get_type_hints

import pulumi

from csvgate_ops.deploy import DeployError


def arguments(taker: Any, body: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Return the keyword arguments for `taker`, a resource or a class of arguments. `path` is where
    the body is, for messages. Raises DeployError for a key that `taker` does not know."""
    parameters = _parameters(taker)
    found = {}
    for key, value in body.items():
        name = next((n for n in _names(key) if n in parameters), None)
        if name is None:
            raise DeployError(f"{path}.{key}: {taker.__name__} of pulumi-gcp does not take it")
        found[name] = _converted(parameters[name], value, f"{path}.{key}")
    return found


def _names(key: str) -> tuple[str, ...]:
    """Return how Pulumi may call a key: `groupByFields` → group_by_fields. Where the API repeats a
    message under a singular name, Pulumi has the plural."""
    snake = re.sub(r"(?<=[a-z0-9])[A-Z]", lambda found: "_" + found[0], key).lower()
    return snake, f"{snake}s", f"{snake}es", re.sub(r"y$", "ies", snake)


def _converted(annotation: Any, value: Any, path: str) -> Any:
    taker = next(_takers(annotation), None)
    if isinstance(value, Mapping) and taker is not None:
        return taker(**arguments(taker, value, path))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_converted(annotation, each, f"{path}[{at}]") for at, each in enumerate(value)]
    return value


def _takers(annotation: Any) -> Iterator[Any]:
    """Yield the classes of arguments that an annotation names."""
    if isinstance(annotation, type) and annotation.__name__.endswith("Args"):
        yield annotation
    for part in get_args(annotation):
        yield from _takers(part)


@cache
def _parameters(taker: Any) -> Mapping[str, Any]:
    made = getattr(taker, "_internal_init", taker.__init__)
    names = set(inspect.signature(made).parameters) - {"self", "resource_name", "opts"}
    # Annotations name classes of their own module, and of pulumi.output.
    hints = get_type_hints(made, vars(pulumi.output) | vars(sys.modules[taker.__module__]))
    return {name: hints.get(name) for name in names}
