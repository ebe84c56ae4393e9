"""The reference of all settings for docs/deploy.md, from the models and their docstrings."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from csvgate_ops.deploy.environment.load import models_in
from csvgate_ops.deploy.environment.model import Environment
from csvgate_ops.deploy.topology.model import Model

_STEPS: Final[Mapping[str, str]] = {"functions": "FUNCTION.", "secrets": "VARIABLE."}
"""Setting → the step of the paths below it that the user names."""


def reference() -> str:
    """Return a Markdown table of the settings, those of a part below the setting that has them."""
    rows = "".join(f"| `{name}` | {text} |\n" for name, text in _settings(Environment, ""))
    return f"| setting | meaning |\n|---|---|\n{rows}"


def _settings(described: type[Model], prefix: str) -> Iterator[tuple[str, str]]:
    meanings = _docstrings(described)
    for name, field in described.model_fields.items():
        required = "Required. " if field.is_required() else ""
        yield f"{prefix}{name}", required + meanings[name]
        for part in models_in(field.annotation):
            yield from _settings(part, f"{prefix}{name}.{_STEPS.get(name, '')}")


def _docstrings(described: type[Model]) -> dict[str, str]:
    """Return the docstring below each field, on one line."""
    body = next(
        node.body
        for node in ast.walk(ast.parse(inspect.getsource(described)))
        if isinstance(node, ast.ClassDef)
    )
    found: dict[str, str] = {}
    for field, text in pairwise(body):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            found[field.target.id] = " ".join(str(text.value.value).split()).replace("|", "\\|")
    return found
