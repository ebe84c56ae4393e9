"""The log of a scope: its end is found in few reads, and what an entry leaves is judged by it."""

from datetime import UTC, datetime, timedelta

import pytest

from csvgate.effects.model import Delete, Effect, Range, Staged, Target
from csvgate.effects.ranges import union
from csvgate.protocol.ledger.effect_entries import ScopeEntry, ScopeState
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.scope_log import ScopeLog
from fakes.effects import Effects
from fakes.storage import FakeObjectStore

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ENTRY = ScopeEntry(
    upload="0a12",
    attempt=1,
    bucket="uploads",
    name="stores/2026-11-21.csv",
    generation=7,
    created_at=AT,
    effect=Effect(
        target=Target(dataset="sales", table="stores", location="EU"),
        statement=Delete(upload="0a12", range=None),
    ),
    job_prefix="csvgate-effect-",
    before=ScopeState(),
    after=ScopeState(),
    at=AT,
)


def log_of(entries: int) -> tuple[ScopeLog, Effects]:
    effects = Effects()
    log = ScopeLog(Ledger(FakeObjectStore("ledger", effects=effects), "ledger"), "5c09e")
    for number in range(1, entries + 1):
        assert log.create(number, ENTRY)
    effects.looks.clear()
    return log, effects


@pytest.mark.parametrize(
    ("entries", "known", "reads"),
    [
        (0, 0, 1),
        (1, 0, 1 + 2),
        (2, 0, 3),
        (7, 0, 4 + 3),
        (100, 0, 7 + 6),
        (100, 100, 1),
        (100, 99, 2 + 1),
        (100, 90, 4 + 3),
    ],
)
def test_the_end_of_a_log_is_found_in_few_reads(entries: int, known: int, reads: int) -> None:
    """The steps double until a number is free; then the last step is bisected."""
    log, effects = log_of(entries)
    assert entries == log.last(known)
    assert reads == len(effects.looks)


@pytest.mark.parametrize("entries", range(40))
def test_the_end_is_found_from_everywhere(entries: int) -> None:
    log, _ = log_of(entries)
    assert {entries} == {log.last(known) for known in range(entries + 1)}


def test_a_number_is_taken_once() -> None:
    log, _ = log_of(1)
    assert not log.create(1, ENTRY)
    assert log.create(2, ENTRY)


def days(low: str, high: str, column: str = "day", kind: str = "DATE") -> Range:
    return Range(column=column, type=kind, low=low, high=high)


NOVEMBER = days("2026-11-02", "2026-11-29")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (NOVEMBER, days("2026-10-31", "2026-11-05"), days("2026-10-31", "2026-11-29")),
        (NOVEMBER, NOVEMBER, NOVEMBER),
        (NOVEMBER, None, None),
        (NOVEMBER, days("2026-11-02", "2026-11-29", column="sold"), None),
        (
            days("-5", "9", kind="INT64"),
            days("10", "30", kind="INT64"),
            days("-5", "30", kind="INT64"),
        ),
        (
            days("2026-11-02 08:00:00+00:00", "2026-11-02 08:00:00+00:00", kind="TIMESTAMP"),
            days("2026-11-02 08:00:00.500000+00:00", "2026-11-03 00:00:00+00:00", kind="TIMESTAMP"),
            days("2026-11-02 08:00:00+00:00", "2026-11-03 00:00:00+00:00", kind="TIMESTAMP"),
        ),
    ],
)
def test_the_union_of_ranges(one: Range, other: Range | None, expected: Range | None) -> None:
    assert expected == union(one, other)
    assert expected == (union(other, one) if other else None)


def test_an_entry_survives_the_ledger() -> None:
    """Whoever finds it can carry it out: nothing is lost, whatever the statement is."""
    log, _ = log_of(0)
    staged = Staged(
        table="csvgate_staging_0a12_1",
        columns=("store", "_upload_id", "_line", "_ingested_at"),
        rows=3,
        upload="0a12",
        ingested_at=AT + timedelta(microseconds=1),
        range=NOVEMBER,
    )
    for kind in (
        {"kind": "insert"},
        {"kind": "insert_unique", "keys": (("store",),)},
        {"kind": "replace", "uploads": ("9f31",), "range": NOVEMBER},
        {"kind": "replace_by", "columns": ("store",)},
        {"kind": "replace_table"},
        {"kind": "merge", "key": ("store",), "latest_by": "day"},
    ):
        effect = Effect.model_validate(
            {"target": ENTRY.effect.target, "statement": {"staged": staged, **kind}}
        )
        ours = ENTRY.model_copy(update={"effect": effect})
        number = log.last() + 1
        log.create(number, ours)
        assert ours == log.entry(number)
