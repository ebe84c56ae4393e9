"""What revoking an upload would do. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from csvgate.contracts.checks.column_names import LINEAGE
from csvgate.contracts.effects import disposition
from csvgate.contracts.hashing import from_json
from csvgate.contracts.model import Contract
from csvgate.contracts.table import file_columns
from csvgate.effects.model import Delete, Effect, Range, Target
from csvgate.effects.sql.statements import statement_of
from csvgate.protocol.ledger.attempts import CurrentAttempt, End, current_attempt
from csvgate.protocol.ledger.effect_entries import Revoked, RevokedLoad
from csvgate.protocol.ledger.entries import CorrectionSlot, Received
from csvgate.protocol.ledger.ledger import Ledger, UploadLedger
from csvgate.protocol.ledger.revocations import REVOKED_CODE, RevocationLedger
from csvgate_ops.operate.undo.loads import load_of, loads_of_corrections, range_of
from csvgate_ops.operate.undo.removal import removal_of, require_in_table
from csvgate_ops.operate.undo.services import CannotUndo, NotYet, Services

JOB_PREFIX: Final = "csvgate-revoke-"
ARRIVAL: Final = "_PARTITIONTIME"
_WHOLE: Final = {
    "DATE": ("0001-01-01", "9999-12-31"),
    "DATETIME": ("0001-01-01 00:00:00", "9999-12-31 23:59:59.999999"),
    "TIMESTAMP": ("0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999999+00"),
    "INT64": (str(-(2**63)), str(2**63 - 1)),
}
"""The least and greatest value of each type that a table can be partitioned by."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a revocation would remove."""

    received: Received
    contract: Contract
    attempt: int
    seal: int
    table: str
    """`dataset.table`."""
    loads: tuple[RevokedLoad, ...]
    """The upload's own first; none if it is not decided yet, so that nothing is loaded."""
    effect: Effect | None
    """The statement that removes the rows; None if nothing is loaded."""
    begun: Revoked | None = None
    """A revocation that was interrupted: this is what will be continued."""

    @property
    def upload(self) -> str:
        return self.received.upload.id

    @property
    def rows(self) -> int:
        return sum(load.rows for load in self.loads)

    def statement(self, project: str) -> str:
        """Return the SQL text with its parameters in a comment; empty if nothing is loaded."""
        if self.effect is None:
            return ""
        query = statement_of(self.effect, project)
        values = ", ".join(f"@{each.name} = {each.value!r}" for each in query.parameters)
        return f"{query.text}\n-- {values}"


def examine(services: Services, upload: str) -> Plan:
    """Return what would be removed. Raises CannotUndo, Transient and Permanent."""
    ledger = services.ledger
    entries = ledger.upload(upload)
    received, contract, current = upload_of(ledger, upload)
    decision = current.decision
    table = f"{contract.destination.dataset}.{contract.destination.table}"
    if origin := entries.corrects():
        raise CannotUndo(
            f"upload {upload} corrects {origin}, and the rows of corrections belong to their "
            f"original: `csvgate revoke {origin}` removes all of them together"
        )
    if decision is None:
        standing = entries.standing_seal()
        if standing is None:
            raise NotYet(
                f"upload {upload} is still being read: wait until `csvgate status {upload}` says "
                "that it is sealed"
            )
        return Plan(received, contract, current.number, standing[0], table, (), None)
    finished = current.entries.finished()
    if decision.code == REVOKED_CODE and finished is None:
        return Plan(received, contract, current.number, decision.seal, table, (), None)
    if decision.outcome == "rejected":
        how = "was revoked before it was loaded" if decision.code == REVOKED_CODE else "is rejected"
        raise CannotUndo(f"upload {upload} {how}: none of its rows is in {table}")
    if finished is None:
        raise NotYet(
            f"attempt {current.number} of upload {upload} is decided to be committed, and its "
            "rows may be visible already: wait until it has completed, or replay its dead letter "
            f"(`csvgate dlq list --upload {upload}`), then revoke it"
        )
    if finished.outcome != "completed":
        raise CannotUndo(f"upload {upload} is rejected: none of its rows is in {table}")
    revocation = RevocationLedger(current.entries)
    begun = revocation.revoked()
    if removed := revocation.removed():
        by = f" by {begun.actor}: {begun.reason}" if begun else ""
        raise CannotUndo(f"upload {upload} was revoked at {removed.at:%Y-%m-%d %H:%M} UTC{by}")
    if disposition(contract) == "merge":
        raise CannotUndo(
            f"the rows of upload {upload} were merged into {table}, and the values that they have "
            "replaced are not kept: correct the rows by uploading a newer file"
        )
    end = End(current.number, decision, finished)
    plan = Plan(received, contract, current.number, decision.seal, table, (), None)
    if begun is not None:
        return replace(plan, loads=begun.loads, effect=begun.effect, begun=begun)
    return _loaded(services, plan, entries, end, entries.slots())


def upload_of(ledger: Ledger, upload: str) -> tuple[Received, Contract, CurrentAttempt]:
    """Raises CannotUndo if the ledger does not know the upload."""
    entries = ledger.upload(upload)
    received = entries.received()
    if received is None:
        raise CannotUndo(f"the ledger has no upload {upload}; `csvgate status` lists uploads")
    return received, from_json(received.contract), current_attempt(entries)


def loaded(services: Services, plan: Plan, slots: Sequence[CorrectionSlot]) -> Plan:
    """Return the plan with the corrections in these slots. Raises CannotUndo."""
    entries = services.ledger.upload(plan.upload)
    attempt = entries.attempt(plan.attempt)
    decision, finished = attempt.decision(), attempt.finished()
    assert decision is not None and finished is not None  # noqa: S101, PT018 - `examine` has seen them
    return _loaded(services, plan, entries, End(plan.attempt, decision, finished), slots)


def _loaded(
    services: Services,
    plan: Plan,
    entries: UploadLedger,
    end: End,
    slots: Sequence[CorrectionSlot],
) -> Plan:
    loads = [load_of(entries, end), *loads_of_corrections(services.ledger, slots)]
    if not sum(load.entry.rows for load in loads) and disposition(plan.contract) == "append":
        raise CannotUndo(f"upload {plan.upload} has no row in {plan.table}")
    destination = plan.contract.destination
    target = Target(
        dataset=destination.dataset,
        table=destination.table,
        location=services.warehouse.location(destination.dataset),
    )
    where = range_of(loads, plan.contract) or _everywhere(plan.contract)
    effect = Effect(target=target, statement=Delete(upload=plan.upload, range=where))
    if disposition(plan.contract) != "append":
        removal = removal_of(plan.received, plan.table, effect.statement)
        require_in_table(services.ledger, removal)
    return replace(plan, loads=tuple(load.entry for load in loads), effect=effect)


def _everywhere(contract: Contract) -> Range | None:
    """Return a range that contains all rows, if the table refuses statements without a condition
    on its partitions; None otherwise."""
    destination = contract.destination
    given = destination.partition_by
    if given is None or not destination.require_partition_filter:
        return None
    kind = "TIMESTAMP"
    if given.column:
        known = {**LINEAGE, **file_columns(contract.schema_)}
        kind = str(known.get(given.column, "DATE")).partition("(")[0]
    low, high = _WHOLE[kind]
    return Range(column=given.column or ARRIVAL, type=kind, low=low, high=high)
