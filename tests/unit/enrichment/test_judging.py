"""The judge of rows: which queries it makes, what it says, and what it leaves out."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest

from csvgate.chunks.arrow import arrow_type
from csvgate.contracts.model import Contract
from csvgate.enrichment.judging import row_judge, search
from csvgate.enrichment.judging.needed import references_needed, without_unused_lookups
from csvgate.enrichment.judging.plan import prepare
from csvgate.enrichment.judging.row_judge import RowJudge
from csvgate.enrichment.sql.derived_columns import DeriveStep
from csvgate.enrichment.sql.process.engine_errors import SqlError
from csvgate.rejects.warned_rows import WarnedRows
from csvgate.runtime.errors import Permanent
from csvgate.types.bigquery import parse
from csvgate.validation.judge import Judged
from unit.enrichment.enrich_examples import contract, derive

Fields = Mapping[str, str]


def with_checks(fields: Fields, *checks: tuple[str, str], **more: Any) -> Contract:
    """`checks`: expression and severity; the message is the expression."""
    listed = [{"sql": sql, "message": sql, "severity": severity} for sql, severity in checks]
    found = contract(fields, more.get("enrich", ()), more.get("references"))
    return Contract.model_validate(found.model_dump(by_alias=True) | {"checks": listed})


def nothing(name: str) -> bytes:
    raise AssertionError(f"reference {name} is not needed")


def judged(rules: Contract, values: Mapping[str, Sequence[Any]], judge: Any = None) -> Judged:
    columns = [values[field.name] for field in rules.schema_.fields]
    judge = judge or RowJudge(prepare(rules, nothing))
    found: Judged = judge(range(2, 2 + len(columns[0])), columns)
    return found


def messages(found: Judged) -> dict[int, list[str]]:
    return {row: [fault.message for fault in faults] for row, faults in found.faults.items()}


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The queries made: what for, and over how many rows."""
    made = list[tuple[str, int]]()
    for name in ("select", "failing"):
        original = getattr(DeriveStep, name)

        def spy(step: Any, *args: Any, name: str = name, original: Any = original) -> Any:
            made.append((name, args[-2].num_rows))
            return original(step, *args)

        monkeypatch.setattr(DeriveStep, name, spy)
    return made


DIVIDED = contract({"a": "INT64"}, [derive("100 // a", "INT64")])


def test_good_rows_take_one_query_for_each_step(queries: list[tuple[str, int]]) -> None:
    rules = with_checks(
        {"a": "INT64"},
        ("a > 0", "error"),
        ("v < 90", "warn"),
        enrich=[derive("100 // a", "INT64"), derive("v + a", "INT64", "w")],
    )
    found = judged(rules, {"a": [1, 2, 5] * 100})
    assert [("select", 300)] * 3 == queries
    assert ({}, [*range(0, 300, 3)]) == (found.faults, found.warnings[1])


def test_bad_rows_are_found_by_one_more_query(queries: list[tuple[str, int]]) -> None:
    found = judged(DIVIDED, {"a": [1, 0, 2, None, 0]})
    assert [1, 4] == sorted(found.faults)
    # All rows, which of them fail, the others, and the reason for each.
    assert [("select", 5), ("failing", 5), ("select", 3), *[("select", 1)] * 2] == queries


def test_reasons_are_found_out_for_the_first_rows_of_a_file(
    queries: list[tuple[str, int]],
) -> None:
    judge = RowJudge(prepare(DIVIDED, nothing))
    first = messages(judged(DIVIDED, {"a": [0] * 15}, judge))
    second = messages(judged(DIVIDED, {"a": [1, 1, *[0] * 15]}, judge))
    with_reason = (
        "cannot be computed as INT64 by `100 // a`: division by zero; correct a in this row"
    )
    without = "cannot be computed as INT64 by `100 // a`; correct a in this row"
    assert [[with_reason]] * 20 + [[without]] * 10 == [*first.values(), *second.values()]
    assert 20 == queries.count(("select", 1))


def test_rows_that_are_too_many_for_the_memory_are_halved(
    monkeypatch: pytest.MonkeyPatch, queries: list[tuple[str, int]]
) -> None:
    """Then no row is at fault, unless it fails by itself."""
    compute = DeriveStep.select

    def small(step: Any, columns: Any, rows: pa.Table, budget: Any) -> Any:
        if rows.num_rows > 3:
            raise SqlError("it needs more memory than expressions may use")
        return compute(step, columns, rows, budget)

    monkeypatch.setattr(DeriveStep, "select", small)
    rules = contract({"a": "INT64"}, [derive("a + 1", "INT64"), derive("100 // v", "INT64", "w")])
    found = judged(rules, {"a": [0, 1, 2, 3, -1, 5, 6, 7, 8]})
    assert {
        4: ["cannot be computed as INT64 by `100 // v`: division by zero; correct a in this row"]
    } == messages(found)


def test_a_row_that_is_too_much_alone_is_at_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    compute = DeriveStep.select

    def picky(step: Any, columns: Any, rows: pa.Table, budget: Any) -> Any:
        if 7 in rows.column("a").to_pylist():
            raise SqlError("it needs more memory than expressions may use")
        return compute(step, columns, rows, budget)

    monkeypatch.setattr(DeriveStep, "select", picky)
    found = messages(judged(DIVIDED, {"a": [1, 7, 0, 3, 7]}))
    assert [1, 2, 4] == sorted(found)
    assert "it needs more memory" in found[1][0]


def test_rows_whose_columns_take_too_much_memory_are_judged_in_parts(
    monkeypatch: pytest.MonkeyPatch, queries: list[tuple[str, int]]
) -> None:
    rules = with_checks(
        {"a": "INT64"},
        ("a <> 7", "error"),
        ("w NOT LIKE '5%'", "warn"),
        enrich=[
            derive("rpad(CAST(100 // a AS VARCHAR), 40, '0')", "STRING"),
            derive("left(v, 30)", "STRING", "w"),
        ],
    )
    values = {"a": [*range(12), *[0] * 12, *range(12)]}
    together = judged(rules, values)
    queries.clear()
    for module in (row_judge, search):
        monkeypatch.setattr(module, "RESULT_BYTES", 300)
    assert together == judged(rules, values)
    # The checks, computed last, see rows whose columns have less than 300 bytes.
    assert queries[-1] == ("select", 3)


def test_null_obeys_a_check_and_a_failing_expression_does_not() -> None:
    rules = with_checks({"a": "INT64"}, ("100 // a > 10", "error"), ("a <> 1", "warn"))
    found = judged(rules, {"a": [None, 1, 0, 50]})
    assert {
        2: ["100 // a > 10 (`100 // a > 10` cannot be computed: division by zero)"],
        3: ["100 // a > 10"],
    } == messages(found)
    assert {1: [1]} == found.warnings


def test_a_fault_names_the_columns_of_the_file_that_a_derived_column_depends_on() -> None:
    rules = contract(
        {"a": "INT64", "b": "INT64", "c": "INT64"},
        [derive("c + a", "INT64", "sum"), derive("b // sum", "INT64", "share")],
    )
    found = messages(judged(rules, {"a": [1, 2], "b": [1, 1], "c": [1, -2]}))
    [[message]] = found.values()
    assert message.endswith("by `b // sum`: division by zero; correct a, b, c in this row")


def test_rows_for_which_a_warning_check_cannot_be_computed_are_counted_apart() -> None:
    rules = with_checks({"a": "INT64"}, ("a > 0", "warn"), ("100 // a > 10", "warn"))
    found = judged(rules, {"a": [50, 0, 1, 0]})
    assert {0: [1, 3], 1: [0], ~1: [1, 3]} == found.warnings
    warned = WarnedRows(rules)
    warned.add(found.warnings)
    assert [
        ("a > 0", 2),
        ("100 // a > 10", 1),
        ("100 // a > 10 (`100 // a > 10` cannot be computed)", 2),
    ] == [(each.message, each.rows) for each in warned.all()]


def test_a_check_that_fails_does_not_hide_another_and_rejected_rows_have_no_warning() -> None:
    rules = with_checks(
        {"a": "INT64"}, ("100 // a > 0", "warn"), ("a > 1", "error"), ("sqrt(a) < 3", "error")
    )
    found = judged(rules, {"a": [0, 5, 16, 101, -4]})
    assert {0: ["a > 1"], 2: ["sqrt(a) < 3"]} == {
        row: words for row, words in messages(found).items() if row in (0, 2)
    }
    assert 2 == len(messages(found)[4])
    assert {} == found.warnings


def test_a_fault_of_a_derived_column_leaves_out_what_follows() -> None:
    rules = with_checks(
        {"a": "INT64", "s": "STRING"},
        ("v < 0", "error"),
        enrich=[
            {
                "derive": {
                    "v": {"sql": "100 // a", "bigquery": "INT64"},
                    "t": {"sql": "s", "bigquery": "STRING(2)"},
                }
            }
        ],
    )
    found = judged(rules, {"a": [0, 1, 0], "s": ["xyz", "x", "x"]})
    assert ["the string is too long for STRING(2)" in m for m in messages(found)[0]] == [
        False,
        True,
    ]
    assert [["v", "t"], [None], ["v"]] == [
        [fault.column for fault in found.faults[row]] for row in range(3)
    ]


@pytest.mark.parametrize("kind", ["NUMERIC(5, 2)", "DATE", "FLOAT64", "JSON", "STRING(1)", "TIME"])
def test_the_query_for_failing_rows_agrees_with_the_expression(kind: str) -> None:
    """`failing` must never reject a row for which the expression gives a value."""
    sql = {
        "NUMERIC(5, 2)": "a * a",
        "DATE": "CAST(DATE '0001-01-02' + to_days(CAST(a AS INTEGER)) AS DATE)",
        "FLOAT64": "10.0::DOUBLE ** a",
        "JSON": "left('{}{', CAST(abs(a) AS INTEGER) % 4)",
        "STRING(1)": "left('abc', CAST(abs(a) AS INTEGER) % 3)",
        "TIME": "make_time(CAST(abs(a) AS BIGINT) % 26, 0, 0.0)",
    }[kind]
    rules = contract({"a": "NUMERIC(9, 1)"}, [derive(sql, kind)])
    values = [*range(-400, 400, 7), None]
    rows = pa.array(values, arrow_type(parse("NUMERIC")))
    alone = {at for at, v in enumerate(values) if judged(rules, {"a": rows.slice(at, 1)}).faults}
    assert alone == {*judged(rules, {"a": rows}).faults}
    assert 0 < len(alone) < len(values)


def test_only_lookups_that_expressions_use_are_read() -> None:
    rules = with_checks(
        {"id": "STRING", "a": "INT64"},
        ("weight > 1", "error"),
        enrich=[
            {"lookup": {"reference": "people", "by": "id", "add": ["name", "kind"]}},
            {"lookup": {"reference": "towns", "by": "id", "add": ["town"]}},
            {"lookup": {"reference": "kinds", "by": "kind", "add": ["Weight"]}},
        ],
        references={
            name: {"object": f"{name}.csv", "key": "k"} for name in ("people", "towns", "kinds")
        },
    )
    assert {"people", "kinds"} == references_needed(without_unused_lookups(rules))
    files = {"people": b"k,name,kind\n7,x,b\n8,y,c\n", "kinds": b"k,Weight\nb,1\nc,2\n"}
    plan = prepare(rules, files.__getitem__)
    assert {0: ["weight > 1"]} == messages(
        judged(rules, {"id": ["7", "8", "9"], "a": [1, 1, 1]}, RowJudge(plan))
    )


def test_mistakes_have_the_places_of_the_contract() -> None:
    rules = contract(
        {"a": "INT64"},
        [
            {"lookup": {"reference": "r", "by": "a", "add": ["unused"]}},
            derive("random()", "FLOAT64"),
        ],
        {"r": {"object": "r.csv", "key": "k"}},
    )
    with pytest.raises(Permanent, match=r"enrich\[1\]\.derive\.v\.sql: `random\(\)` calls random"):
        prepare(rules, nothing)
