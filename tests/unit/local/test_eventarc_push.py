"""What the Eventarc stand-in refuses itself: events that are too large, and those for a function
whose instances are all busy."""

import json
import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.pubsub_v1 import SubscriberClient

from csvgate.ports import Message
from csvgate.protocol.messages.event_size import EVENTARC_BYTES, push_bytes
from csvgate_ops.deploy import topology as topo
from csvgate_ops.local.cloud.options import repository
from csvgate_ops.local.eventarc import admin
from csvgate_ops.local.eventarc.forwarder import Forwarder
from csvgate_ops.local.eventarc.message import Received
from csvgate_ops.local.eventarc.push import Push
from csvgate_ops.local.eventarc.route import Route, routes


class Function:
    """An HTTP server that answers 200, or `status`, while `open` is set."""

    def __init__(self) -> None:
        self.requests = 0
        self.status = 200
        self.arrived = threading.Semaphore(0)
        self.open = threading.Event()
        self.open.set()
        function = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                function.requests += 1
                function.arrived.release()
                assert function.open.wait(30)
                self.send_response(function.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def function() -> Iterator[Function]:
    found = Function()
    yield found
    found.open.set()
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def route(function: Function) -> Route:
    return Route(
        trigger="enrich-records",
        project="p",
        topic="validated-records",
        subscription="eventarc-enrich-records-sub",
        bucket=None,
        url=function.url,
        timeout=30,
        function="enrich_records",
        capacity=2,
        window=8,
    )


def message(data: bytes = b"{}") -> Received:
    return Received(data, {"ce-id": "1"}, "7", datetime(2026, 11, 21, tzinfo=UTC), "", 3)


def largest() -> bytes:
    """The largest data that Eventarc delivers in a message with these attributes."""
    room = EVENTARC_BYTES - push_bytes(Message(b"", {"ce-id": "1"}))
    return bytes(room // 4 * 3)


def test_an_event_that_fits_is_delivered(route: Route, function: Function) -> None:
    push = Push(route)
    assert push.push(message(largest()))
    assert function.requests == 1
    assert push.counts == {"delivered": 1}


def test_an_event_that_is_too_large_is_never_delivered(
    route: Route, function: Function, caplog: pytest.LogCaptureFixture
) -> None:
    push = Push(route)
    assert not push.push(message(largest() + b"x"))
    assert function.requests == 0
    assert push.counts == {"too_large": 1}
    assert caplog.messages == [
        "enrich-records: 7 attempt 3 refused: it has 524,290 bytes as a push request, and Eventarc "
        "delivers at most 524,288"
    ]


def test_a_failed_delivery_is_not_done(route: Route, function: Function) -> None:
    function.status = 500
    push = Push(route)
    assert not push.push(message())
    assert push.counts == {"refused": 1}


def test_a_function_without_a_free_instance_answers_429(
    route: Route, function: Function, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "eventarc")
    push = Push(route)
    function.open.clear()
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(push.push, message()) for _ in range(2)]
        for _ in running:
            assert function.arrived.acquire(timeout=30)
        assert not push.push(message())
        assert "→ 429 in" in caplog.messages[-1]
        function.open.set()
        assert all(delivery.result() for delivery in running)
    assert push.push(message())
    assert function.requests == 3
    assert push.counts == {"delivered": 3, "saturated": 1}


def test_a_planned_refusal_reaches_no_function(route: Route, function: Function) -> None:
    push = Push(route)
    push.capacity.refuse(2)
    assert [push.push(message()) for _ in range(4)] == [False, False, True, True]
    assert function.requests == 2
    assert push.counts == {"saturated": 2, "delivered": 2}


def test_a_refusal_leaves_every_place_free(route: Route, function: Function) -> None:
    """Also if the function fails."""
    push = Push(route)
    push.capacity.refuse(5)
    function.status = 500
    for _ in range(10):
        assert not push.push(message())
    function.status = 200
    with push.capacity.request() as first, push.capacity.request() as second:
        assert (first, second) == (True, True)
        with push.capacity.request() as third:
            assert not third


def test_capacity_and_window_follow_from_the_topology() -> None:
    topology = topo.load(repository() / "deploy" / "topology.yaml")
    local = topology.local.model_copy(update={"instances": 3, "burst": 4})
    urls = dict.fromkeys(topology.functions, "http://f")
    found = routes(topology.model_copy(update={"local": local}), "p", urls)
    assert {r.function: (r.capacity, r.window) for r in found} == {
        "validate_and_parse": (3, 12),
        "enrich_records": (12, 48),
        "notify_stakeholders": (24, 96),
    }


def test_the_local_cloud_is_not_saturated_unless_asked() -> None:
    topology = topo.load(repository() / "deploy" / "topology.yaml")
    for found in routes(topology, "p", dict.fromkeys(topology.functions, "http://f")):
        assert found.window == found.capacity


def ask(url: str, method: str = "GET", body: object = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, method=method)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_faults_are_planned_over_http(route: Route) -> None:
    client = SubscriberClient(credentials=AnonymousCredentials())  # type: ignore[no-untyped-call]
    notify = replace(route, trigger="notify-stakeholders", function="notify_stakeholders")
    server = admin.serve("127.0.0.1", 0, [Forwarder(route, client), Forwarder(notify, client)])
    faults = f"http://127.0.0.1:{server.server_port}/_faults"
    none = {"enrich_records": 0, "notify_stakeholders": 0}
    try:
        assert ask(faults) == (200, none)
        planned = none | {"enrich_records": 7}
        assert ask(faults, "POST", {"function": "enrich_records", "refuse": 7}) == (200, planned)
        assert ask(faults) == (200, planned)
        assert ask(faults, "DELETE") == (200, none)
        assert ask(faults, "POST", {"function": "enrich", "refuse": 1}) == (
            404,
            {"error": "functions: enrich_records, notify_stakeholders"},
        )
        status, answer = ask(faults, "POST", {"function": "enrich_records", "refuse": 0})
        assert (status, "refuse" in answer["error"]) == (400, True)
        status, health = ask(faults.replace("_faults", "healthz"))
        assert (status, health["triggers"]["enrich-records"]) == (503, {"listening": False})
    finally:
        server.shutdown()
        server.server_close()
