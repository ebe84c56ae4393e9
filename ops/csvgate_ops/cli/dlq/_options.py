"""Options that the subcommands share, and the arguments they become."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click
from google.auth.exceptions import GoogleAuthError

from csvgate.contracts.reading.mistakes import ContractError
from csvgate.runtime.errors import Failure
from csvgate_ops.cli.options import data_dir, project_id, topology_file
from csvgate_ops.deploy.topology import TopologyError
from csvgate_ops.operate.dead_letters import connect
from csvgate_ops.operate.dead_letters.actions.show import NoSuchLetter
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.references import is_upload, letter_id_of, letter_of, upload_of
from csvgate_ops.operate.runbook import OWNERS
from csvgate_ops.text import printable

F = TypeVar("F", bound=Callable[..., Any])
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False, resolve_path=True)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class TimeType(click.ParamType[datetime]):
    """2026-11-21, 2026-11-21T10:00, or an age: 30m, 2h, 7d. A time without a zone is UTC."""

    name = "time"

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
            self.fail(
                f"{text!r} is not a time; write 2026-11-21T10:00 or an age such as 2h", param, ctx
            )
        return found if found.tzinfo else found.replace(tzinfo=UTC)


def context_options(function: F) -> F:
    """Options that say where the letters are. They become the command's `context`, and exceptions
    become error messages with exit code 1."""

    @functools.wraps(function)
    def wrapper(
        *args: Any,
        data_dir: Path,
        project: str | None,
        topology: Path | None,
        contracts: Path | None,
        **kwargs: Any,
    ) -> Any:
        with error_messages():
            context = letter_context(data_dir, project, topology, contracts)
            return function(*args, context=context, **kwargs)

    options = (
        project_id,
        topology_file,
        click.option(
            "--contracts", type=_FOLDER, help="Folder of contracts, which say what is masked."
        ),
        data_dir,
    )
    return _decorated(wrapper, options)  # type: ignore[return-value]


def filter_options(function: F) -> F:
    """Options that select letters. They become the command's `wanted`."""

    @functools.wraps(function)
    def wrapper(*args: Any, since: datetime | None, until: datetime | None, **kwargs: Any) -> Any:
        wanted = _filter(kwargs, since, until)
        return function(*args, wanted=wanted, **kwargs)

    def several(name: str, variable: str, text: str) -> Callable[..., Any]:
        return click.option(name, variable, multiple=True, help=text)

    options = (
        several(
            "--id", "ids", "Id or reference of a letter. Repeat an option to give more values."
        ),
        several("--code", "codes", "Code of the failure; * matches anything: 'bigquery.*'."),
        several("--function", "functions", "Function that failed, such as validate_and_parse."),
        several("--dataset", "datasets", "Dataset of the upload."),
        several("--upload", "uploads", "Id of the upload, its beginning, or its reference."),
        click.option(
            "--owner",
            "owners",
            multiple=True,
            type=click.Choice(OWNERS),
            help="Who has to act: the operator, the uploader, or nobody.",
        ),
        click.option(
            "--text",
            default="",
            help="Text in an id, the object's name, the code, the reason, the attributes or the "
            "data, as they are shown without --reveal; or a reference.",
        ),
        click.option(
            "--since",
            type=TimeType(),
            help="Dead-lettered since 2026-11-21T10:00, or in the last 2h. "
            "A time without a zone is UTC.",
        ),
        click.option(
            "--until", type=TimeType(), help="Dead-lettered before: a time, or an age such as 2h."
        ),
    )
    return _decorated(wrapper, options)  # type: ignore[return-value]


def selection_options(function: F) -> F:
    """Add the filter options to a command that acts, which then requires a filter or --all."""

    @functools.wraps(function)
    def wrapper(*args: Any, wanted: Filter, every: bool, **kwargs: Any) -> Any:
        if wanted.is_empty and not every:
            raise click.UsageError(
                "no letters are selected: give a filter such as --code, or --all"
            )
        if every and not wanted.is_empty:
            raise click.UsageError("--all cannot be combined with a filter")
        return function(*args, wanted=wanted, **kwargs)

    option = click.option("--all", "every", is_flag=True, help="Select all letters.")
    return filter_options(option(wrapper))  # type: ignore[return-value]


@contextmanager
def error_messages() -> Iterator[None]:
    """Turn the exceptions of the dead-letter tools into error messages with exit code 1."""
    try:
        yield
    except GoogleAuthError as error:
        remedy = "log in with: gcloud auth application-default login"
        raise click.ClickException(f"{printable(str(error))} ({remedy})") from error
    except (Failure, NoSuchLetter) as error:
        raise click.ClickException(printable(str(error))) from error
    except (ContractError, TopologyError, OSError) as error:
        raise click.ClickException(str(error)) from error


def _decorated(function: Callable[..., Any], options: tuple[Any, ...]) -> Callable[..., Any]:
    for option in reversed(options):
        function = option(function)
    return function


def _filter(given: dict[str, Any], since: datetime | None, until: datetime | None) -> Filter:
    ids = tuple(letter_id_of(text) for text in given.pop("ids"))
    uploads = tuple(upload_of(text) for text in given.pop("uploads"))
    text = str(given.pop("text"))
    # A reference names one letter or upload: a text may occur in others, which are then acted on.
    if (named := letter_of(text)) is not None:
        ids, text = _only("--id", ids, named[1]), ""
    elif is_upload(text):
        uploads, text = _only("--upload", uploads, upload_of(text)), ""
    return Filter(
        ids=ids,
        uploads=uploads,
        text=text,
        since=since,
        until=until,
        **{name: given.pop(name) for name in ("codes", "functions", "datasets", "owners")},
    )


def _only(option: str, given: tuple[str, ...], named: str) -> tuple[str, ...]:
    if given:
        raise click.UsageError(f"--text is a reference: give it with {option} instead")
    return (named,)


def letter_context(
    data_dir: Path, project: str | None, topology: Path | None, contracts: Path | None = None
) -> DeadLetterContext:
    """Return the context of the local cloud or of a project. Raises what `error_messages`
    translates."""
    if project is None:
        if topology is not None:
            raise click.UsageError("--topology requires --project")
        return connect.local(data_dir, contracts=contracts)
    return connect.project(project, topology=topology, contracts=contracts)
