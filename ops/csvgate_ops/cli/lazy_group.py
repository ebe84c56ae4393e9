"""A click group that imports a command's module only when the command is used."""

import ast
import importlib
import pkgutil
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click


class LazyGroup(click.Group):
    """A group whose commands are the modules of `packages` without a leading underscore.

    Each module has a click command named `command`. The group's own help shows the first line of
    each module's docstring, which it reads without importing the module. A command's module can
    therefore import everything it needs at its top.
    """

    def __init__(self, *args: Any, packages: Mapping[str, str], **kwargs: Any) -> None:
        """`packages` maps a heading in the help to a package."""
        super().__init__(*args, **kwargs)
        self._packages = packages

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click calls it
        return sorted(self.modules())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        module = self.modules().get(cmd_name)
        if module is None:
            return None
        command = importlib.import_module(module).command
        assert isinstance(command, click.Command)  # noqa: S101 - every module defines one
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        longest = max(map(len, self.modules()))
        for heading, package in self._packages.items():
            with formatter.section(heading):
                # Padded, so that the descriptions of all sections are aligned.
                rows = [
                    (name.ljust(longest), summary(module))
                    for name, module in sorted(_commands(package).items())
                ]
                formatter.write_dl(rows)

    def modules(self) -> dict[str, str]:
        """Return the module name of each command name."""
        return {
            name: module
            for package in self._packages.values()
            for name, module in _commands(package).items()
        }


def _commands(package: str) -> dict[str, str]:
    """Return command names and modules. The module `list_` is the command `list`, because a module
    of that name would hide the built-in."""
    return {
        found.name.rstrip("_").replace("_", "-"): f"{package}.{found.name}"
        for found in pkgutil.iter_modules(importlib.import_module(package).__path__)
        if not found.name.startswith("_")
    }


def summary(module: str) -> str:
    spec = find_spec(module)
    assert spec is not None and spec.origin is not None  # noqa: S101, PT018 - pkgutil found it
    docstring = ast.get_docstring(ast.parse(Path(spec.origin).read_text("utf-8"))) or ""
    return docstring.partition("\n")[0]
