"""The Publisher port over Pub/Sub."""

from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Any, Final

from google.api_core import exceptions as api
from google.api_core.retry import Retry, if_exception_type

from csvgate.gcp.errors import translated
from csvgate.gcp.publish_call import PublishCall, PublishRequest
from csvgate.ports import Message, Receipt
from csvgate.runtime.errors import Permanent

REQUEST_BYTES: Final = 10_000_000
"""The most that Pub/Sub accepts in one publish request, including topic and attributes."""
IN_FLIGHT: Final = 8
"""Messages published but not yet confirmed. Beyond that `publish` blocks, to bound memory."""
_SENDERS: Final = 4
_TRY_SECONDS: Final = 20.0
_RETRIED: Final = if_exception_type(
    api.Aborted,
    api.Cancelled,
    api.DeadlineExceeded,
    api.InternalServerError,
    api.ResourceExhausted,
    api.ServiceUnavailable,
    api.Unknown,
)


class PubSubPublisher:
    """Sends one request per message, because csvgate's messages are large and need no batching.

    A message is retried for at most `deadline` seconds. The default of Google's client, 600 s,
    outlives a function, which would then never see the failure.
    """

    def __init__(self, project: str, *, credentials: Any = None, deadline: float = 60.0) -> None:
        self._project = project
        self._send = PublishCall(credentials)
        self._senders = ThreadPoolExecutor(_SENDERS, thread_name_prefix="publish")
        self._in_flight = BoundedSemaphore(IN_FLIGHT)
        self._call: dict[str, Any] = {
            "timeout": _TRY_SECONDS,
            "retry": Retry(
                predicate=_RETRIED, initial=0.1, maximum=10.0, multiplier=2.0, timeout=deadline
            ),
        }

    def publish(self, topic: str, message: Message) -> Receipt:
        """Raises Permanent `message.too_large` immediately, not in the receipt."""
        path = f"projects/{self._project}/topics/{topic}"
        request = PublishRequest(
            topic=path,
            messages=[{"data": message.data, "attributes": dict(message.attributes)}],
        )
        size = request.ByteSize()
        if size > REQUEST_BYTES:
            raise Permanent(
                "message.too_large",
                f"a message to topic {topic} has {size} bytes, but Pub/Sub accepts {REQUEST_BYTES}",
            )
        self._in_flight.acquire()
        future = self._senders.submit(self._publish, request)
        future.add_done_callback(lambda _: self._in_flight.release())
        return _Receipt(future, f"topic {path}")

    def _publish(self, request: Any) -> Any:
        """Send the request until it succeeds, each time with the whole timeout of one try."""
        return self._call["retry"](self._send)(request, timeout=self._call["timeout"])


class _Receipt:
    def __init__(self, future: "Future[Any]", resource: str) -> None:
        self._future, self._resource = future, resource

    def wait(self) -> str:
        with translated("pubsub", self._resource):
            return str(self._future.result().message_ids[0])
