"""Options that the subcommands share, and what they give."""

import functools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from csvgate_ops.cli.dlq._problems import problems
from csvgate_ops.cli.options import data_dir

if TYPE_CHECKING:
    from csvgate_ops.operate.dead_letters.context import DeadLetterContext
    from csvgate_ops.operate.dead_letters.filters import Filter

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False, resolve_path=True)
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False, resolve_path=True)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Moment(click.ParamType[datetime]):
    """2026-11-21, 2026-11-21T10:00, or how long ago: 30m, 2h, 7d. Without a zone it is UTC."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        text = str(value)
        if text[-1:] in _UNITS and text[:-1].isascii() and text[:-1].isdigit():
            try:
                ago = timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
                return datetime.now(UTC) - ago
            except OverflowError:
                self.fail(f"{text!r} is too long ago", param, ctx)
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is no time: 2026-11-21T10:00 or 2h", param, ctx)
        return found if found.tzinfo else found.replace(tzinfo=UTC)


def desk_options(function: F) -> F:
    """Where the letters are: gives the command a `context`, and turns what a service raises into an
    error message."""

    @functools.wraps(function)
    def wrapper(
        *args: Any,
        data_dir: Path,
        project: str | None,
        topology: Path | None,
        contracts: Path | None,
        **kwargs: Any,
    ) -> Any:
        with problems():
            context = _desk(data_dir, project, topology, contracts)
            return function(*args, context=context, **kwargs)

    options = (
        click.option("--project", help="A project of Google Cloud.  [default: the local cloud]"),
        click.option("--topology", type=_FILE, help="With --project, instead of the repository's."),
        click.option("--contracts", type=_FOLDER, help="Folder of contracts, for what is masked."),
        data_dir,
    )
    return _decorated(wrapper, options)  # type: ignore[return-value]


def filter_options(function: F) -> F:
    """Which letters are meant: gives the command a `wanted`."""

    @functools.wraps(function)
    def wrapper(*args: Any, since: datetime | None, until: datetime | None, **kwargs: Any) -> Any:
        wanted = _filter(kwargs, since, until)
        return function(*args, wanted=wanted, **kwargs)

    def several(name: str, variable: str, text: str) -> Callable[..., Any]:
        return click.option(name, variable, multiple=True, help=text)

    options = (
        several("--id", "ids", "Of one letter; repeat any of these for more."),
        several("--code", "codes", "Of the failure; * for any part: 'bigquery.*'."),
        several("--function", "functions", "As validate_and_parse."),
        several("--dataset", "datasets", "Of a contract."),
        several("--upload", "uploads", "Id of an upload, or its beginning."),
        click.option("--since", type=Moment(), help="Dead-lettered then or later: a time, or 2h."),
        click.option("--until", type=Moment(), help="Dead-lettered before."),
    )
    return _decorated(wrapper, options)  # type: ignore[return-value]


def acting_filter_options(function: F) -> F:
    """The same for what acts: without any filter it must be said that all are meant."""

    @functools.wraps(function)
    def wrapper(*args: Any, wanted: "Filter", every: bool, **kwargs: Any) -> Any:
        if wanted.is_empty and not every:
            raise click.UsageError("say which letters: a filter such as --code, or --all")
        if every and not wanted.is_empty:
            raise click.UsageError("--all and a filter contradict each other")
        return function(*args, wanted=wanted, **kwargs)

    option = click.option("--all", "every", is_flag=True, help="All there are.")
    return filter_options(option(wrapper))  # type: ignore[return-value]


def _decorated(function: Callable[..., Any], options: tuple[Any, ...]) -> Callable[..., Any]:
    for option in reversed(options):
        function = option(function)
    return function


def _filter(given: dict[str, Any], since: datetime | None, until: datetime | None) -> "Filter":
    from csvgate_ops.operate.dead_letters.filters import Filter

    names = ("ids", "codes", "functions", "datasets", "uploads")
    return Filter(since=since, until=until, **{name: given.pop(name) for name in names})


def _desk(
    data_dir: Path, project: str | None, topology: Path | None, contracts: Path | None
) -> "DeadLetterContext":
    from csvgate_ops.operate.dead_letters import connect

    if project is None:
        if topology is not None:
            raise click.UsageError("--topology goes with --project")
        return connect.local(data_dir, contracts=contracts)
    return connect.project(project, topology=topology, contracts=contracts)
