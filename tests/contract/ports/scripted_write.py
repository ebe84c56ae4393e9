"""A Storage Write API with scripted answers, for those that no emulator gives."""

from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from typing import Any

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


def error(code: grpc.StatusCode, own: Any = None, words: str = "") -> Any:
    status = Status(code=code.value[0], message=words)
    if own is not None:
        detail = AnyMessage()
        detail.Pack(types.StorageError.pb(types.StorageError(code=own)))
        status.details.append(detail)
    return types.AppendRowsResponse(error=status)


class Script:
    """`append` answers a request, given the connection's number (from 0) and the offset. `commit`
    answers every commit; `committed` names the streams that have a commit time."""

    def __init__(self) -> None:
        self.append: Callable[[int, int], Answer] = lambda _, offset: accepted(offset)
        self.commit = types.BatchCommitWriteStreamsResponse()
        self.committed: set[str] = set()
        self.rows = 0
        self.sent: list[list[int]] = []
        self.requests: list[types.AppendRowsRequest] = []

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

    def get(self, request: types.GetWriteStreamRequest, _: Any) -> types.WriteStream:
        time = {"seconds": 1} if request.name in self.committed else None
        return types.WriteStream(name=request.name, commit_time=time)

    def finalize(self, *_: Any) -> types.FinalizeWriteStreamResponse:
        return types.FinalizeWriteStreamResponse(row_count=self.rows)


@contextmanager
def serving(script: Script) -> Iterator[str]:
    """The server's `host:port`."""

    def unary(call: Any, request: Any, response: Any) -> Any:
        return grpc.unary_unary_rpc_method_handler(call, request.deserialize, response.serialize)

    server = grpc.server(futures.ThreadPoolExecutor(4))
    handlers = {
        "AppendRows": grpc.stream_stream_rpc_method_handler(
            script.append_rows,
            types.AppendRowsRequest.deserialize,
            types.AppendRowsResponse.serialize,
        ),
        "BatchCommitWriteStreams": unary(
            lambda *_: script.commit,
            types.BatchCommitWriteStreamsRequest,
            types.BatchCommitWriteStreamsResponse,
        ),
        "GetWriteStream": unary(script.get, types.GetWriteStreamRequest, types.WriteStream),
        "FinalizeWriteStream": unary(
            script.finalize, types.FinalizeWriteStreamRequest, types.FinalizeWriteStreamResponse
        ),
    }
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, handlers)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
