"""What no emulator lets one test about a publish request: it is repeated in place if it exceeds a
quota, and it is the request of Google's own client."""

from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
import pytest
from google.pubsub_v1.types import PublishRequest, PublishResponse, PubsubMessage

from csvgate.gcp.pubsub import PubSubPublisher
from csvgate.ports import Message
from csvgate.runtime.errors import Transient


class Service:
    """Refuses the first `refusals` requests."""

    refusals = 0
    requests = 0
    received: PublishRequest
    headers: dict[str, str]

    def publish(self, request: PublishRequest, context: Any) -> PublishResponse:
        self.requests += 1
        self.received, self.headers = request, dict(context.invocation_metadata())
        if self.requests <= self.refusals:
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "quota exceeded")
        return PublishResponse(message_ids=["1"])


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    service = Service()
    server = grpc.server(futures.ThreadPoolExecutor(1))
    publish = grpc.unary_unary_rpc_method_handler(
        service.publish, PublishRequest.deserialize, PublishResponse.serialize
    )
    handler = grpc.method_handlers_generic_handler(
        "google.pubsub.v1.Publisher", {"Publish": publish}
    )
    server.add_generic_rpc_handlers([handler])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{port}")
    yield service
    server.stop(None).wait()


def test_it_is_waited_out(service: Service) -> None:
    service.refusals = 3
    assert PubSubPublisher("p", deadline=30).publish("t", Message(b"x")).wait() == "1"
    assert service.requests == 4


def test_after_the_deadline_the_platform_retries(service: Service) -> None:
    service.refusals = 1000
    with pytest.raises(Transient, match=r"pubsub\.throttled"):
        PubSubPublisher("p", deadline=1).publish("t", Message(b"x")).wait()
    assert service.requests > 1


def test_it_is_the_request_of_googles_client(service: Service) -> None:
    """With every field that csvgate fills, texts beyond ASCII, and the header that routes it."""
    attributes = {"ce-id": "1", "topic": "ü\u2028", "": "", "empty": ""}
    message = Message(b"\x00\xff", attributes)
    PubSubPublisher("p-1").publish("t~ü", message).wait()
    topic = "projects/p-1/topics/t~ü"
    wanted = PubsubMessage(data=message.data, attributes=attributes)
    assert service.received == PublishRequest(topic=topic, messages=[wanted])
    assert service.headers["x-goog-request-params"] == "topic=projects/p-1/topics/t~%C3%BC"
