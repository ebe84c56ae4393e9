"""Builds the reconciliation of a local cloud or a project."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from csvgate.contracts.load import load_directory
from csvgate.contracts.match import Contracts
from csvgate.contracts.reading.mistakes import ContractError
from csvgate_ops.deploy.topology import Topology
from csvgate_ops.local.cloud.errors import CloudError, Fault
from csvgate_ops.operate.reconcile.facts import Deadline
from csvgate_ops.operate.reconcile.missing_letters import Letters
from csvgate_ops.operate.reconcile.read_tables import read_table
from csvgate_ops.operate.reconcile.run import Reconciliation
from csvgate_ops.session import Session


def of_session(
    session: Session,
    now: datetime,
    *,
    since: timedelta | None,
    stuck_after: timedelta | None,
    rejects: bool = True,
    read_letters: Callable[[], Letters] | None = None,
) -> Reconciliation:
    """Return the reconciliation. If `since` is None it covers everything; if `stuck_after` is None
    no upload counts as stuck. Raises CloudError."""
    topology, contracts = session.topology(), _contracts(session)
    destinations = [contract.destination for contract in contracts]
    return Reconciliation(
        ledger=session.ledger(),
        read_table=partial(read_table, session.bigquery()),
        tables=frozenset(f"{d.dataset}.{d.table}" for d in destinations),
        deadline=Deadline(now, timedelta.max if stuck_after is None else stuck_after),
        since=None if since is None else now - since,
        rejects_kept=kept_for(topology, "rejects"),
        contracts=contracts,
        uploads_bucket=session.bucket("uploads"),
        ledger_kept=kept_for(topology, "ledger"),
        read_letters=read_letters,
        look_at_rejects=rejects,
    )


def kept_for(topology: Topology, bucket: str) -> timedelta | None:
    """Return how long a bucket keeps an object by its lifecycle; None if it keeps objects
    forever."""
    rules = topology.buckets[bucket].lifecycle
    kept = [rule.delete_after for rule in rules if rule.delete_after is not None]
    return timedelta(seconds=min(kept)) if kept else None


def _contracts(session: Session) -> Contracts:
    try:
        return load_directory(Path(session.endpoints["contracts"]))
    except ContractError as error:
        raise CloudError(Fault("contracts", str(error))) from error
