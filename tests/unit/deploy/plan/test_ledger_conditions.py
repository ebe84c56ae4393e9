"""A function that was taken over can create and read only its own kinds of ledger entries.

That the conditions let through what the functions do is shown by every test of `world`.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.protocol.ledger import (
    access,
    content_paths,
    day_paths,
    effect_paths,
    job_paths,
    paths,
)
from csvgate.protocol.ledger.paths import LedgerPath
from csvgate_ops.deploy.plan import ledger_conditions
from fakes.iam import CREATE, DELETE, GET, LIST, Forbidden, GuardedStore, holds
from fakes.storage import FakeObjectStore
from world import FUNCTIONS, roles_of

UPLOAD = "5cef499e2e7c3ac77305"
PARTS: dict[str, paths.Part] = {
    "upload": UPLOAD,
    "attempt": 1,
    "seal": 1,
    "chunk": 0,
    "subject": UPLOAD,
    "number": 1,
    "digest": "d1",
    "end": "completed.1",
    "step": "enrich_records.chunk-000000",
    "code": "derive.failed",
    "object": "0b1ec7",
    "month": "2026-11",
    "snapshot": "5nap",
    "revision": "r1",
    "slot": 3,
    "at": 4,
    "message": "m1",
    "handled": 5,
    "day": "2026-11-21",
    "run": "run1",
    "topic": "t1",
    "time": "12",
    "letter": "l1",
    "verb": "replayed",
    "scope": "5c09e",
    "run_number": 1,
    "content": "c0117",
    "left": 6,
    "stage": "received",
    "job": "20261121-101500-0b1ec7a1",
    "claim": 1,
}
KINDS = {
    name: kind
    for module in (paths, effect_paths, content_paths, day_paths, job_paths)
    for name, kind in vars(module).items()
    if isinstance(kind, LedgerPath)
}


def store(function: str) -> GuardedStore:
    return GuardedStore(FakeObjectStore("ledger", "rejects", "staging"), roles_of(function), [])


def name(kind: LedgerPath, function: str) -> str:
    return kind.name(**PARTS, function=function)


def creatable(function: str, of: str) -> set[str]:
    guarded = store(function)
    return {n for n, k in KINDS.items() if guarded.allows(CREATE, "ledger", name(k, of))}


def test_every_kind_of_entry_has_a_creator() -> None:
    created = {kind for kinds in access.CREATES.values() for kind in kinds}
    modules = (paths, effect_paths, content_paths, day_paths, job_paths)
    every = {kind for module in modules for kind in module.TABLE}
    assert every == created | set(access.OPERATORS) | set(access.CONSOLE)
    assert set(FUNCTIONS) == access.CREATES.keys() == access.READS.keys()


BUCKETS = ("uploads", "rejects", "staging", "ledger", "references", "audit", "contracts")
OWN = {"FAILURE_NOTE", "BREAKER_TRIPPED", "BREAKER_LIFTED", "BREAKER_LETTER"}


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("notify_stakeholders", {"EMAIL_CLAIM", "EMAIL_RELEASED", "EMAIL_SENT"}),
        (
            "enrich_records",
            {"CHUNK_STREAM", "CHUNK_DONE", "FAILED_CHUNK", "DECISION", "MISSING", "SETTLED", "DEAD"}
            | {"REPUBLISHED", "FINISHED", "REPEAT_NOTE", "REJECTION_NOTE"}
            | {"EFFECT_CLAIM", "FAILED_EFFECT"}
            | {"REVOKED", "REVOKE_RUN_FAILED", "REVOKE_CLAIM", "REMOVED", "RESTORED"}
            | {"SCOPE_ENTRY", "SCOPE_RUN_FAILED", "SCOPE_CLOSED", "DAY_STAGE"},
        ),
        (
            "validate_and_parse",
            {
                "RECEIVED",
                "IGNORED",
                "START",
                "START_END",
                "OVERRUN",
                "SEAL",
                "LINES",
                "REJECTION_NOTE",
                "DAY_STAGE",
            }
            | {"CORRECTS", "CORRECTION", "HOLDER", "REFERENCE", "FIRST_CONTENT", "LATER_CONTENT"}
            # IAM cannot tell apart what lies in the folder of an attempt.
            | {
                "CHUNK_STREAM",
                "CHUNK_DONE",
                "FAILED_CHUNK",
                "DECISION",
                "MISSING",
                "SETTLED",
                "DEAD",
            }
            | {"REPUBLISHED", "FINISHED", "EFFECT_CLAIM", "FAILED_EFFECT"}
            | {"REVOKED", "REVOKE_RUN_FAILED", "REVOKE_CLAIM", "REMOVED", "RESTORED"},
        ),
    ],
)
def test_what_a_taken_over_function_can_create(function: str, expected: set[str]) -> None:
    assert expected | OWN == creatable(function, function)
    foreign = creatable(function, next(f for f in FUNCTIONS if f != function))
    # enrich_records writes notes about steps, so it can write any note.
    assert foreign - expected == ({"FAILURE_NOTE"} if function == "enrich_records" else set())


@pytest.mark.parametrize("kind", ["SEAL", "DECISION", "RECEIVED", "REFERENCE", "FINISHED"])
def test_a_taken_over_notify_stakeholders_cannot_decide_about_an_upload(kind: str) -> None:
    guarded = store("notify_stakeholders")
    with pytest.raises(Forbidden):
        guarded.create("ledger", name(KINDS[kind], "notify_stakeholders"), b"{}", "text/plain")


@pytest.mark.parametrize(
    ("function", "unread"),
    [
        (
            "notify_stakeholders",
            {"SEAL", "LINES", "REFERENCE", "DECISION", "CORRECTS", "AUDIT_BEGUN", "SCOPE_ENTRY"}
            | {"DAY_STAGE"},
        ),
        ("enrich_records", {"LINES", "EMAIL_SENT", "HOLDER", "AUDIT_BEGUN", "LETTER_MARK"}),
        ("validate_and_parse", {"EMAIL_SENT", "AUDIT_BEGUN", "LETTER_MARK", "SCOPE_CLOSED"}),
    ],
)
def test_what_a_function_cannot_read(function: str, unread: set[str]) -> None:
    guarded = store(function)
    readable = {n for n, k in KINDS.items() if guarded.allows(GET, "ledger", name(k, function))}
    assert set() == readable & unread


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_deletes_or_replaces_an_object(function: str) -> None:
    guarded = store(function)
    for bucket in BUCKETS:
        assert not guarded.allows(DELETE, bucket, "a")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_has_access_to_the_audit_log(function: str) -> None:
    assert not any(store(function).allows(p, "audit", "audit/a") for p in (CREATE, GET, DELETE))
    assert not store(function).allows(LIST, "audit")


SEGMENTS = (
    "uploads", UPLOAD, "emails", "seals", "attempts", "0001", "0001.json", "decision.json", "notes",
    "failed.notify_stakeholders.x.json", "received.json", "completed.1", "sent.json", "objects",
)  # fmt: skip


@given(st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=7))
def test_no_name_passes_as_another_kind(segments: list[str]) -> None:
    """A name that a condition lets through by chance is not read as an entry of another kind."""
    written = "/".join(segments)
    if store("notify_stakeholders").allows(CREATE, "ledger", written):
        kinds = {n for n, kind in KINDS.items() if kind.parse(written)}
        assert kinds <= OWN | {"EMAIL_CLAIM", "EMAIL_RELEASED", "EMAIL_SENT"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_iam_accepts_the_conditions(function: str) -> None:
    bucket = "p" * 30 + "-ledger"
    for conditions in (ledger_conditions.creation, ledger_conditions.reading):
        for condition in conditions(bucket, function):
            assert condition.count("||") <= ledger_conditions.MOST_OPERATORS
            assert len(condition) < 2048
            assert {1} == {term.count("{") for term in condition.split(" || ")}


def test_the_evaluation_is_the_documented_one() -> None:
    """The examples of IAM's page about `extract`."""
    name = (
        "projects/_/buckets/acme-orders-aaa/objects/data_lake/orders/order_date=2019-11-03/aef87g"
    )
    for template, value in (
        ("/order_date={date}/", True),
        ("buckets/{name}/", True),
        ("/orders/{empty}order_date", False),
        ("/invoices/{missing}/", False),
    ):
        assert value is holds(f'resource.name.extract("{template}") != ""', name)
