"""The broker's SQLite file: one connection that writes, one that reads, each under its lock."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from csvgate_ops.local.broker.store.schema import connect


class Database:
    """Transactions on the file. Readers do not wait for a writer (WAL)."""

    def __init__(self, path: Path) -> None:
        self._write_lock = threading.Lock()
        self._read_lock = threading.Lock()
        self._writer = connect(path)
        self._reader = connect(path)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction; when the block has been left, it is committed: a SIGKILL keeps it.

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
        """The rows of a query, of what is committed."""
        with self._read_lock:
            return self._reader.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the file; nothing else may be called afterwards."""
        with self._write_lock, self._read_lock:
            self._writer.close()
            self._reader.close()
