"""What a function answers decides between ack and nack; and the probes, which ask alike."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
import pytest

from csvgate_ops.local.eventarc.delivery import Answer, post
from csvgate_ops.local.eventarc.message import CloudEvent
from csvgate_ops.local.supervisor.component import ExitProbe, GrpcProbe, HttpProbe
from csvgate_ops.local.supervisor.probes import is_ready

EVENT = CloudEvent({"id": "1", "subject": "objects/ü"}, {"name": "ü"})


class Function(BaseHTTPRequestHandler):
    """Answers with the status in the path; keeps what it got."""

    got: tuple[dict[str, str], object] = ({}, None)

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        Function.got = (dict(self.headers), json.loads(self.rfile.read(length)))
        self.do_GET()

    def do_GET(self) -> None:
        word = self.path.strip("/")
        if word == "sleep":
            time.sleep(1)
        if word == "hang-up":
            return
        self.send_response(int(word) if word.isdigit() else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Function)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_success(url: str, status: int) -> None:
    assert post(f"{url}/{status}", EVENT, 5) == Answer(status)
    assert Answer(status).is_success


@pytest.mark.parametrize("status", [302, 400, 408, 413, 429, 500, 503])
def test_anything_else_is_no_success(url: str, status: int) -> None:
    answer = post(f"{url}/{status}", EVENT, 5)
    assert answer == Answer(status)
    assert not answer.is_success


def test_no_answer_is_no_success(url: str, closed_port: int) -> None:
    refused = post(f"http://127.0.0.1:{closed_port}", EVENT, 5)
    assert not refused.is_success
    assert "refused" in refused.problem
    assert "without response" in post(f"{url}/hang-up", EVENT, 5).problem
    assert "timed out" in post(f"{url}/sleep", EVENT, 0.1).problem


def test_the_request_carries_the_event(url: str) -> None:
    post(f"{url}/", EVENT, 5)
    headers, body = Function.got
    assert headers["ce-subject"] == "objects/%C3%BC"
    assert headers["content-type"] == "application/json"
    assert body == {"name": "ü"}


def test_http_probes(url: str, closed_port: int) -> None:
    assert is_ready(HttpProbe(f"{url}/200"))
    assert not is_ready(HttpProbe(f"{url}/503"))
    assert is_ready(HttpProbe(f"{url}/405", any_answer=True))
    assert not is_ready(HttpProbe(f"http://127.0.0.1:{closed_port}/", any_answer=True))


def test_grpc_probes(url: str, closed_port: int) -> None:
    server = grpc.server(ThreadPoolExecutor(1))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        assert is_ready(GrpcProbe(port))
    finally:
        server.stop(0).wait()
    assert not is_ready(GrpcProbe(closed_port))
    assert not is_ready(GrpcProbe(int(url.rpartition(":")[2])))


def test_a_task_is_not_ready_by_being_asked() -> None:
    assert not is_ready(ExitProbe())
