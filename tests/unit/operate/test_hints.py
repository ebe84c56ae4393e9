"""The hints for an operator, as one table of cases."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from csvgate.protocol.events import Reason
from csvgate_ops.operate.breakers import BreakerState
from csvgate_ops.operate.hints import hints
from csvgate_ops.operate.uploads import Failed, Step, UploadStatus

OPEN = BreakerState(
    function="enrich_records", state="open", revision="r1", tripped_by="50 of 50 messages"
)
LOAD = Failed(function="enrich_records", code="table.no_dataset")
MAIL = Failed(function="notify_stakeholders", code="mail.refused")


@dataclass(frozen=True)
class Case:
    status: UploadStatus
    said: tuple[str, ...]
    breakers: tuple[BreakerState, ...] = ()


CASES = {
    "completed, emailed": Case(UploadStatus(id="a", state="completed", emailed=True), (), (OPEN,)),
    "ignored": Case(
        UploadStatus(id="a", state="ignored"), ("Nothing of it is loaded. To draft",), (OPEN,)
    ),
    "failed before it was recorded": Case(
        UploadStatus(id="a", state="unknown"),
        ("The ledger does not know it: it has not arrived, or it failed",),
    ),
    "failed": Case(
        UploadStatus(id="a", state="failed", failures=(LOAD,), emailed=True),
        ("enrich_records gave up with table.no_dataset",),
    ),
    "failed, completed by a replay": Case(
        UploadStatus(id="a", state="completed", failures=(LOAD,), emailed=True), ()
    ),
    "email refused": Case(
        UploadStatus(id="a", state="completed", failures=(MAIL,)),
        ("notify_stakeholders gave up with mail.refused",),
    ),
    "email refused, sent later": Case(
        UploadStatus(id="a", state="completed", failures=(MAIL,), emailed=True), ()
    ),
    "loading behind an open breaker": Case(
        UploadStatus(id="a", state="loading"),
        ("The breaker of enrich_records is open: if revision r1", "In progress."),
        (OPEN,),
    ),
    "validating": Case(UploadStatus(id="a", state="validating"), ("In progress.",)),
    "waiting for its sidecar": Case(
        UploadStatus(
            id="a",
            state="validating",
            timeline=(
                Step(
                    at=datetime(2026, 11, 21, tzinfo=UTC),
                    what="start failed",
                    detail="start 2 of validate_and_parse: sidecar.waiting",
                ),
            ),
        ),
        ("It waits for the sidecar that states its totals",),
    ),
    "failed, the table can be dropped": Case(
        UploadStatus(
            id="a",
            state="failed",
            failures=(Failed(function="enrich_records", code="table.contradicts"),),
            emailed=True,
            timeline=(
                Step(
                    at=datetime(2026, 11, 21, tzinfo=UTC),
                    what="table.contradicts",
                    detail="table shop.sales does not match the contract. n: … (enrich_records)",
                ),
            ),
        ),
        (
            "enrich_records gave up with table.contradicts: Deploy: it alters the table",
            "In the local cloud, you can drop the table with its rows before you replay: csvgate "
            'query "DROP TABLE shop.sales"',
        ),
    ),
    "rejected for its header": Case(
        UploadStatus(
            id="a",
            state="rejected",
            dataset="sales",
            reasons=(Reason(code="header.extra_column", column=None, rows=0),),
            emailed=True,
        ),
        ("To load such files by contract sales: `optional: true`",),
    ),
    "unknown code": Case(
        UploadStatus(
            id="a", state="failed", failures=(Failed(function="f", code="x.y"),), emailed=True
        ),
        ("f gave up with x.y: See the dead letter.",),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_hints(name: str) -> None:
    case = CASES[name]
    found = list(hints(case.status, case.breakers))
    assert len(case.said) == len(found)
    assert all(hint.startswith(said) for hint, said in zip(found, case.said, strict=True))


def test_commands_are_pointed_at_the_project() -> None:
    status = UploadStatus(id="a", state="failed", failures=(LOAD,), emailed=True)
    (said,) = hints(status, [], " --project acme")
    expected = "csvgate dlq replay --upload a --code table.no_dataset --project acme --yes"
    assert expected == said.splitlines()[-1].removeprefix("Then: ")


def test_what_a_replay_cannot_fix_is_discarded() -> None:
    gone = Failed(function="validate_and_parse", code="object.gone")
    (said,) = hints(UploadStatus(id="a", state="failed", failures=(gone,), emailed=True), [])
    assert 'csvgate dlq discard --upload a --code object.gone --reason "…" --yes' in said
