"""Shows the progress of one upload: a bar in a terminal, otherwise a line for each change."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from csvgate_ops.operate.uploads import UploadStatus


class Following:
    """The progress display; call `sent` with bytes sent and `show` with each new status."""

    def __init__(self, bar: Progress | None, quiet: bool, size: int) -> None:
        self._bar = bar
        self._quiet = quiet
        self._task = bar.add_task("uploading", total=max(size, 1)) if bar else None
        self._shown = ""

    def sent(self, count: int) -> None:
        if self._bar and self._task is not None:
            self._bar.advance(self._task, count)

    def show(self, status: UploadStatus) -> None:
        text = "waiting" if status.state == "unknown" else str(status.state)
        if status.state == "loading" and status.chunks:
            text = f"loading {status.chunks_loaded} of {status.chunks} chunks"
        if self._bar and self._task is not None:
            self._bar.update(
                self._task,
                description=text,
                total=status.chunks or None,
                completed=status.chunks_loaded,
            )
        elif not self._quiet and text != self._shown:
            click.echo(text, err=True)
        self._shown = text


@contextmanager
def following(*, quiet: bool, size: int) -> Iterator[Following]:
    """Display progress on stderr while the context is open; `size` is the file's in bytes."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield Following(None, quiet, size)
        return
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        yield Following(bar, quiet, size)
