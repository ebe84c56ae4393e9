"""Build the context for a local cloud or for a project of Google Cloud."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from csvgate.contracts.load import load_directory
from csvgate.gcp.build import object_store, publisher
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.stream_ages import StreamAges
from csvgate.runtime.start_up import utc_now
from csvgate_ops import session
from csvgate_ops.deploy import topology as topo
from csvgate_ops.local.cloud.options import repository
from csvgate_ops.operate.audit import operator
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.queue.routes import Route, routes

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOCAL_PATIENCE: Final = 0.5
_PATIENCE: Final = 5.0


def local(
    data_dir: Path, *, contracts: Path | None = None, actor: str | None = None
) -> DeadLetterContext:
    """Return the context of the local cloud in `data_dir`. Raises CloudError when it is not
    running, and ContractError."""
    cloud = session.connect(data_dir)
    triggers = cloud.endpoints["triggers"].values()
    letters = cloud.endpoints["dead_letters"]
    found = tuple(
        Route(
            function=trigger["function"],
            review=letters[trigger["function"]]["review"],
            dead_letter_topic=letters[trigger["function"]]["topic"],
            source_topic=trigger["topic"],
            is_storage=bool(trigger["owns_topic"]),
            retention=letters[trigger["function"]].get("retention"),
        )
        for trigger in triggers
    )
    return _context(
        cloud.project,
        found,
        cloud.endpoints["buckets"],
        contracts or Path(cloud.endpoints["contracts"]),
        actor or operator(),
        _LOCAL_PATIENCE,
        cloud.stream_ages(),
    )


def project(
    name: str,
    *,
    topology: Path | None = None,
    contracts: Path | None = None,
    actor: str | None = None,
) -> DeadLetterContext:
    """Return the context of a project of Google Cloud, with application default credentials.
    `topology` and the project's environment beside it give the names of topics, subscriptions and
    buckets.

    Raises TopologyError, ContractError, Permanent `trigger.unknown`, and what Google's clients
    raise without credentials.
    """
    from csvgate_ops.deploy.environment.of_project import topology_of_project
    from csvgate_ops.operate.dead_letters.queue.pubsub import client, transport_topic

    plan = topology_of_project(topology or repository() / "deploy" / "topology.yaml", name)
    subscriber = client()

    def topic_of(transport: topo.Transport) -> str:
        return transport_topic(subscriber, name, transport.trigger, transport.subscription)

    return _context(
        name,
        routes(plan, topic_of),
        topo.bucket_names(plan, name),
        contracts or repository() / "contracts",
        actor or account(),
        _PATIENCE,
        StreamAges(),
    )


def account() -> str:
    """Return the account of the application default credentials, if they name one, and the local
    user."""
    import google.auth

    credentials, _ = google.auth.default()
    for name in ("service_account_email", "signer_email", "account"):
        if found := getattr(credentials, name, ""):
            return f"{found} ({operator()})"
    return operator()


def _context(
    name: str,
    found: tuple[Route, ...],
    buckets: "Mapping[str, str]",
    contracts: Path,
    actor: str,
    patience: float,
    ages: StreamAges,
) -> DeadLetterContext:
    from csvgate_ops.operate.dead_letters.queue.pubsub import PubSubQueues, client

    return DeadLetterContext(
        routes=found,
        queues=PubSubQueues(name, client()),
        publisher=publisher(name),
        ledger=Ledger(object_store(name), buckets["ledger"], buckets["audit"]),
        buckets=buckets,
        contracts=load_directory(contracts),
        actor=actor,
        clock=utc_now,
        patience=patience,
        ages=ages,
    )
