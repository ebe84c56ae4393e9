"""Pulls the subscription of one trigger and delivers each message to its function."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.cloud.pubsub_v1 import SubscriberClient
from google.cloud.pubsub_v1.subscriber.futures import StreamingPullFuture
from google.cloud.pubsub_v1.subscriber.message import Message
from google.cloud.pubsub_v1.subscriber.scheduler import ThreadScheduler
from google.cloud.pubsub_v1.types import FlowControl

from csvgate_ops.local.eventarc.message import Received
from csvgate_ops.local.eventarc.push import Push
from csvgate_ops.local.eventarc.route import Route

RETRY_SECONDS = 0.3
FLOW_BYTES = 256 * 1024 * 1024

log = logging.getLogger("eventarc")


class Forwarder:
    """Runs in a separate thread until `stop`.

    The client extends the lease of a message while its function works. A nacked message is retried
    by the subscription's retry policy.
    """

    def __init__(self, route: Route, client: SubscriberClient) -> None:
        self.route = route
        self.push = Push(route)
        self.listening = False
        self._client = client
        self._stopped = threading.Event()
        self._pull: StreamingPullFuture | None = None
        self._thread = threading.Thread(target=self._run, name=route.trigger, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop pulling, and return messages that have not been delivered."""
        self._stopped.set()
        if self._pull is not None:
            self._pull.cancel()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._listen()
            except (GoogleAPICallError, RetryError) as error:
                # The subscription is not provisioned yet, or the broker is being restarted.
                log.warning("%s: %s", self.route.trigger, error)
            finally:
                self.listening = False
            self._stopped.wait(RETRY_SECONDS)

    def _listen(self) -> None:
        path = self.route.subscription_path
        self._client.get_subscription(subscription=path, timeout=5, retry=None)
        threads = ThreadPoolExecutor(self.route.window, thread_name_prefix=self.route.trigger)
        self._pull = self._client.subscribe(
            path,
            callback=self._forward,
            flow_control=FlowControl(max_messages=self.route.window, max_bytes=FLOW_BYTES),
            scheduler=ThreadScheduler(threads),
        )
        self.listening = True
        log.info("%s: listening on %s", self.route.trigger, path)
        if self._stopped.is_set():
            self._pull.cancel()
        self._pull.result()

    def _forward(self, message: Message) -> None:
        received = Received(
            data=message.data,
            attributes=dict(message.attributes),
            message_id=message.message_id,
            publish_time=message.publish_time,
            ordering_key=message.ordering_key or "",
            delivery_attempt=message.delivery_attempt,
        )
        if self.push.push(received):
            message.ack()
        else:
            message.nack()
