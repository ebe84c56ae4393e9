"""A Storage Write API that answers as Google documents it: streams are lost by age, are not found
when they are young, and are refused for exhausted quotas.

It serves the streams of a FakeWarehouse over gRPC, so that csvgate's adapter runs against the same
rules as the functions do in the simulation, and each rule is written down once.
"""

from collections.abc import Iterator, Sequence
from threading import RLock
from typing import Any

import grpc
import pyarrow as pa
from google.cloud.bigquery_storage_v1 import types

from contract.ports.scripted_write import Codes, accepted, error
from csvgate.ports import Column, StreamGone, StreamKind, TableSpec
from csvgate.runtime.errors import Permanent, Transient
from csvgate.types.bigquery import parse
from fakes.bigquery import FakeWarehouse, Stream

Rows = tuple[str, int, list[dict[str, Any]], tuple[str, ...]]
"""The stream's name, the offset, the rows and the columns of an append."""


class DocumentedService:
    """`exhausted` is the number of calls that it still refuses for a quota; `calls` are the names
    of those that arrived."""

    def __init__(self, fake: FakeWarehouse) -> None:
        self.fake, self.exhausted = fake, 0
        self.calls: list[str] = []
        self._lock = RLock()

    def create(self, request: types.CreateWriteStreamRequest, context: Any) -> types.WriteStream:
        *_, dataset, _, table = request.parent.split("/")
        kind: StreamKind = (
            "committed"
            if request.write_stream.type_ == types.WriteStream.Type.COMMITTED
            else "pending"
        )
        with self._lock:
            self._count("create", context)
            try:
                name = self.fake.create_stream(TableSpec(dataset, table, ()), kind)
            except Transient as missing:
                context.abort(grpc.StatusCode.NOT_FOUND, str(missing))
        home = self.fake.tables[f"{dataset}.{table}"]
        return types.WriteStream(name=name, table_schema=table_schema(home.writable))

    def append_rows(
        self, requests: Iterator[types.AppendRowsRequest], _: Any
    ) -> Iterator[types.AppendRowsResponse]:
        schema = None
        for request in requests:
            data = request.arrow_rows
            if schema is None:
                schema = pa.ipc.read_schema(pa.py_buffer(data.writer_schema.serialized_schema))
            batch = pa.ipc.read_record_batch(
                pa.py_buffer(data.rows.serialized_record_batch), schema
            )
            rows = batch.to_pylist()
            with self._lock:
                yield self._append(
                    (request.write_stream, int(request.offset), rows, tuple(schema.names))
                )

    def get(self, request: types.GetWriteStreamRequest, context: Any) -> types.WriteStream:
        with self._lock:
            self._count("get", context)
            stream = self._found(request.name, context)
            committed = stream.created if stream.kind == "committed" else stream.committed
        kinds = types.WriteStream.Type
        return types.WriteStream(
            name=request.name,
            type_=kinds.COMMITTED if stream.kind == "committed" else kinds.PENDING,
            create_time=stream.created,
            commit_time=committed,
        )

    def finalize(
        self, request: types.FinalizeWriteStreamRequest, context: Any
    ) -> types.FinalizeWriteStreamResponse:
        with self._lock:
            self._count("finalize", context)
            if self._found(request.name, context).state == "committed":
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, "the state forbids it")
            return types.FinalizeWriteStreamResponse(row_count=self.fake.finalize(request.name))

    def commit(
        self, request: types.BatchCommitWriteStreamsRequest, context: Any
    ) -> types.BatchCommitWriteStreamsResponse:
        *_, dataset, _, table = request.parent.split("/")
        names = list(request.write_streams)
        with self._lock:
            self._count("commit", context)
            codes = {name: code for name in names if (code := self._commit_code(name))}
            if not codes:
                self.fake.commit(TableSpec(dataset, table, ()), names)
                return types.BatchCommitWriteStreamsResponse(commit_time={"seconds": 1})
        return types.BatchCommitWriteStreamsResponse(
            stream_errors=[
                types.StorageError(code=code, entity=name) for name, code in codes.items()
            ]
        )

    def _append(self, rows: Rows) -> types.AppendRowsResponse:
        name, offset, values, columns = rows
        self.calls.append("append")
        if self._is_exhausted():
            return error(grpc.StatusCode.RESOURCE_EXHAUSTED, words="quota exceeded")
        try:
            stream = self.fake._stream(name)
        except StreamGone:
            return error(grpc.StatusCode.NOT_FOUND, Codes.STREAM_NOT_FOUND, f"Entity: {name}")
        if stream.state == "committed":
            return _refused(Codes.STREAM_ALREADY_COMMITTED)
        if stream.state == "finalized":
            return _refused(Codes.STREAM_FINALIZED)
        if set(columns) - {column.name for column in stream.home.writable}:
            return _refused(Codes.SCHEMA_MISMATCH_EXTRA_FIELDS)
        if offset > len(stream.rows):
            return error(grpc.StatusCode.OUT_OF_RANGE, Codes.OFFSET_OUT_OF_RANGE)
        if offset < len(stream.rows):
            return error(grpc.StatusCode.ALREADY_EXISTS, Codes.OFFSET_ALREADY_EXISTS)
        try:
            self.fake._accept(name, offset, values)
        except Permanent as refused:
            wrong = types.RowError(index=0, code=1, message=refused.message)
            invalid = {"code": grpc.StatusCode.INVALID_ARGUMENT.value[0]}
            return types.AppendRowsResponse(error=invalid, row_errors=[wrong])
        return accepted(offset)

    def _commit_code(self, name: str) -> Any:
        """The error of this stream in a commit; None if it can be committed."""
        if name in self.fake.streams and self.fake.is_lost(name):
            return Codes.INVALID_STREAM_STATE  # "not finalized or is garbaged"
        try:
            stream = self.fake._stream(name)
        except StreamGone:
            return Codes.STREAM_NOT_FOUND
        if stream.kind == "committed":
            return Codes.INVALID_STREAM_TYPE
        if stream.state == "committed":
            return Codes.STREAM_ALREADY_COMMITTED
        return None if stream.state == "finalized" else Codes.INVALID_STREAM_STATE

    def _found(self, name: str, context: Any) -> Stream:
        try:
            return self.fake._stream(name)
        except StreamGone:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Requested entity was not found: {name}")
            raise

    def _count(self, call: str, context: Any) -> None:
        self.calls.append(call)
        if self._is_exhausted():
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "quota exceeded")

    def _is_exhausted(self) -> bool:
        self.exhausted -= 1
        return self.exhausted >= 0


def table_schema(columns: Sequence[Column]) -> types.TableSchema:
    """Return the columns as the service describes them in the answer to CreateWriteStream."""
    return types.TableSchema(fields=[_field(column) for column in columns])


def _field(column: Column) -> types.TableFieldSchema:
    type_ = parse(column.type)
    kind = {"FLOAT64": "DOUBLE"}.get(type_.kind, type_.kind)
    return types.TableFieldSchema(
        name=column.name,
        type_=kind,
        mode="REQUIRED" if column.required else "NULLABLE",
        max_length=type_.length or 0,
        precision=type_.precision or 0,
        scale=type_.scale or 0,
    )


def _refused(code: Any) -> types.AppendRowsResponse:
    return error(grpc.StatusCode.INVALID_ARGUMENT, code)


class Tables:
    """The tables of a FakeWarehouse, in place of those of csvgate.gcp.tables."""

    def __init__(self, fake: FakeWarehouse) -> None:
        self.ensure, self.count = fake.ensure_table, fake.count_rows

    def forget(self, table: str) -> None:
        """Do nothing, because these tables remember nothing."""
