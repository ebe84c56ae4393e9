"""Options that several commands share."""

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
    help="Where the local cloud keeps its state and logs.",
)

_project = click.option(
    "--project",
    metavar="ID",
    help="A project of Google Cloud, by your application default credentials, instead of the "
    "local cloud.",
)
_topology = click.option(
    "--topology",
    type=click.Path(path_type=Path, dir_okay=False, exists=True, resolve_path=True),
    help="With --project: what names things there.  [default: deploy/topology.yaml]",
)


def connected(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say where: `data_dir`, `project` and `topology`, for `open_session`."""
    return data_dir(_project(_topology(command)))


as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


def pairs(convert: Callable[[str], Any] = str) -> Callable[..., dict[str, Any]]:
    """A callback for a repeatable NAME=VALUE option."""

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
