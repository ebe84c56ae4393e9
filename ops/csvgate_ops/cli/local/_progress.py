"""Shows the start of a local cloud: a live table on a terminal, one line per event elsewhere."""

import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table

from csvgate.text import counted


class Progress:
    """Writes to stderr, so that stdout has only the result. A context manager."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._states: dict[str, str] = {}
        console = Console(stderr=True)
        self._live: Live | None = None
        if not quiet and console.is_terminal:
            self._live = Live(console=console, transient=True, refresh_per_second=8)

    def __enter__(self) -> "Progress":
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the live table; later events are written as lines."""
        if self._live:
            self._live.stop()
            self._live = None

    def report(self, event: Mapping[str, Any]) -> None:
        name = event.get("component")
        match event["event"]:
            case "starting":
                self._states[str(name)] = "[yellow]starting"
            case "ready":
                self._states[str(name)] = f"[green]ready[/] after {event['at']:.1f} s"
                self._line(f"{event['at']:5.1f} s  {name} is ready")
            case "died":
                self._states[str(name)] = "[red]died, restarting"
                self._line(f"{name} {event['how']}; restarting it")
            case "hung":
                self._line(f"{name} is suspended and does not respond; killing it")
            case "cleaned":
                killed = counted(event["processes"], "process", "processes")
                self._line(f"killed {killed} left by an earlier run")
            case "stopping":
                self._line("stopping")
        if self._live:
            self._live.update(self._table())

    def _line(self, text: str) -> None:
        if not (self._quiet or self._live):
            click.echo(text, file=sys.stderr)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for name, state in self._states.items():
            table.add_row(name, state)
        return table


def addresses(endpoints: Mapping[str, Any]) -> str:
    """Return the addresses of the local cloud, as aligned lines."""
    rows = [
        ("project", endpoints["project"]),
        ("uploads", f"gs://{endpoints['buckets']['uploads']}"),
        ("storage", endpoints["storage"]),
        ("pubsub", endpoints["pubsub"]),
        ("bigquery", endpoints["bigquery"]),
        ("bigquery storage", endpoints["bigquery_storage"]),
        ("mailbox", endpoints["mailbox"]),
        *((name, url) for name, url in endpoints["functions"].items()),
        ("data and logs", endpoints["data_dir"]),
    ]
    return "\n".join(f"  {name:<20} {value}" for name, value in rows)
