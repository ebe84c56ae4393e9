"""Pending streams of the BigQuery Storage Write API.

What the service promises: rows of a pending stream are invisible until its commit; a commit of
several streams is atomic; a finalized stream may wait 4 hours in the buffer, and must be committed
within 24 (cloud.google.com/bigquery/docs/write-api-batch). An application-created stream takes one
connection at a time, and streams should not be created faster than 40 a second.
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

from csvgate.gcp.append import Append, Batch
from csvgate.gcp.append_errors import gone, storage_errors
from csvgate.gcp.commit_errors import settle
from csvgate.gcp.connection import Connection
from csvgate.gcp.errors import reason, translated
from csvgate.runtime.errors import Transient

_RETRIED: Final = if_exception_type(
    api.Aborted, api.DeadlineExceeded, api.InternalServerError, api.ServiceUnavailable
)


class PendingStreams:
    """`budget` is the most seconds one call is retried; `append_seconds` the most one connection
    stays open; `commit_seconds` the most a commit may take, tried again only when it did not get
    through; `host` (host:port) is an emulator's, spoken to without encryption."""

    def __init__(
        self,
        project: str,
        *,
        credentials: Any = None,
        host: str | None = None,
        budget: float = 45.0,
        append_seconds: float = 120.0,
        commit_seconds: float = 420.0,
    ) -> None:
        self._project, self._append_seconds = project, append_seconds
        client: type[Any] = BigQueryWriteClient  # its constructor has no types
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

    def create(self, parent: str) -> str:
        """A retry may leave a stream behind that nobody uses; it expires by itself."""
        with translated("bigquery", parent):
            stream = self._client.create_write_stream(
                parent=parent,
                write_stream=WriteStream(type_=WriteStream.Type.PENDING),
                **self._call,
            )
        return str(stream.name)

    def append(self, stream: str, schema: pa.Schema, batches: Iterable[Batch]) -> None:
        def connect() -> Connection:
            return Connection(self._client, stream, schema, self._append_seconds)

        Append(stream, batches, connect, lambda: self.finalize(stream)).run()

    def finalize(self, stream: str) -> int:
        with translated("bigquery", stream):
            try:
                answer = self._client.finalize_write_stream(name=stream, **self._call)
            except api.NotFound as error:
                raise gone(stream, reason(error)) from error
            except api.FailedPrecondition as error:
                if "committed" not in reason(error):
                    raise
                # Its rows are counted in the ledger by whoever finalized it, before the commit.
                raise Transient(
                    "stream.committed", f"{stream} was committed meanwhile; a retry will see it"
                ) from error
        return int(answer.row_count)

    def commit(self, parent: str, streams: Sequence[str]) -> None:
        """All streams in one call: BigQuery's quota page allows 10,000 in it."""
        names = list(dict.fromkeys(streams))
        if not names:
            return
        errors: Sequence[StorageError] = ()
        with translated("bigquery", f"{len(names)} streams of {parent}"):
            try:
                answer = self._client.batch_commit_write_streams(
                    BatchCommitWriteStreamsRequest(parent=parent, write_streams=names),
                    **self._commit_call,
                )
            except api.ClientError as error:
                errors = storage_errors(error.details)
                if not errors:
                    raise
            else:
                if answer.commit_time:
                    return
                errors = answer.stream_errors
        settle(errors, names, self._is_committed)

    def _is_committed(self, stream: str) -> bool:
        with translated("bigquery", stream):
            try:
                return bool(self._client.get_write_stream(name=stream, **self._call).commit_time)
            except api.NotFound:
                return False
