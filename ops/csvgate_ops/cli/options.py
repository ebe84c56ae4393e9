"""Command-line options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

DEFAULT_DATA_DIR = Path(".csvgate")

data_dir = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False, resolve_path=True),
    default=DEFAULT_DATA_DIR,
    envvar="CSVGATE_DATA_DIR",
    show_default=True,
    help="Folder in which the local cloud keeps its state and logs.",
)

project_id = click.option(
    "--project",
    metavar="ID",
    help="Google Cloud project to use instead of the local cloud, with your application default "
    "credentials.",
)
topology_file = click.option(
    "--topology",
    type=click.Path(path_type=Path, dir_okay=False, exists=True, resolve_path=True),
    help="With --project: the file that names its resources.  [default: deploy/topology.yaml]",
)


def connected(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that `open_session` needs: `data_dir`, `project` and `topology`."""
    return data_dir(project_id(topology_file(command)))


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def pairs(convert: Callable[[str], Any] = str) -> Callable[..., dict[str, Any]]:
    """Return a callback for a repeatable NAME=VALUE option; `convert` parses the value."""

    def callback(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> Any:
        found = {}
        for text in values:
            name, equals, value = text.partition("=")
            if not (name and equals):
                raise click.BadParameter(f"{text!r} is not NAME=VALUE")
            try:
                found[name] = convert(value)
            except ValueError as error:
                raise click.BadParameter(f"{text!r}: {error}") from error
        return found

    return callback
