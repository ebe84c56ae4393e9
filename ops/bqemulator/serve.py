"""Run bqemulator without its time travel and without access to files, in .venv-bigquery and with
its own arguments.

For time travel it copies the whole table after each committed stream, which would take most of the
time for a file of 60 chunks, or for the ten-thousandth small file.

Its DuckDB would let every query read and write the files of the person who runs it.
"""

import sys

from bqemulator.cli import main
from bqemulator.domain.events import TableDataChanged
from bqemulator.storage.engine import DuckDBEngine
from bqemulator.versioning.snapshots import SnapshotManager
from documented_jobs import install


def _announce_only(manager: SnapshotManager, project: str, dataset: str, table: str) -> None:
    """Announce the change to whatever depends on the table, but do not copy the table."""
    manager._events.publish(TableDataChanged(project, dataset, table))


async def _start_without_files(engine: DuckDBEngine) -> None:
    await _start(engine)
    engine.execute("SET enable_external_access = false")
    engine.execute("SET lock_configuration = true")


_start = DuckDBEngine.start


if __name__ == "__main__":
    DuckDBEngine.start = _start_without_files
    SnapshotManager.record_change = _announce_only
    install()
    sys.exit(main())
