"""One AppendRows connection: requests are answered in the order they are sent."""

from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import pyarrow as pa
from google.cloud.bigquery_storage_v1 import BigQueryWriteClient
from google.cloud.bigquery_storage_v1.types import (
    AppendRowsRequest,
    AppendRowsResponse,
    ArrowRecordBatch,
    ArrowSchema,
)


class Connection:
    """Sends rows as Arrow. The connection stays open for at most `timeout` seconds. Not
    thread-safe."""

    def __init__(
        self, client: BigQueryWriteClient, stream: str, schema: pa.Schema, timeout: float
    ) -> None:
        self._client, self._stream, self._schema, self._timeout = client, stream, schema, timeout
        self._requests: SimpleQueue[AppendRowsRequest | None] = SimpleQueue()
        self._responses: Any = None
        self._first = True

    @property
    def columns(self) -> frozenset[str]:
        """The names of the columns that are sent."""
        return frozenset(self._schema.names)

    def send(self, offset: int, batch: pa.RecordBatch) -> None:
        rows = AppendRowsRequest.ArrowData(
            rows=ArrowRecordBatch(serialized_record_batch=batch.serialize().to_pybytes())
        )
        if self._first:
            self._first = False
            rows.writer_schema = ArrowSchema(
                serialized_schema=self._schema.serialize().to_pybytes()
            )
        self._requests.put(
            AppendRowsRequest(write_stream=self._stream, offset=offset, arrow_rows=rows)
        )

    def receive(self) -> AppendRowsResponse | None:
        """Return the next answer, or None if the service closed the connection. Raises the
        library's exceptions. The first call opens the connection, and the library then waits for
        an answer, so a request must have been sent before."""
        if self._responses is None:
            self._responses = self._client.append_rows(
                self._outgoing(),
                retry=None,  # a retry would only send the rest of the iterator
                timeout=self._timeout,
                metadata=(("x-goog-request-params", f"write_stream={self._stream}"),),
            )
        answer: AppendRowsResponse | None = next(self._responses, None)
        return answer

    def close(self) -> None:
        self._requests.put(None)
        if self._responses is not None:
            self._responses.cancel()

    def _outgoing(self) -> Iterator[AppendRowsRequest]:
        while (request := self._requests.get()) is not None:
            yield request
