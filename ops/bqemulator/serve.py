"""bqemulator without its time travel, for which it copies the whole table after each stream that is
committed: a file of 60 chunks, or the ten-thousandth small one, would wait for that alone.

Runs in .venv-bigquery, with the arguments of `bqemulator`.
"""

import sys

from bqemulator.cli import main
from bqemulator.domain.events import TableDataChanged
from bqemulator.versioning.snapshots import SnapshotManager


def _say_so_only(manager: SnapshotManager, project: str, dataset: str, table: str) -> None:
    """What depends on the table has to know; the copy is left out."""
    manager._events.publish(TableDataChanged(project, dataset, table))


if __name__ == "__main__":
    SnapshotManager.record_change = _say_so_only
    sys.exit(main())
