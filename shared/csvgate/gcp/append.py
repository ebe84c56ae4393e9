"""Appending batches at their offsets, in order, whatever of them is there already."""

from collections import deque
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Final

import pyarrow as pa
from google.api_core import exceptions as api

from csvgate.gcp.append_errors import Broken, Verdict, of_error, of_response
from csvgate.gcp.connection import Connection
from csvgate.runtime.errors import Permanent, Transient

IN_FLIGHT: Final = 3
"""Appends sent and not yet answered, of up to 10 MB each."""

Batch = tuple[int, pa.RecordBatch]


class Append:
    """`finalized` tells the stream's row count; asked only when it turns out to be closed."""

    def __init__(
        self,
        stream: str,
        batches: Iterable[Batch],
        connect: Callable[[], Connection],
        finalized: Callable[[], int],
    ) -> None:
        self._stream, self._connect, self._finalized = stream, connect, finalized
        self._rest = iter(batches)
        self._unanswered: deque[Batch] = deque()

    def run(self) -> None:
        """Over further connections as long as each gets rows through: behind an offset that
        exists the service may abort the rest, and it closes connections now and then."""
        while self._over_one_connection():
            pass

    def _over_one_connection(self) -> bool:
        """Whether another one is needed."""
        connection = self._connect()
        accepted = 0
        try:
            for batch in self._unanswered:
                connection.send(*batch)
            while self._refill(connection):
                verdict, usable = self._answer(connection)
                if verdict is Verdict.CLOSED:
                    self._require_covered()
                    return False
                self._unanswered.popleft()
                accepted += 1
                if not usable:
                    return True
            return False
        except Broken as broken:
            if not accepted:
                raise Transient("append.broken", f"stream {self._stream}: {broken}") from broken
            return True
        finally:
            connection.close()

    def _refill(self, connection: Connection) -> bool:
        """Whether an answer is due."""
        while len(self._unanswered) < IN_FLIGHT and (batch := next(self._rest, None)) is not None:
            self._unanswered.append(batch)
            connection.send(*batch)
        return bool(self._unanswered)

    def _answer(self, connection: Connection) -> tuple[Verdict, bool]:
        """On the oldest batch, and whether the connection can go on."""
        offset = self._unanswered[0][0]
        try:
            response = connection.receive()
        except api.GoogleAPICallError as error:
            return of_error(error, self._stream, offset), False
        if response is None:
            raise Broken("the service closed the connection")
        return of_response(response, self._stream, offset), True

    def _require_covered(self) -> None:
        """A finalized stream holds all rows we still had to append, or it never will."""
        end = max(offset + batch.num_rows for offset, batch in chain(self._unanswered, self._rest))
        rows = self._finalized()
        if rows < end:
            raise Permanent(
                "stream.short", f"{self._stream} was finalized with {rows} rows of at least {end}"
            )
