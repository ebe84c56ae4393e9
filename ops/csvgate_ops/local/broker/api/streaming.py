"""StreamingPull: the broker sends messages; the client sends acknowledgements and deadlines."""

import logging
import threading
from collections.abc import Iterator
from typing import Any

import grpc

from csvgate_ops.local.broker.api import protobuf
from csvgate_ops.local.broker.api.errors import (
    BrokerError,
    invalid,
    out_of_bounds,
)
from csvgate_ops.local.broker.api.settings import MAX_ACK_DEADLINE, MIN_ACK_DEADLINE
from csvgate_ops.local.broker.api.subscriber import check_deadline, fill
from csvgate_ops.local.broker.broker import Broker
from csvgate_ops.local.broker.delivery.ackid import AckId
from csvgate_ops.local.broker.delivery.entry import Room
from csvgate_ops.local.broker.delivery.flow import Flow
from csvgate_ops.local.broker.delivery.subscription import Subscription

log = logging.getLogger(__name__)


class StreamingPull:
    """One open call. Iterate over `responses`; a separate thread reads the requests."""

    def __init__(
        self, broker: Broker, requests: Iterator[Any], context: grpc.ServicerContext
    ) -> None:
        self._broker = broker
        self._requests = requests
        self._context = context
        first = next(requests, None)
        if first is None or not first.subscription:
            raise invalid("The first request of a StreamingPull must name a subscription.")
        with broker.lock:
            self._subscription: Subscription = broker.catalog.subscription(first.subscription)
        self._deadline = float(_stream_deadline(first.stream_ack_deadline_seconds))
        self._flow = Flow(first.max_outstanding_messages, first.max_outstanding_bytes)
        self._ended = threading.Event()
        self._failure: BrokerError | None = None
        self._apply(first)

    def responses(self) -> Iterator[Any]:
        """Yield StreamingPullResponses until the caller or the broker ends the call.

        Raises BrokerError for an invalid request and when the subscription is deleted.
        """
        if not self._context.add_callback(self._end):
            return  # the call has ended already
        threading.Thread(target=self._read, name="streaming-pull-requests", daemon=True).start()
        while True:
            deliveries = self._subscription.next_deliveries(
                self._room, lambda: self._deadline, self._wanted, holder=self._flow
            )
            if self._failure:
                raise self._failure
            if not deliveries:
                if not self._wanted():
                    return
                continue
            response = protobuf.StreamingPullResponse()
            fill(response, deliveries)
            yield response

    def _room(self) -> Room:
        return self._flow.room()

    def _wanted(self) -> bool:
        return not (self._ended.is_set() or self._broker.closing.is_set())

    def _end(self) -> None:
        self._ended.set()
        self._subscription.wake()

    def _read(self) -> None:
        try:
            for request in self._requests:
                self._apply(request)
        except BrokerError as error:
            self._failure = error
        except grpc.RpcError:
            pass  # the call is over
        except Exception as error:  # noqa: BLE001 - gRPC raises a bare Exception when a call is cut
            log.debug("%s: the stream of requests ended: %s", self._subscription.name, error)
        finally:
            self._end()

    def _apply(self, request: Any) -> None:
        if request.stream_ack_deadline_seconds:
            self._deadline = float(_stream_deadline(request.stream_ack_deadline_seconds))
        if request.ack_ids:
            self._subscription.acknowledge(self._own(request.ack_ids))
        if request.modify_deadline_ack_ids:
            ids, seconds = request.modify_deadline_ack_ids, request.modify_deadline_seconds
            if len(ids) != len(seconds):
                raise invalid(
                    "The modify_deadline_ack_ids and modify_deadline_seconds must have the same "
                    "length."
                )
            for deadline in seconds:
                check_deadline(deadline)
            own = [(AckId.parse(text), s) for text, s in zip(ids, seconds, strict=True)]
            own = [(ack, s) for ack, s in own if ack.subscription == self._subscription.id]
            self._subscription.modify_ack_deadline(
                [ack for ack, _ in own], [deadline for _, deadline in own]
            )

    def _own(self, strings: Any) -> list[AckId]:
        # An id of a deleted subscription must not end the stream of one created under its name.
        ack_ids = [AckId.parse(text) for text in strings]
        return [ack for ack in ack_ids if ack.subscription == self._subscription.id]


def _stream_deadline(seconds: int) -> int:
    if not MIN_ACK_DEADLINE <= seconds <= MAX_ACK_DEADLINE:
        raise out_of_bounds(
            "stream_ack_deadline_seconds",
            f"{seconds}",
            f"{MIN_ACK_DEADLINE}",
            f"{MAX_ACK_DEADLINE}",
        )
    return seconds
