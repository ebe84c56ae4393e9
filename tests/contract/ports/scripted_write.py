"""A Storage Write API with scripted answers, for those that no emulator gives."""

from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from typing import Any, Protocol

import grpc
from google.cloud.bigquery_storage_v1 import types
from google.protobuf.any_pb2 import Any as AnyMessage  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

SERVICE = "google.cloud.bigquery.storage.v1.BigQueryWrite"
Codes: Any = types.StorageError.StorageErrorCode  # proto-plus makes its members at run time

Answer = types.AppendRowsResponse | Exception | None
"""An exception ends the connection with UNAVAILABLE; None closes it without an error."""


def accepted(offset: int) -> types.AppendRowsResponse:
    result = types.AppendRowsResponse.AppendResult(offset=offset)
    return types.AppendRowsResponse(append_result=result)


def error(code: grpc.StatusCode, own: Any = None, words: str = "") -> types.AppendRowsResponse:
    status = Status(code=code.value[0], message=words)
    if own is not None:
        detail = AnyMessage()
        detail.Pack(types.StorageError.pb(types.StorageError(code=own)))
        status.details.append(detail)
    return types.AppendRowsResponse(error=status)


class WriteService(Protocol):
    """The calls of a Storage Write API."""

    def create(self, request: Any, context: Any) -> types.WriteStream: ...

    def append_rows(
        self, requests: Iterator[types.AppendRowsRequest], context: Any
    ) -> Iterator[types.AppendRowsResponse]: ...

    def get(self, request: Any, context: Any) -> types.WriteStream: ...

    def finalize(self, request: Any, context: Any) -> types.FinalizeWriteStreamResponse: ...

    def commit(self, request: Any, context: Any) -> types.BatchCommitWriteStreamsResponse: ...


class Script:
    """`append` answers a request, given the connection's number (from 0) and the offset. `commits`
    answers every commit, unless it is a status; `committed` names the streams that have a commit
    time, and `gone` those that are not found. `asked` are the streams that `get` was asked for."""

    def __init__(self) -> None:
        self.append: Callable[[int, int], Answer] = lambda _, offset: accepted(offset)
        self.commits: types.BatchCommitWriteStreamsResponse | grpc.StatusCode = (
            types.BatchCommitWriteStreamsResponse()
        )
        self.finalizes: grpc.StatusCode | None = None
        self.committed: set[str] = set()
        self.gone: set[str] = set()
        self.kind = types.WriteStream.Type.PENDING
        self.rows = 0
        self.asked: list[str] = []
        self.sent: list[list[int]] = []
        self.requests: list[types.AppendRowsRequest] = []

    def create(self, request: types.CreateWriteStreamRequest, _: Any) -> types.WriteStream:
        return types.WriteStream(name=f"{request.parent}/streams/one")

    def append_rows(
        self, requests: Iterator[types.AppendRowsRequest], context: grpc.ServicerContext
    ) -> Iterator[types.AppendRowsResponse]:
        number = len(self.sent)
        self.sent.append([])
        for request in requests:
            offset = int(request.offset)
            self.sent[number].append(offset)
            self.requests.append(request)
            answer = self.append(number, offset)
            if isinstance(answer, Exception):
                context.abort(grpc.StatusCode.UNAVAILABLE, str(answer))
            if not isinstance(answer, types.AppendRowsResponse):
                return
            yield answer

    def get(self, request: types.GetWriteStreamRequest, context: Any) -> types.WriteStream:
        self.asked.append(request.name)
        if request.name in self.gone:
            context.abort(grpc.StatusCode.NOT_FOUND, "Requested entity was not found")
        time = {"seconds": 1} if request.name in self.committed else None
        return types.WriteStream(name=request.name, commit_time=time, type_=self.kind)

    def finalize(self, _: Any, context: Any) -> types.FinalizeWriteStreamResponse:
        if self.finalizes is not None:
            context.abort(self.finalizes, "because")
        return types.FinalizeWriteStreamResponse(row_count=self.rows)

    def commit(self, _: Any, context: Any) -> types.BatchCommitWriteStreamsResponse:
        if isinstance(self.commits, grpc.StatusCode):
            context.abort(self.commits, "because")
        assert isinstance(self.commits, types.BatchCommitWriteStreamsResponse)
        return self.commits


@contextmanager
def serving(service: WriteService) -> Iterator[str]:
    """The server's `host:port`."""

    def unary(call: Any, request: Any, response: Any) -> Any:
        return grpc.unary_unary_rpc_method_handler(call, request.deserialize, response.serialize)

    server = grpc.server(futures.ThreadPoolExecutor(8))
    handlers = {
        "AppendRows": grpc.stream_stream_rpc_method_handler(
            service.append_rows,
            types.AppendRowsRequest.deserialize,
            types.AppendRowsResponse.serialize,
        ),
        "BatchCommitWriteStreams": unary(
            service.commit,
            types.BatchCommitWriteStreamsRequest,
            types.BatchCommitWriteStreamsResponse,
        ),
        "CreateWriteStream": unary(
            service.create, types.CreateWriteStreamRequest, types.WriteStream
        ),
        "GetWriteStream": unary(service.get, types.GetWriteStreamRequest, types.WriteStream),
        "FinalizeWriteStream": unary(
            service.finalize, types.FinalizeWriteStreamRequest, types.FinalizeWriteStreamResponse
        ),
    }
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, handlers)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
