"""The guard's proxy in front of a small server."""

import asyncio
import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from csvgate_ops.local.guard_proxy.backends import (
    Address,
    parse_route,
    random_backends,
    route,
)
from csvgate_ops.local.guard_proxy.proxy import GuardProxy

CHUNKS = [b"one\n", b"x" * 700_000, b"three"]


class Backend(BaseHTTPRequestHandler):
    """Answers a POST with the body that it was sent, and a GET with chunks or a broken answer.

    After an answer to /last it closes its connection at once; after one to /unread or to /read it
    waits for the next request, and closes the connection without an answer.
    """

    protocol_version = "HTTP/1.1"
    requests: list[str] = []  # noqa: RUF012 - the server makes a handler per connection
    connections: list[object] = []  # noqa: RUF012

    def setup(self) -> None:
        super().setup()
        self.connections.append(self.client_address)

    def do_GET(self) -> None:
        self.requests.append(self.path)
        if self.path == "/silent":
            self.close_connection = True
            return
        if self.path == "/broken":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"half")
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in [*CHUNKS, b""]:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))

    def do_POST(self) -> None:
        self.requests.append(self.path)
        if self.path == "/silent":
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Host", self.headers["Host"])
        self.end_headers()
        self.wfile.write(body)
        if self.path == "/last":
            self.close_connection = True
        elif self.path in ("/unread", "/read"):
            flags = socket.MSG_PEEK if self.path == "/unread" else 0
            self.connection.recv(65_536, flags)
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing."""


@pytest.fixture
def backend() -> Iterator[Address]:
    Backend.requests.clear()
    Backend.connections.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Backend) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield Address("127.0.0.1", server.server_port)
        server.shutdown()
        thread.join()


def own(target: str) -> bytes | None:
    """What the proxy answers itself."""
    return b'{"own": true}' if target == "/own?a=%20b" else None


def serve(backend: Address) -> Iterator[int]:
    """Serve the proxy on a free port, which is yielded."""
    loop, listening, port = asyncio.new_event_loop(), threading.Event(), 0

    async def start() -> None:
        nonlocal port
        proxy = GuardProxy("storage", backend, own)
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        listening.set()

    def run() -> None:
        loop.run_until_complete(start())
        loop.run_forever()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert listening.wait(10)
    yield port
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


@pytest.fixture
def port(backend: Address) -> Iterator[int]:
    yield from serve(backend)


def test_requests_and_answers_pass_unchanged_over_one_connection(port: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        for body in (b"", b"abc", b"z" * 3_000_000):
            client.request("POST", "/a?b=%20c", body)
            answer = client.getresponse()
            assert (201, f"127.0.0.1:{port}") == (answer.status, answer.headers["X-Host"])
            assert body == answer.read()
        client.request("GET", "/chunks")
        assert b"".join(CHUNKS) == client.getresponse().read()
    assert ["/a?b=%20c"] * 3 + ["/chunks"] == Backend.requests


def test_the_proxy_answers_some_requests_itself(port: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        for _ in range(2):
            client.request("GET", "/own?a=%20b")
            answer = client.getresponse()
            assert "application/json" == answer.headers["Content-Type"]
            assert b'{"own": true}' == answer.read()
            client.request("POST", "/own?a=%20b", b"x")
            assert b"x" == client.getresponse().read()
    assert ["/own?a=%20b"] * 2 == Backend.requests


def test_a_backend_may_close_its_connection_after_an_answer(port: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        for path in ("/last", "/a", "/last"):
            client.request("POST", path, b"x")
            assert b"x" == client.getresponse().read()


@pytest.mark.parametrize("ends", ["/unread", "/read"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_backend_may_close_its_connection_when_the_next_request_comes(
    port: int, ends: str, method: str
) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        for _ in range(2):
            client.request("POST", ends, b"x")
            assert b"x" == client.getresponse().read()
            client.request(method, "/next", b"y" if method == "POST" else None)
            assert (b"y" if method == "POST" else b"".join(CHUNKS)) == client.getresponse().read()
    assert [ends, "/next"] * 2 == Backend.requests


def test_a_request_that_a_new_connection_leaves_unanswered_is_not_repeated(port: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        client.request("GET", "/silent")
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            client.getresponse()
    assert ["/silent"] == Backend.requests


def test_a_request_that_changes_something_is_sent_once(port: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        for method, path in (("GET", "/a"), ("POST", "/silent")):
            client.request(method, path, b"x" if method == "POST" else None)
            if method == "GET":
                client.getresponse().read()
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            client.getresponse()
    assert ["/a", "/silent"] == Backend.requests


def test_safe_requests_share_a_connection(port: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        for _ in range(3):
            client.request("GET", "/a")
            client.getresponse().read()
    assert 1 == len(Backend.connections)


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}]
)
def test_a_website_is_refused_before_the_backend_is_reached(
    port: int, headers: dict[str, str]
) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        client.request("POST", "/", b"a,b", headers)
        answer = client.getresponse()
        assert 403 == answer.status
        assert b"The local storage refuses this request" in answer.read()
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert [] == Backend.requests


def test_a_later_request_of_the_connection_is_checked_too(port: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        client.request("POST", "/", b"a")
        client.getresponse().read()
        client.request("POST", "/", b"a", {"Origin": "http://evil.example"})
        assert 403 == client.getresponse().status
    assert ["/"] == Backend.requests


def test_a_second_request_hidden_in_the_body_of_the_first_is_body(port: int) -> None:
    hidden = b"POST /hidden HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        client.request("POST", "/", hidden)
        assert hidden == client.getresponse().read()
    assert ["/"] == Backend.requests


def test_an_answer_that_breaks_off_breaks_off_for_the_client(port: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        client.request("GET", "/broken")
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            client.getresponse().read()


def test_without_a_backend_the_connection_is_reset() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nothing = Address("127.0.0.1", unused.getsockname()[1])
        for port in serve(nothing):
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
                client.request("GET", "/")
                with pytest.raises((ConnectionError, http.client.HTTPException)):
                    client.getresponse()


@pytest.mark.parametrize("data", [b"\0\xff\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"a" * 100_000])
def test_garbage_is_not_forwarded(port: int, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            assert b"" == client.recv(100)
    assert [] == Backend.requests


def test_addresses_of_backends_cannot_be_guessed() -> None:
    first, second = (random_backends(["storage", "bigquery"]) for _ in range(2))
    assert ["storage", "bigquery"] == list(first)
    assert 4 == len({*first.values(), *second.values()})
    for address in first.values():
        numbers = [int(number) for number in address.host.split(".")]
        assert 127 == numbers[0]
        assert numbers[1:] != [0, 0, 1]


def test_routes() -> None:
    address = Address("127.9.8.7", 20_001)
    assert "storage=4000=127.9.8.7:20001" == route("storage", 4000, address)
    assert ("storage", 4000, address) == parse_route(route("storage", 4000, address))
