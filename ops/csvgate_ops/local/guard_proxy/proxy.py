"""Forwards HTTP/1.1 requests from a guarded port to the server behind it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, cast

import h11

from csvgate_ops.local.guard_proxy.backends import Address
from csvgate_ops.local.loopback.policy import refusal

_READ_BYTES: Final = 256 * 1024
_HEAD_BYTES: Final = 64 * 1024
"""The most bytes of a request's or a response's head."""
_IDLE_SECONDS: Final = 1.0
"""A connection to the backend that was idle for longer is not used again, because the backend may
be about to close it: gunicorn does so after two seconds."""
_SAFE: Final = frozenset({b"GET", b"HEAD", b"OPTIONS"})
"""Methods that change nothing, so that a request may be sent twice."""


class _Ended(Exception):
    """The other side closed its connection in the middle of a message, or broke the protocol."""


class _Unanswered(_Ended):
    """The backend closed its connection before it began a response."""


@dataclass(slots=True)
class _Side:
    """One of the two connections: to the client (`h11.SERVER`) or to the backend (`h11.CLIENT`)."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    role: type[h11.CLIENT] | type[h11.SERVER]
    protocol: h11.Connection = field(init=False)
    used: float = field(default_factory=monotonic)
    """When it was used last."""

    def __post_init__(self) -> None:
        self.protocol = h11.Connection(self.role, max_incomplete_event_size=_HEAD_BYTES)

    async def next_event(self) -> h11.Event:
        """Return the next event. Raises _Ended."""
        while True:
            try:
                event = self.protocol.next_event()
            except h11.RemoteProtocolError as error:
                raise _Ended from error
            if event is h11.PAUSED:
                raise _Ended
            if event is not h11.NEED_DATA:
                return cast(h11.Event, event)
            self.protocol.receive_data(await self.reader.read(_READ_BYTES))

    async def send(self, event: h11.Event) -> None:
        data = self.protocol.send(event)
        if data:
            self.writer.write(data)
            await self.writer.drain()

    @property
    def is_usable(self) -> bool:
        """Return whether another request can be sent."""
        return not self.reader.at_eof() and monotonic() - self.used < _IDLE_SECONDS


class GuardProxy:
    """Serves one guarded port. The message of a refusal names the service."""

    def __init__(
        self,
        service: str,
        backend: Address,
        answer: Callable[[str], bytes | None] = lambda _: None,
    ) -> None:
        """`answer` returns the JSON with which the proxy itself answers `GET target`, given the
        target; None if the backend has to answer. It is called in a thread."""
        self._service = service
        self._backend = backend
        self._answer = answer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a client's connection to its end. If the backend cannot be reached or hangs up, the
        client's connection is reset, as it would be without the proxy.

        A backend may close an idle connection at the moment when the next request is sent on it,
        and nobody can know whether it has read that request. So only requests that may be repeated
        are sent on a connection that was used before, and they are repeated on a new one.
        """
        client = _Side(reader, writer, h11.SERVER)
        backend: _Side | None = None
        try:
            while True:
                request = await client.next_event()
                if not isinstance(request, h11.Request):
                    break
                if reason := _refused(request):
                    await self._refuse(client, reason)
                    break
                if (body := await self._own(request)) is not None:
                    await _send_json(body, client)
                    if client.protocol.our_state is not h11.DONE:
                        break
                    client.protocol.start_next_cycle()
                    continue
                if backend is not None and not (backend.is_usable and _may_repeat(request)):
                    backend.writer.close()
                    backend = None
                is_reused = backend is not None
                if backend is None:
                    backend = await self._connected()
                try:
                    is_open = await _exchange(request, client, backend)
                except _Unanswered:
                    if not is_reused:
                        raise
                    backend.writer.close()
                    backend = await self._connected()
                    is_open = await _exchange(request, client, backend)
                if not is_open:
                    break
                backend.used = monotonic()
        except (_Ended, OSError, h11.LocalProtocolError):
            writer.transport.abort()
        finally:
            for side in (client, backend):
                if side is not None:
                    side.writer.close()

    async def _own(self, request: h11.Request) -> bytes | None:
        if request.method != b"GET" or not _may_repeat(request):
            return None
        return await asyncio.to_thread(self._answer, request.target.decode("latin-1"))

    async def _connected(self) -> _Side:
        streams = await asyncio.open_connection(self._backend.host, self._backend.port)
        return _Side(*streams, h11.CLIENT)

    async def _refuse(self, client: _Side, reason: str) -> None:
        body = f"The local {self._service} refuses this request: {reason}.\n".encode()
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
        ]
        await client.send(h11.Response(status_code=403, headers=headers, reason=b"Forbidden"))
        await client.send(h11.Data(data=body))
        await client.send(h11.EndOfMessage())


def _refused(request: h11.Request) -> str | None:
    headers = dict(request.headers)
    origin = headers.get(b"origin")
    return refusal(
        headers.get(b"host", b"").decode("latin-1"),
        None if origin is None else origin.decode("latin-1"),
    )


def _may_repeat(request: h11.Request) -> bool:
    """Return whether the request changes nothing and has no body, which could only be read once."""
    names = {name for name, _ in request.headers}
    return request.method in _SAFE and not names & {b"content-length", b"transfer-encoding"}


async def _exchange(request: h11.Request, client: _Side, backend: _Side) -> bool:
    """Forward a request and its response. Return whether both connections can be used again.
    Raises _Unanswered, and the client has received nothing then."""
    try:
        await _send(request, client, backend)
        response = await backend.next_event()
    except (_Ended, OSError) as error:
        raise _Unanswered from error
    while isinstance(response, h11.InformationalResponse):
        response = await backend.next_event()
    if not isinstance(response, h11.Response):
        raise _Ended
    await client.send(response)
    await _copy_body(backend, client)
    for side in (client, backend):
        if side.protocol.our_state is not h11.DONE or side.protocol.their_state is not h11.DONE:
            return False
    client.protocol.start_next_cycle()
    backend.protocol.start_next_cycle()
    return True


async def _send_json(body: bytes, client: _Side) -> None:
    """Answer a request that has no body."""
    if not isinstance(await client.next_event(), h11.EndOfMessage):
        raise _Ended
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    await client.send(h11.Response(status_code=200, headers=headers, reason=b"OK"))
    await client.send(h11.Data(data=body))
    await client.send(h11.EndOfMessage())


async def _send(request: h11.Request, client: _Side, backend: _Side) -> None:
    await backend.send(request)
    if client.protocol.they_are_waiting_for_100_continue:
        await client.send(h11.InformationalResponse(status_code=100, headers=[]))
    if client.protocol.their_state is h11.SEND_BODY:
        await _copy_body(client, backend)
    else:  # the request is repeated
        await backend.send(h11.EndOfMessage())


async def _copy_body(source: _Side, target: _Side) -> None:
    while True:
        event = await source.next_event()
        if not isinstance(event, h11.Data | h11.EndOfMessage):
            raise _Ended
        await target.send(event)
        if isinstance(event, h11.EndOfMessage):
            return
