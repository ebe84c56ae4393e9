"""Both paths, and an independent calculation, find the same totals in files of hostile cells."""

from collections.abc import Sequence
from decimal import Context, Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow")

from csvgate.contracts.model import Constraints, Contract
from csvgate.types.registry import FIELD_TYPES
from unit.totals.compared import RULES_ONLY, compared, with_totals
from unit.types.cell import read
from unit.validation.fast.files import Most, contracts, files
from unit.validation.files import cut

FIELDS: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer"},
    "bounded": {"type": "integer", "constraints": {"minimum": 1, "maximum": 99}},
    "integer in NUMERIC": {"type": "integer", "bigquery": "NUMERIC", "trim": True},
    "unique": {"type": "integer", "constraints": {"unique": True}},
    "number": {"type": "number"},
    "two digits": {"type": "number", "bigquery": "NUMERIC(12, 2)", "default": "0.5"},
    "BIGNUMERIC": {"type": "number", "bigquery": "BIGNUMERIC"},
    "German": {"type": "number", "decimalChar": ",", "groupChar": ".", "affixes": ["€"]},
    "percent": {"type": "number", "percentAsFraction": True, "missingValues": ["", "-"]},
    "replaced": {"type": "integer", "replace": {"one": "1", "n/a": ""}},
}
LARGE = ["9223372036854775807", "-9223372036854775808", "9" * 29, "-" + "9" * 29 + ".999999999"]
CELLS = st.one_of(
    st.integers(-(2**63), 2**63 - 1).map(str),
    st.decimals(-(10**29), 10**29, places=9).map(str),
    st.sampled_from(
        [*LARGE, "0", "-0", "1", "1.50", "12", "1.005", "1.234,5 €", "5%", "12,5 %", "one", "n/a",
         "-", "", " 7 ", "NaN", "INF", "1e5", "1e999999999", "1E-40", "9" * 38, "9" * 39,
         "0." + "0" * 37 + "1", "0." + "0" * 38 + "1", "x", "\u0664", "7\0", "7" * 5000,
         'a "quoted" 5', "two\nlines", "\u22125", "1\u00a0000"]
    ),
).map(str.encode) | st.sampled_from([b"7\xff", b"\xff", b"\xe2\x82"])  # fmt: skip
ROWS = st.lists(st.tuples(CELLS, st.sampled_from([b"", b"ok", b"\xff", b"y,z"])), max_size=30)
EXACT = Context(prec=200)


def quoted(cell: bytes) -> bytes:
    return b'"' + cell.replace(b'"', b'""') + b'"'


def number(cell: bytes, field: dict[str, Any]) -> Decimal | None:
    """The number of a cell, 0 for a missing one, None if the cell cannot be read."""
    try:
        text = cell.decode()
    except UnicodeDecodeError:
        return None
    value = read(text, **{**field, "constraints": Constraints(), "bigquery": "BIGNUMERIC"})
    if "\0" in text or isinstance(value, list):
        return None
    return value if isinstance(value, Decimal) else Decimal(0)


@pytest.mark.parametrize("name", FIELDS)
@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from([1, 40, 10_000]), st.sampled_from([1, 300, 1 << 24]))
@example([(cell.encode(), b"ok") for cell in LARGE * 5], 10_000, 1 << 24)
@example([(b"5", b"ok"), (b"x", b"ok"), (b"6", b"y,z"), (b"", b"\xff")], 40, 1)
def test_the_sum_is_that_of_all_cells_that_can_be_read(
    name: str, rows: Sequence[tuple[bytes, bytes]], block_bytes: int, chunk_bytes: int
) -> None:
    """The second cell of a row makes it faulty, or divides it into too many cells."""
    rules = with_totals("n=(?P<n>.*) rows=(?P<rows>.*)", {"name": "n", **FIELDS[name]}, "b")
    data = b"n,b\n" + b"".join(quoted(cell) + b"," + other + b"\n" for cell, other in rows)
    numbers = [None if b"," in other else number(cell, FIELDS[name]) for cell, other in rows]
    total = Decimal(0)
    for value in numbers:
        total = EXACT.add(total, value or Decimal(0))
    found = None
    if numbers.count(None):
        line = data[: _start(rows, numbers.index(None))].count(b"\n") + 1
        found = (numbers.count(None), line)
    wrong = b"#n=" + (b"-700%" if name == "percent" else b"-7") + b" rows=1000\n"
    blocks: dict[str, Any] = {"block_bytes": block_bytes, "chunk_bytes": chunk_bytes}
    faults = [
        compared([data + wrong], rules, vector_bytes=vector_bytes, **sizes)
        for vector_bytes, sizes in ((RULES_ONLY, {}), (len(b"n,b\n") + 1, blocks))
    ]
    assert faults[0] == faults[1]
    assert faults[0] is not None
    assert f"the number of rows is {len(rows)}, but" in faults[0].message
    if total != -7:
        unread = ""
        if found:
            cells = "1 cell" if found[0] == 1 else f"{found[0]} cells"
            first = "" if found[0] == 1 else "the first "
            unread = f" without {cells} that could not be read, {first}in line {found[1]}"
        assert f"the sum of n is {_text(total)}{unread}, but the footer" in faults[0].message
        assert (found is not None) == ("Correct the cells" in faults[0].message)


def _start(rows: Sequence[tuple[bytes, bytes]], index: int) -> int:
    before = (len(quoted(cell)) + len(other) + 2 for cell, other in rows[:index])
    return len(b"n,b\n") + sum(before)


def _text(value: Decimal) -> str:
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_contract_has_the_same_totals_on_both_paths(data: st.DataObject) -> None:
    rules, cells = data.draw(contracts())
    rules = _summed(rules)
    file = data.draw(files(rules, cells))
    pieces = list(cut(file, data.draw(st.lists(st.integers(0, 50), max_size=5))))
    lines = [f"{field.name}=987654321".encode() for field in rules.schema_.fields]
    lines.append(b"rows=987654321")
    sizes: dict[str, Any] = {"references": [Most()] * len(rules.schema_.foreign_keys)}
    expected = compared([file], rules, lines, vector_bytes=RULES_ONLY, **sizes)
    assert expected is not None
    block_bytes = data.draw(st.sampled_from([1, 40, 400, 10_000]))
    chunk_bytes = data.draw(st.sampled_from([1, 60, 10_000]))
    actual = compared(
        pieces,
        rules,
        lines,
        vector_bytes=1,
        block_bytes=block_bytes,
        chunk_bytes=chunk_bytes,
        **sizes,
    )
    assert expected == actual


def _summed(rules: Contract) -> Contract:
    """Sum every column of the contract that has a sum, under a dialect as it is."""
    names = [
        field.name
        for field in rules.schema_.fields
        if field.type in ("integer", "number")
        and (field.bigquery or FIELD_TYPES[field.type].default_column).split("(")[0]
        in ("INT64", "NUMERIC", "BIGNUMERIC")
        and not field.percent_as_fraction
        and field.name.isidentifier()
        and field.name != "rows"
    ]
    groups = [f"(?:^{name}=(?P<{name}>.*))" for name in ["rows", *names]]
    totals = {"pattern": "|".join(groups), "sidecar": "{stem}.ctl"}
    return Contract.model_validate(rules.model_dump(by_alias=True) | {"totals": totals})
