"""A click group that imports the module of a command only when that command is used."""

import importlib
import pkgutil
from collections.abc import Sequence
from typing import Any

import click


class LazyGroup(click.Group):
    """The commands are the modules of `packages` whose names do not begin with an underscore.

    Each module has a click command named `command`. The modules import what they need when they
    run, so that `--help` is quick.
    """

    def __init__(self, *args: Any, packages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._packages = packages

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click calls it
        return sorted(self.modules())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        module = self.modules().get(cmd_name)
        if module is None:
            return None
        command = importlib.import_module(module).command
        assert isinstance(command, click.Command)  # noqa: S101 - a mistake of ours
        return command

    def modules(self) -> dict[str, str]:
        """Command name → module name. `list_` stands for `list`, which would hide the built-in."""
        return {
            found.name.rstrip("_").replace("_", "-"): f"{package}.{found.name}"
            for package in self._packages
            for found in pkgutil.iter_modules(importlib.import_module(package).__path__)
            if not found.name.startswith("_")
        }
