"""Appends batches to a stream at their offsets, in order; rows that are already there are fine."""

from collections import deque
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Final

import pyarrow as pa
from google.api_core import exceptions as api

from csvgate.gcp.pacing import Pace
from csvgate.gcp.write_api.connection import Connection
from csvgate.gcp.write_api.errors import (
    AppendResult,
    BrokenConnection,
    append_error_result,
    append_result,
)
from csvgate.ports import StreamShort
from csvgate.runtime.errors import Transient

IN_FLIGHT: Final = 3
"""Appends sent but not yet answered, of up to 10 MB each."""

Batch = tuple[int, pa.RecordBatch]
"""The offset of its first row in the stream, and the rows."""


class Append:
    """Appends one chunk. `finalized_rows` returns the stream's row count; it is only called if the
    stream turns out to be finalized."""

    def __init__(
        self,
        stream: str,
        batches: Iterable[Batch],
        connect: Callable[[], Connection],
        finalized_rows: Callable[[], int],
    ) -> None:
        self._stream, self._connect, self._finalized_rows = stream, connect, finalized_rows
        self._rest = iter(batches)
        self._unanswered: deque[Batch] = deque()

    def run(self, pace: Pace) -> None:
        """Append everything, over further connections as long as each makes progress: after an
        offset that already exists the service may abort the requests that follow, and it closes
        connections from time to time. Calls that exceed a quota are repeated by `pace`."""
        while pace(self._needs_another_connection):
            pass

    def _needs_another_connection(self) -> bool:
        """Append over one connection; return whether rows are left for another one. Can be called
        again after an exception."""
        connection = self._connect()
        accepted = 0
        try:
            for batch in self._unanswered:
                connection.send(*batch)
            while self._refill(connection):
                result, usable = _answer(connection, self._stream, self._unanswered[0][0])
                if result is AppendResult.FINALIZED:
                    batches = chain(self._unanswered, self._rest)
                    end = max(offset + batch.num_rows for offset, batch in batches)
                    _require_rows(self._stream, self._finalized_rows(), end)
                    return False
                self._unanswered.popleft()
                accepted += 1
                if not usable:
                    return True
            return False
        except BrokenConnection as broken:
            if not accepted:
                raise Transient("append.broken", f"stream {self._stream}: {broken}") from broken
            return True
        finally:
            connection.close()

    def _refill(self, connection: Connection) -> bool:
        """Send as many batches as may be in flight; return whether an answer is due."""
        while len(self._unanswered) < IN_FLIGHT and (batch := next(self._rest, None)) is not None:
            self._unanswered.append(batch)
            connection.send(*batch)
        return bool(self._unanswered)


def append_once(
    stream: str, batch: Batch, connection: Connection, finalized_rows: Callable[[], int]
) -> bool:
    """Append one batch in one request over its own connection; return whether this request has
    appended it, and not an earlier one."""
    offset, rows = batch
    try:
        connection.send(offset, rows)
        result, _ = _answer(connection, stream, offset)
    except BrokenConnection as broken:
        raise Transient("append.broken", f"stream {stream}, offset {offset}: {broken}") from broken
    finally:
        connection.close()
    if result is AppendResult.FINALIZED:
        _require_rows(stream, finalized_rows(), offset + rows.num_rows)
    return result is AppendResult.APPENDED


def _answer(connection: Connection, stream: str, offset: int) -> tuple[AppendResult, bool]:
    """Return the result for the oldest batch, whose first row has this offset, and whether the
    connection is still usable."""
    try:
        response = connection.receive()
    except api.GoogleAPICallError as error:
        return append_error_result(error, stream, offset), False
    if response is None:
        raise BrokenConnection("the service closed the connection")
    return append_result(response, stream, offset, connection.columns), True


def _require_rows(stream: str, rows: int, end: int) -> None:
    """A finalized stream either has all rows that are still to be appended, or never will."""
    if rows < end:
        raise StreamShort(
            "stream.short", f"{stream} was finalized with {rows} rows, but needs at least {end}"
        )
