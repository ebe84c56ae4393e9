"""The broker's gRPC server: its methods, the data directory's lock, start and stop."""

import fcntl
import logging
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc

from csvgate_ops.local.broker.api import protobuf
from csvgate_ops.local.broker.api.errors import BrokerError, StartError, unimplemented
from csvgate_ops.local.broker.api.methods import METHODS, NOT_IMPLEMENTED
from csvgate_ops.local.broker.api.publisher import Publisher
from csvgate_ops.local.broker.api.streaming import StreamingPull
from csvgate_ops.local.broker.api.subscriber import Subscriber
from csvgate_ops.local.broker.broker import FILE, Broker
from csvgate_ops.local.broker.delivery.timer import Clock
from csvgate_ops.local.broker.retention import Retention

log = logging.getLogger(__name__)

MAX_THREADS = 512
"""Each open StreamingPull and each waiting Pull occupies a thread; threads start on demand."""

OPTIONS = (
    # A request over Pub/Sub's limit must be received to be answered with Pub/Sub's error.
    ("grpc.max_receive_message_length", 64 * 1024 * 1024),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_metadata_size", 4 * 1024 * 1024),
    # A second broker on the port must fail instead of silently receiving half of the calls.
    ("grpc.so_reuseport", 0),
    # Clients ping idle streams far more often than gRPC permits by default.
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 1_000),
    ("grpc.http2.max_ping_strikes", 0),
)


class BrokerServer:
    """A broker that serves `host:port` from a data directory. Usable as a context manager.

    Port 0 selects a free port. Raises StartError when the port is in use or another broker uses
    the directory.
    """

    def __init__(
        self, data_dir: Path, host: str = "127.0.0.1", port: int = 0, *, clock: Clock | None = None
    ) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._lock_file = (data_dir / "lock").open("w")
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock_file.close()
            raise StartError(f"another Pub/Sub broker is using {data_dir}; stop it first") from None
        pool = ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="broker")
        self._server = grpc.server(pool, options=OPTIONS)
        try:
            self.port = int(self._server.add_insecure_port(f"{host}:{port}"))
        except RuntimeError:
            self.port = 0
        if not self.port:
            self._lock_file.close()
            raise StartError(
                f"cannot listen on {host}:{port}: the port is in use, or the host is not an "
                "address of this machine"
            )
        self.address = f"{host}:{self.port}"
        try:
            self.broker = Broker(data_dir, clock)
        except sqlite3.DatabaseError as error:
            self._lock_file.close()
            raise StartError(f"cannot read {data_dir / FILE}: {error}") from error
        self._server.add_generic_rpc_handlers(_handlers(self.broker))
        Retention(self.broker).tick()
        self._server.start()

    def stop(self, grace_seconds: float = 0.5) -> None:
        """Let calls finish within the grace period, end the open streams and close the file."""
        stopped = self._server.stop(grace_seconds)
        self.broker.stop_consumers()
        stopped.wait()
        self.broker.close()
        self._lock_file.close()

    def __enter__(self) -> "BrokerServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _handlers(broker: Broker) -> tuple[Any, ...]:
    servicers = (Publisher(broker), Subscriber(broker))
    services = []
    for service, methods in METHODS.items():
        handlers = {}
        for method, (request, response) in methods.items():
            types = {
                "request_deserializer": protobuf.message_class(request).FromString,
                "response_serializer": protobuf.message_class(response).SerializeToString,
            }
            if method == "StreamingPull":
                handlers[method] = grpc.stream_stream_rpc_method_handler(_stream(broker), **types)
            else:
                handlers[method] = grpc.unary_unary_rpc_method_handler(
                    _unary(_implementation(servicers, method)), **types
                )
        for method, feature in NOT_IMPLEMENTED[service].items():
            handlers[method] = grpc.unary_unary_rpc_method_handler(_not_implemented(feature))
        services.append(grpc.method_handlers_generic_handler(service, handlers))
    return tuple(services)


def _implementation(servicers: tuple[object, ...], method: str) -> Callable[..., Any]:
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in method)[1:]
    for servicer in servicers:
        if function := getattr(servicer, name, None):
            return function  # type: ignore[no-any-return]  # found by name
    raise LookupError(f"no method {name}")


def _not_implemented(feature: str) -> Callable[[Any, Any], Any]:
    def call(request: Any, context: Any) -> Any:  # noqa: ARG001 - gRPC's signature
        error = unimplemented(f"{feature}: not implemented")
        context.abort(error.code, error.message)

    return call


def _unary(function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    wants_context = function.__name__ == "pull"

    def call(request: Any, context: Any) -> Any:
        try:
            return function(request, context) if wants_context else function(request)
        except BrokerError as error:
            context.abort(error.code, error.message)

    return call


def _stream(broker: Broker) -> Callable[[Iterator[Any], Any], Iterator[Any]]:
    def call(requests: Iterator[Any], context: Any) -> Iterator[Any]:
        try:
            yield from StreamingPull(broker, requests, context).responses()
        except BrokerError as error:
            context.abort(error.code, error.message)
        if broker.closing.is_set():
            # The service answers this when it moves a stream; clients then open another one.
            context.abort(
                grpc.StatusCode.UNAVAILABLE,
                "The service was unable to fulfill your request. Please try again.",
            )

    return call
