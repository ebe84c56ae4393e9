"""Creates, fills, finalizes and commits pending streams of the BigQuery Storage Write API.

The service guarantees that rows of a pending stream are invisible until its commit, and that a
commit of several streams is atomic. A finalized stream may stay in the buffer for 4 hours and must
be committed within 24 (cloud.google.com/bigquery/docs/write-api-batch). An application-created
stream accepts one connection at a time, and no more than 40 streams should be created per second.
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
from csvgate.gcp.connection import Connection
from csvgate.gcp.errors import reason, translated
from csvgate.gcp.write_errors import resolve_commit_errors, storage_errors, stream_gone
from csvgate.runtime.errors import Transient

_RETRIED: Final = if_exception_type(
    api.Aborted, api.DeadlineExceeded, api.InternalServerError, api.ServiceUnavailable
)


class PendingStreams:
    """A call is retried for at most `budget` seconds and an append connection stays open for at
    most `append_seconds`. A commit may take `commit_seconds`; it is only retried if it did not
    reach the service. `host` (host:port) is an emulator, which is called without encryption."""

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

    def create(self, parent: str) -> str:
        """Create a stream and return its name. A retry may leave an unused stream, which
        expires."""
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
                raise stream_gone(stream, reason(error)) from error
            except api.FailedPrecondition as error:
                if "committed" not in reason(error):
                    raise
                # The delivery that finalized it wrote its row count to the ledger before the
                # commit, where a retry finds it.
                raise Transient(
                    "stream.committed",
                    f"{stream} was committed by another delivery; a retry will see that",
                ) from error
        return int(answer.row_count)

    def commit(self, parent: str, streams: Sequence[str]) -> None:
        """Commit all streams in one call, which may name 10,000 (BigQuery's quota page)."""
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
        resolve_commit_errors(errors, names, self._is_committed)

    def _is_committed(self, stream: str) -> bool:
        with translated("bigquery", stream):
            try:
                return bool(self._client.get_write_stream(name=stream, **self._call).commit_time)
            except api.NotFound:
                return False
