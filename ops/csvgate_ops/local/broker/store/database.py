"""The broker's SQLite file, with a connection for writing and one for reading, each locked."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from csvgate_ops.local.broker.store.schema import connect


class Database:
    """Transactions on the file. Reading does not wait for writing (WAL)."""

    def __init__(self, path: Path) -> None:
        self._write_lock = threading.Lock()
        self._read_lock = threading.Lock()
        self._writer = connect(path)
        self._reader = connect(path)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run the block as one transaction, which is committed, and survives SIGKILL, on return.

        An exception in the block rolls it back.
        """
        with self._write_lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise

    def read(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run a query on the committed data and return its rows."""
        with self._read_lock:
            return self._reader.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the file. No method may be called afterwards."""
        with self._write_lock, self._read_lock:
            self._writer.close()
            self._reader.close()
