"""Composes what every function needs, once per instance, from its environment."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final, TypeVar

from cloudevents.http import CloudEvent

from csvgate.gcp.build import object_store, publisher
from csvgate.light_dataclass import dataclass
from csvgate.ports import ObjectStore, Publisher
from csvgate.protocol.cloudevents_pubsub import Delivery
from csvgate.protocol.dead_letters import DeadLetterTopic
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.runtime.breaker import Limits
from csvgate.runtime.breaker_guard import Breaker
from csvgate.runtime.breaker_ledger import BreakerLedger
from csvgate.runtime.failure_boundary import FailureBoundary, Handler
from csvgate.runtime.late import late
from csvgate.runtime.log import configure
from csvgate.runtime.processors import usable_processors
from csvgate.runtime.settings import Settings, read

T = TypeVar("T")
_CALLS: Final = 4
"""Calls of ports that each request of an instance makes at the same time."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Runtime:
    """The parts that every function uses: settings, ports, ledger and dead-letter topic."""

    settings: Settings
    store: ObjectStore
    publisher: Publisher
    ledger: Ledger
    dead_letters: DeadLetterTopic
    pool: Executor
    """Runs calls of services that do not depend on each other."""
    processors: int = 1
    """The number of processors that a request uses."""

    def failure_boundary(
        self, handler: Handler[T], *, receive: Callable[[CloudEvent], Delivery]
    ) -> FailureBoundary[T]:
        settings = self.settings
        breaker = Breaker(
            BreakerLedger(self.ledger, settings.function, settings.revision),
            Limits.of(settings),
            self.dead_letters.clock,
        )
        attempts = settings.max_delivery_attempts
        return FailureBoundary(handler, receive, self.dead_letters, attempts, breaker)


def start(environment: Mapping[str, str]) -> Runtime:
    """Read the settings and configure logging. The clients of the services are built at their
    first use. Raises Transient `settings.invalid`."""
    settings = read(environment)
    configure(level=settings.log_level, project=settings.project, function=settings.function)
    store = late(lambda: object_store(settings.project))
    topics = late(lambda: publisher(settings.project))
    return Runtime(
        settings=settings,
        store=store,
        publisher=topics,
        ledger=Ledger(store, settings.ledger_bucket),
        dead_letters=DeadLetterTopic(
            publisher=topics,
            topic=settings.dead_letter_topic,
            function=settings.function,
            revision=settings.revision,
            clock=utc_now,
        ),
        pool=ThreadPoolExecutor(_CALLS * settings.concurrency, thread_name_prefix="call"),
        processors=usable_processors(settings.processors),
    )
