"""Run bqemulator without its time travel, in .venv-bigquery and with its own arguments.

For time travel it copies the whole table after each committed stream, which would take most of the
time for a file of 60 chunks, or for the ten-thousandth small file.
"""

import sys

from bqemulator.cli import main
from bqemulator.domain.events import TableDataChanged
from bqemulator.versioning.snapshots import SnapshotManager


def _announce_only(manager: SnapshotManager, project: str, dataset: str, table: str) -> None:
    """Announce the change to whatever depends on the table, but do not copy the table."""
    manager._events.publish(TableDataChanged(project, dataset, table))


if __name__ == "__main__":
    SnapshotManager.record_change = _announce_only
    sys.exit(main())
