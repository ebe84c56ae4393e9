"""Creates, fills, finalizes and commits streams of the BigQuery Storage Write API.

The service guarantees that rows of a pending stream are invisible until its commit, and that a
commit of several streams is atomic. It keeps the rows of a finalized stream for up to 4 hours, and
a pending stream must be committed within 24 (cloud.google.com/bigquery/docs/write-api-batch). An
application-created stream accepts one connection at a time, and no more than 40 streams should be
created per second.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import grpc
import pyarrow as pa
from google.api_core import exceptions as api
from google.api_core.retry import Retry, if_exception_type
from google.api_core.timeout import ConstantTimeout
from google.cloud.bigquery_storage_v1 import BigQueryWriteClient
from google.cloud.bigquery_storage_v1.services.big_query_write.transports import (
    BigQueryWriteGrpcTransport,
)
from google.cloud.bigquery_storage_v1.types import (
    BatchCommitWriteStreamsRequest,
    StorageError,
    WriteStream,
)

from csvgate.gcp.errors import translated
from csvgate.gcp.pacing import Pace
from csvgate.gcp.write_api.altered_tables import AlteredTables, require_columns
from csvgate.gcp.write_api.append import Append, Batch, append_once
from csvgate.gcp.write_api.commit import commit_errors, settle_commit
from csvgate.gcp.write_api.connection import Connection
from csvgate.gcp.write_api.errors import raise_state
from csvgate.gcp.write_api.state import StreamState, state_asked, stream_state
from csvgate.ports import StreamKind, TableSpec

PACE_SECONDS: Final = 60.0
"""How long a call that exceeds a quota is repeated before the platform retries the delivery."""
_RETRIED: Final = if_exception_type(
    api.Aborted, api.DeadlineExceeded, api.InternalServerError, api.ServiceUnavailable
)
_TYPES: Final[dict[StreamKind, Any]] = {
    "pending": WriteStream.Type.PENDING,
    "committed": WriteStream.Type.COMMITTED,
}


class WriteStreams:
    """A call is retried for at most `budget` seconds and an append connection stays open for at
    most `append_seconds`. A commit may take `commit_seconds`; it is only retried if it did not
    reach the service. Calls that exceed a quota are repeated by `pace`, and those that fail because
    the table was altered by `altered`. `host` (host:port) is an emulator, which is called without
    encryption."""

    def __init__(
        self,
        project: str,
        *,
        credentials: Any = None,
        host: str | None = None,
        budget: float = 45.0,
        append_seconds: float = 120.0,
        commit_seconds: float = 420.0,
        pace: Pace | None = None,
        altered: AlteredTables | None = None,
    ) -> None:
        self._project, self._append_seconds = project, append_seconds
        self._pace = pace or Pace(PACE_SECONDS)
        self._altered = altered or AlteredTables()
        client: type[Any] = BigQueryWriteClient  # its constructor is untyped
        if host is None:
            self._client = client(credentials=credentials)
        else:
            channel = grpc.insecure_channel(host, [("grpc.max_send_message_length", -1)])
            self._client = client(transport=BigQueryWriteGrpcTransport(channel=channel))
        self._call: dict[str, Any] = {
            "retry": Retry(predicate=_RETRIED, initial=0.2, maximum=10.0, timeout=budget),
            "timeout": ConstantTimeout(30.0),  # type: ignore[no-untyped-call]  # untyped there
        }
        self._commit_call: dict[str, Any] = {
            "retry": Retry(predicate=if_exception_type(api.ServiceUnavailable), timeout=budget),
            "timeout": ConstantTimeout(commit_seconds),  # type: ignore[no-untyped-call]
        }

    def parent(self, dataset: str, table: str) -> str:
        return f"projects/{self._project}/datasets/{dataset}/tables/{table}"

    def create(self, spec: TableSpec, kind: StreamKind) -> str:
        """Create a stream that takes rows with the columns of `spec`, and return its name. A retry
        may leave an unused stream, which expires. Raises Transient `table.schema` if the service
        does not know the columns of an altered table in time."""
        parent = self.parent(spec.dataset, spec.table)

        def create() -> str:
            with translated("bigquery", parent):
                stream = self._client.create_write_stream(
                    parent=parent, write_stream=WriteStream(type_=_TYPES[kind]), **self._call
                )
            require_columns(spec, stream.table_schema)
            return str(stream.name)

        return self._altered(lambda: self._pace(create))

    def append(self, stream: str, schema: pa.Schema, batches: Iterable[Batch]) -> None:
        append = Append(
            stream, batches, lambda: self._connect(stream, schema), lambda: self.finalize(stream)
        )
        with state_asked(stream, self._state):
            self._altered(lambda: append.run(self._pace))

    def append_once(self, stream: str, offset: int, rows: pa.RecordBatch) -> bool:
        """Append over a connection of its own, since an idle one may have been closed. A request
        that exceeds a quota, or has columns that the service does not know yet, is not executed,
        and is repeated."""

        def append() -> bool:
            connection = self._connect(stream, rows.schema)
            return append_once(stream, (offset, rows), connection, lambda: self.finalize(stream))

        with state_asked(stream, self._state):
            return self._altered(lambda: self._pace(append))

    def finalize(self, stream: str) -> int:
        def finalize() -> int:
            with translated("bigquery", stream):
                try:
                    answer = self._client.finalize_write_stream(name=stream, **self._call)
                except api.GoogleAPICallError as error:
                    raise_state(error, stream)
                    raise
            return int(answer.row_count)

        with state_asked(stream, self._state):
            return self._pace(finalize)

    def commit(self, parent: str, streams: Sequence[str]) -> None:
        """Commit all streams in one call, which may name 10,000 (BigQuery's quota page)."""
        names = list(dict.fromkeys(streams))
        if not names:
            return
        errors = self._pace(lambda: self._commit(parent, names))
        if errors is not None:
            settle_commit(errors, names, self._state)

    def _commit(self, parent: str, names: Sequence[str]) -> Sequence[StorageError] | None:
        """Send the commit; return its errors, or None if it has taken effect."""
        with translated("bigquery", f"{len(names)} streams of {parent}"):
            try:
                answer = self._client.batch_commit_write_streams(
                    BatchCommitWriteStreamsRequest(parent=parent, write_streams=names),
                    **self._commit_call,
                )
            except api.GoogleAPICallError as error:
                if found := commit_errors(error, parent):
                    return found
                raise
        errors: Sequence[StorageError] = answer.stream_errors
        return None if answer.commit_time else errors

    def _connect(self, stream: str, schema: pa.Schema) -> Connection:
        return Connection(self._client, stream, schema, self._append_seconds)

    def _state(self, stream: str) -> StreamState:
        return self._pace(
            lambda: stream_state(
                lambda: self._client.get_write_stream(name=stream, **self._call), stream
            )
        )
