"""The context of the deployed console: names from its settings, clients of its own account."""

from console_service.settings import Settings
from csvgate.contracts.match import Contracts
from csvgate.gcp.build import publisher
from csvgate.ports import ObjectStore
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.runtime.start_up import utc_now
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.queue.pubsub import PubSubQueues, client, transport_topic
from csvgate_ops.operate.dead_letters.queue.routes import Route

_PATIENCE = 5.0
"""Seconds without a message after which a subscription counts as drained."""


def context(settings: Settings, store: ObjectStore, contracts: Contracts) -> DeadLetterContext:
    """Return the context. Its actor is the service; `Site.context` replaces it with the sender of
    each request. Raises Transient and Permanent `trigger.unknown`."""
    subscriber = client()
    routes = tuple(
        Route(
            function=each.function,
            review=each.review,
            dead_letter_topic=each.dead_letter_topic,
            source_topic=transport_topic(subscriber, settings.project, each.trigger, each.source)
            if each.is_storage
            else each.source,
            is_storage=each.is_storage,
            retention=each.retention,
        )
        for each in settings.routes
    )
    return DeadLetterContext(
        routes=routes,
        queues=PubSubQueues(settings.project, subscriber),
        publisher=publisher(settings.project),
        ledger=Ledger(store, settings.buckets["ledger"], settings.buckets["audit"]),
        buckets=settings.buckets,
        contracts=contracts,
        actor="operators_console",
        clock=utc_now,
        patience=_PATIENCE,
    )
