"""Uploads whose rows are judged by expressions before they are sealed."""

import io
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console

from csvgate.contracts.match import Contracts
from csvgate.enrichment.judging import row_judge
from csvgate.enrichment.sql.derived_columns import DeriveStep
from csvgate.enrichment.sql.process import duckdb_process
from csvgate.enrichment.sql.process.engine_errors import EngineCrashed, EngineTooSlow
from csvgate.protocol.events import CheckWarning
from csvgate_ops.cli.operate._status_view import detail
from csvgate_ops.operate.upload_list import find
from csvgate_ops.operate.uploads import status
from unit.delivery.simple import contract, table
from world import World

SHARE = {"derive": {"share": {"sql": "100 // a", "bigquery": "INT64"}}}
CHECKS = [
    {"sql": "a <= b", "message": "a is above b"},
    {"sql": "share < 60", "message": "the share is large", "severity": "warn"},
]
FILE = b"a,b\n1,2\n0,4\n9,3\n2,5\nx,1\n1,9\n0,0\n"
MESSAGE = "cannot be computed as INT64 by `100 // a`: division by zero; correct a in this row"


def world(**changes: Any) -> World:
    whole = {"enrich": [SHARE], "checks": CHECKS, **changes}
    return World(contracts=Contracts([contract(("a", "b"), **whole)]))


def upload(there: World, data: bytes = FILE, name: str = "plain/1.csv") -> str:
    outcome = there.validate(there.upload(name, data))
    there.drain()
    return outcome


def test_rows_are_rejected_by_what_is_computed_from_them() -> None:
    there = world()
    assert "sealed: valid" == upload(there)
    assert ["rows.rejected"] == there.letter_codes()
    [ended] = there.finished()
    counts = ended.counts
    assert (7, 3, 4) == (counts.read, counts.valid, counts.rejected)
    assert {("derive.failed", "share"): 2, ("check.failed", None): 1, ("type.integer", "a"): 1} == {
        (reason.code, reason.column): reason.rows for reason in ended.reasons
    }
    assert [2, 5, 7] == [row["_line"] for row in there.warehouse.rows("sales.plain")]
    assert [100, 50, 100] == [row["share"] for row in there.warehouse.rows("sales.plain")]
    [rejects] = [stored.data.decode() for stored in there.store.buckets["rejects"].values()]
    assert rejects.splitlines()[1:4] == [
        f'3,"share: derive.failed {MESSAGE}",0,4',
        '4,"check.failed a is above b",9,3',
        '6,"a: type.integer is not a whole number: digits, perhaps with a sign in front",x,1',
    ]


def test_warnings_are_counted_everywhere_and_their_rows_loaded() -> None:
    there = world()
    upload(there)
    expected = (CheckWarning(message="the share is large", rows=2, lines=(2, 7)),)
    [ended] = there.finished()
    assert expected == ended.warnings
    found = find(there.ledger, "plain/1.csv")
    assert found is not None
    shown = status(there.ledger, found.id)
    assert expected == shown.warnings
    out = io.StringIO()
    Console(file=out, width=130).print(detail(shown))
    assert "Warning: the share is large (2 rows: lines 2, 7)" in out.getvalue()
    [email] = there.mailer.sent
    for text in (email.text, email.html):
        assert "the share is large (2 rows: lines 2, 7)" in text


def test_a_corrected_row_is_judged_with_the_lines_of_the_original() -> None:
    there = world()
    upload(there)
    name, stored = list(there.store.buckets["rejects"].items())[-1]
    lines = stored.data.decode().splitlines()
    # Line 3 still fails; 4 is right now; 6 is right, and its share is large.
    corrected = [lines[0], lines[1], lines[2].replace("9,3", "3,3"), lines[3].replace("x,1", "1,1")]
    upload(there, "\n".join(corrected).encode() + b"\n", name)
    ended = there.finished()[-1]
    assert [3] == [example.line for reason in ended.reasons for example in reason.examples]
    assert (CheckWarning(message="the share is large", rows=1, lines=(6,)),) == ended.warnings
    assert [2, 4, 5, 6, 7] == sorted(r["_line"] for r in there.warehouse.rows("sales.plain"))


def test_an_upload_that_is_refused_has_no_warnings() -> None:
    there = world(limits={"rejected_rate": 0.1})
    assert "sealed: over_limit" == upload(there)
    [ended] = there.finished()
    assert ((), "rejected") == (ended.warnings, ended.outcome)


@pytest.mark.parametrize(
    ("error", "code"),
    [(EngineTooSlow(), "derive.too_slow"), (EngineCrashed("signal SIGSEGV"), "derive.crashed")],
)
def test_what_concerns_no_single_row_ends_the_upload_before_its_seal(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    there = world()
    monkeypatch.setattr(DeriveStep, "select", fail)
    assert f"dead-lettered: {code}" == upload(there)
    [letter] = there.letters("validate_and_parse")
    assert "from line 2 on" in letter.attributes["csvgate-message"]
    assert {} == there.store.buckets["rejects"]


def test_expressions_that_are_refused_end_the_upload_with_their_places() -> None:
    there = world(checks=[{"sql": "now() > a", "message": "m"}], enrich=[{}, SHARE][1:])
    assert "dead-lettered: enrich.invalid" == upload(there)
    [letter] = there.letters("validate_and_parse")
    assert "checks[0].sql: `now() > a` calls now" in letter.attributes["csvgate-message"]


def test_the_time_is_checked_before_each_group_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A query may take longer than the rest of the time that a delivery has."""
    there = world()
    compute, queries = DeriveStep.select, list[int]()

    def slow(*args: Any) -> Any:
        queries.append(args[2].num_rows)
        there.now += timedelta(seconds=300)
        return compute(*args)

    monkeypatch.setattr(DeriveStep, "select", slow)
    monkeypatch.setattr("csvgate.validation.judged_records._ROWS", 1)
    with pytest.raises(Exception, match=r"deadline\.exceeded"):
        there.validate(there.upload("plain/1.csv", FILE))
    # The column and the checks of the first row.
    assert [1, 1] == queries


def test_compiled_expressions_are_kept_for_the_next_upload(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = world()
    upload(there)
    asked = list[str]()
    parse = duckdb_process.DuckDBProcess.parse

    def spy(self: duckdb_process.DuckDBProcess, sql: str) -> Any:
        asked.append(sql)
        return parse(self, sql)

    monkeypatch.setattr(duckdb_process.DuckDBProcess, "parse", spy)
    upload(there, name="plain/2.csv")
    assert [] == asked


def test_an_upload_without_expressions_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("no row is judged")

    monkeypatch.setattr(row_judge.RowJudge, "__init__", fail)
    there = World(contracts=Contracts([contract()]))
    assert "sealed: valid" == upload(there, table(3))
