"""Both paths judge rows alike, and what is found for a row does not depend on its group."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from csvgate.chunks.arrow import decode, encode
from csvgate.contracts.model import Contract
from csvgate.enrichment.judging.plan import prepare
from csvgate.enrichment.judging.row_judge import RowJudge
from csvgate.validation import judged_records
from csvgate.validation.batch import Limits
from csvgate.validation.validate import validate
from unit.validation.files import contract, cut

FIELDS = (
    {"name": "code"},
    {"name": "net", "type": "integer"},
    {"name": "tax", "type": "number", "bigquery": "NUMERIC(12, 2)"},
    {"name": "day", "type": "date"},
    {"name": "id", "type": "integer", "constraints": {"unique": True}},
)
LONG = "9" * 300
CELLS: tuple[tuple[str, ...], ...] = (
    ("", "a", "7", "0", "é", "日本", "x\0y", "\udce9", "٣", "{}", '{"a": 1}', 'a""b', LONG),
    ("", "0", "1", "-1", "7", "x", "9223372036854775807", "-9223372036854775808", "٣"),
    ("", "0", "0.00", "19", "-1.5", "9999999999.99", "1.005", "x"),
    ("", "2026-11-29", "0001-01-01", "9999-12-31", "2026-02-30"),
    ("", "1", "2", "3", "4", "x"),
)
"""For each field. A surrogate stands for a byte that is not UTF-8."""
DERIVED: tuple[dict[str, tuple[str, str]], ...] = (
    {"rate": ("tax / net", "NUMERIC(12, 2)")},
    {"n": ("CAST(code AS BIGINT)", "INT64"), "short": ("left(code, 3)", "STRING(2)")},
    {"next": ("net + 1", "INT64"), "root": ("sqrt(CAST(net AS DOUBLE))", "FLOAT64")},
    {"late": ("CAST(day + to_days(CAST(net AS INTEGER)) AS DATE)", "DATE")},
    {"json": ("code", "JSON"), "region": ("upper(code)", "STRING")},
)
CHECKS = (
    ("tax <= net", "tax is above net"),
    ("length(code) < 3 OR code LIKE '%日%'", "code is long"),
    ("100 // net > 0", "net is too large"),
    ("day >= DATE '2000-01-01'", "day is in another century"),
    ("code IS NULL OR id IS NOT NULL", "id is missing"),
)
DERIVED_CHECKS = (("rate < 1", "rate is one or more"), ("region <> 'A'", "region is A"))
REFERENCE = b"code,weight\na,2\n7,0.5\n"


@cache
def prepared(derived: tuple[int, ...], checks: tuple[tuple[int, str], ...]) -> Any:
    """The contract with these derivations and checks (with their severities), and its plan."""
    enrich: list[dict[str, Any]] = [
        {"lookup": {"reference": "weights", "by": "code", "add": ["weight"]}},
        {"derive": {"weighed": {"sql": "net * weight", "bigquery": "NUMERIC(9, 1)"}}},
    ]
    for which in derived:
        columns = DERIVED[which].items()
        enrich.append({"derive": {n: {"sql": sql, "bigquery": k} for n, (sql, k) in columns}})
    possible = [*CHECKS, DERIVED_CHECKS[0 if 0 in derived else 1]]
    if not {0, 4}.intersection(derived):
        possible.pop()
    listed = [
        {"sql": possible[at][0], "message": possible[at][1], "severity": severity}
        for at, severity in checks
        if at < len(possible)
    ]
    rules = contract(
        *FIELDS,
        enrich=enrich,
        checks=listed,
        references={"weights": {"object": "weights.csv", "key": "code"}},
    )
    return rules, prepare(rules, lambda _: REFERENCE)


def outcome(pieces: Sequence[bytes], rules: Contract, judge: RowJudge, **sizes: Any) -> Any:
    found = []
    for batch in validate(pieces, rules, judge=judge, **sizes):
        rows = [decode(chunk.data).to_pylist() for chunk in encode(batch, rules)]
        warned = {check: [*map(int, lines)] for check, lines in batch.warnings.items()}
        # As text: no number is equal to itself, and -0.0 equal to 0.0.
        found.append((batch.rows_read, repr(rows), warned, batch.rejected))
    return found


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    rows = draw(st.lists(st.tuples(*map(st.sampled_from, CELLS)), max_size=12))
    cells = [[f'"{cell}"' if '"' in cell else cell for cell in row] for row in rows]
    lines = ["code,net,tax,day,id", *map(",".join, cells)]
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


@pytest.mark.parametrize("sizes", [{}, {"vector_bytes": 1}], ids=["rules", "vectorised"])
def test_warnings_are_in_the_batches_of_their_rows(sizes: dict[str, int]) -> None:
    rules, plan = prepared((), ((4, "warn"), (0, "warn")))
    lines = ["code,net,tax,day,id", *(f"a,{n},1,,{n if n % 2 else ''}" for n in range(6))]
    file = "\n".join(lines).encode() + b"\n"
    found = outcome([file], rules, RowJudge(plan), chunk_bytes=20, **sizes)
    assert [{0: [2, 4], 1: [2]}, {0: [6]}] == [warned for _, _, warned, _ in found]


SOME = st.lists(st.integers(0, len(DERIVED) - 1), max_size=2, unique=True).map(tuple)
RULES = st.lists(
    st.tuples(st.integers(0, len(CHECKS)), st.sampled_from(["error", "warn"])),
    max_size=3,
    unique_by=lambda each: each[0],
).map(tuple)


@settings(max_examples=60, deadline=None)
@given(SOME, RULES, tables(), st.data())
@example((0, 1), ((0, "error"), (2, "warn")), b"code,net,tax,day,id\n7,0,1,,1\na,1,2,,2\n", None)
def test_both_paths_judge_rows_alike(
    derived: tuple[int, ...],
    checks: tuple[tuple[int, str], ...],
    file: bytes,
    data: st.DataObject | None,
) -> None:
    rules, plan = prepared(derived, checks)

    def drawn(*values: int) -> int:
        return data.draw(st.sampled_from(values)) if data else values[0]

    chunk_bytes = drawn(10_000, 1, 60)
    limits = Limits(chunk_bytes, rows=drawn(1_000, 2), faults=drawn(50_000, 1, 3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Limits, "of", staticmethod(lambda *_: limits))
        # One row at a time: then no other row can matter.
        patch.setattr(judged_records, "_ROWS", 1)
        expected = outcome([file], rules, RowJudge(plan))
        patch.setattr(judged_records, "_ROWS", drawn(2, 3, 1_000))
        patch.setattr(judged_records, "_BYTES", drawn(1_000_000, 20))
        grouped = outcome([file], rules, RowJudge(plan))
        pieces, block_bytes = list(cut(file, [drawn(30, 3)])), drawn(10_000, 10, 60)
        fast = outcome(pieces, rules, RowJudge(plan), vector_bytes=1, block_bytes=block_bytes)
    assert expected == grouped
    assert expected == fast
