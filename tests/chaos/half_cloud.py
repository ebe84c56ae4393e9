"""The half of a local cloud that operators need: storage and a broker that can be killed, without
functions. What a replay sends is counted where the functions would receive it."""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from google.api_core.exceptions import DeadlineExceeded, GoogleAPICallError, RetryError
from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient
from google.pubsub_v1.types import ReceivedMessage
from requests.exceptions import RequestException

from contract.pubsub.backends import EmbeddedBroker
from csvgate.gcp.storage import GcsObjectStore
from csvgate.protocol.ledger.ledger import Ledger
from csvgate_ops.deploy import topology as topo
from csvgate_ops.local.cloud.credentials import ensure_credentials
from csvgate_ops.local.cloud.endpoints import endpoints, services
from csvgate_ops.local.cloud.environment import exports
from csvgate_ops.local.cloud.files import DataDir, write_json
from csvgate_ops.local.cloud.options import Options
from csvgate_ops.local.cloud.provision import provision_pubsub, provision_storage
from csvgate_ops.local.eventarc.client import subscriber
from local_cloud import variables
from servers import fake_gcs, free_port

WATCH = "what-replays-send"
_MONTH = 31 * 86_400
_MOST_TRIES = 20
_QUIET = 2.0
"""Seconds without a message after which a subscription counts as drained."""


class HalfCloud:
    """Enter it with `half_cloud`."""

    def __init__(self, data_dir: Path, storage: str) -> None:
        self.data_dir = data_dir
        self.options = Options(data_dir)
        self.topology = topo.load(self.options.topology)
        ports = {name: free_port() for name in services(self.topology)}
        self.endpoints = endpoints(self.topology, self.options, ports) | {"storage": storage}
        self.environment = exports(self.endpoints, os.environ)
        self._port = ports["pubsub"]
        self.broker = self._start()

    @property
    def project(self) -> str:
        return self.options.project

    def _start(self) -> EmbeddedBroker:
        return EmbeddedBroker(self.data_dir / "broker", self._port)

    def stop_broker(self, seconds: float) -> None:
        """SIGSTOP, and SIGCONT so much later."""
        os.kill(self.broker.pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(self.broker.pid, signal.SIGCONT)

    def kill_broker(self) -> None:
        """SIGKILL; a new process takes over port and data, but not the leases."""
        self.broker.kill()
        self.broker = self._start()

    def prepare(self) -> None:
        """Create buckets, topics and subscriptions, then what `csvgate console` connects by."""
        ensure_credentials(DataDir(self.data_dir).credentials, self.project)
        with variables(self.environment):
            _patiently(lambda: provision_storage(self.topology, self.project, None))
            _patiently(lambda: provision_pubsub(self.topology, self.project, _MONTH))
            self.publisher, self.subscriber = PublisherClient(), self._subscriber()
        topic = f"projects/{self.project}/topics/validated-records"
        path = self.subscriber.subscription_path(self.project, WATCH)
        self.subscriber.create_subscription(name=path, topic=topic)
        write_json(DataDir(self.data_dir).endpoints, self.endpoints)

    def _subscriber(self) -> SubscriberClient:
        return subscriber(self.environment["PUBSUB_EMULATOR_HOST"])

    def ledger(self) -> Ledger:
        """Return the ledger. Call it inside `variables(cloud.environment)`."""
        buckets = self.endpoints["buckets"]
        return Ledger(GcsObjectStore(self.project), buckets["ledger"], buckets["audit"])

    def dead_letters(self, function: str) -> tuple[str, str]:
        """Return the topic of the function's letters and their review subscription."""
        found = self.endpoints["dead_letters"][function]
        return found["topic"], found["review"]

    def publish(self, topic: str, messages: Iterable[tuple[bytes, Mapping[str, str]]]) -> list[str]:
        """Publish messages of data and attributes, and return their ids in the same order."""
        path = f"projects/{self.project}/topics/{topic}"
        sent = [self.publisher.publish(path, data, **given) for data, given in messages]
        return [str(each.result(timeout=600)) for each in sent]

    def drained(self, subscription: str) -> Iterator[ReceivedMessage]:
        """Yield all messages of the subscription, and acknowledge them."""
        path = self.subscriber.subscription_path(self.project, subscription)
        while True:
            try:
                pulled = self.subscriber.pull(
                    subscription=path, max_messages=1000, timeout=_QUIET
                ).received_messages
            except DeadlineExceeded:
                return
            if not pulled:
                return
            yield from pulled
            ids = [each.ack_id for each in pulled]
            self.subscriber.acknowledge(subscription=path, ack_ids=ids)


def _patiently(work: Callable[[], None]) -> None:
    """Repeat idempotent work whose calls have short timeouts: a busy machine is slow."""
    for _ in range(_MOST_TRIES):
        try:
            work()
        except (GoogleAPICallError, RetryError, RequestException):
            time.sleep(1)
        else:
            return
    raise AssertionError("the emulators do not answer")


@contextmanager
def half_cloud(folder: Path) -> Iterator[HalfCloud]:
    folder.mkdir(parents=True, exist_ok=True)
    with fake_gcs(folder) as storage:
        cloud = HalfCloud(folder, storage)
        try:
            cloud.prepare()
            yield cloud
        finally:
            cloud.broker.kill()
