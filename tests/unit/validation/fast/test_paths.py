"""Both paths give the same batches, whatever the contract, the file and the sizes are."""

import json
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples.make_orders import write_orders

from csvgate.contracts.load import load
from csvgate.contracts.model import Contract
from csvgate.validation.faults import Fault, FileFault
from csvgate.validation.rules import Rules
from csvgate.validation.validate import VECTOR_BYTES, validate
from unit.validation.fast.files import Most, contracts, files
from unit.validation.files import contract, cut

pytest.importorskip("pyarrow")

ROOT = Path(__file__).parents[4]
RULES_ONLY = 2**62
MAX_CELLS = st.sampled_from([1, 10, 1 << 19])


def outcome(pieces: Iterable[bytes], rules: Contract, **sizes: Any) -> Any:
    """Return for each batch the number of rows, the decoded valid rows, and the rejected ones."""
    from csvgate.chunks.arrow import decode, encode

    found = []
    try:
        for batch in validate(pieces, rules, **sizes):
            assert batch.rows_read == len(batch.lines) + len(batch.rejected)
            tables = [decode(chunk.data) for chunk in encode(batch, rules)]
            # As text: no number is equal to itself, and -0.0 equal to 0.0.
            rows = [(str(table.schema), repr(table.to_pylist())) for table in tables]
            found.append((batch.rows_read, rows, batch.rejected))
    except FileFault as error:
        return found, error.fault
    return found


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_both_paths_are_one(data: st.DataObject) -> None:
    rules, cells = data.draw(contracts())
    file = data.draw(files(rules, cells))
    pieces = list(cut(file, data.draw(st.lists(st.integers(0, 50), max_size=5))))
    chunk_bytes = data.draw(st.sampled_from([1, 20, 60, 300, 10_000]))
    block_bytes = data.draw(st.sampled_from([1, 10, 40, 100, 400, 10_000]))
    sizes = {"chunk_bytes": chunk_bytes, "references": [Most()] * len(rules.schema_.foreign_keys)}
    expected = outcome([file], rules, vector_bytes=RULES_ONLY, **sizes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("csvgate.validation.fast.path._MAX_CELLS", data.draw(MAX_CELLS))
        actual = outcome(pieces, rules, vector_bytes=1, block_bytes=block_bytes, **sizes)
    assert expected == actual


def test_blocks_of_many_short_cells_are_validated_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The faults of a part are in memory together."""
    from csvgate.validation.fast.block_validator import BlockValidator

    sizes = list[int]()
    validate_block = BlockValidator.validate

    def spy(self: BlockValidator, block: Any) -> Any:
        sizes.append(3 * len(block.framed.starts))
        return validate_block(self, block)

    monkeypatch.setattr(BlockValidator, "validate", spy)
    monkeypatch.setattr("csvgate.validation.fast.path._MAX_CELLS", 3000)
    rules = contract("a", "b", "c", dialect={"header": False})
    assert 20_000 == sum(b.rows_read for b in validate([b",,\n" * 20_000], rules, vector_bytes=1))
    assert 60_000 == sum(sizes)
    assert 3000 >= max(sizes)


SALES = {"name": "id", "type": "integer", "constraints": {"unique": True}}


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(b'1,a\n2,"b\n\nc"\n\n3,d', id="lines of cells with line breaks"),
        pytest.param(b'1,a\n2,b"c\n3,"d"\n4,"e\n5,f"\n', id="a stray quote, then quoted cells"),
        pytest.param(b'1,"a\n2,b\n3,"c"\n4,d\n', id="an unclosed quote"),
        pytest.param(b'1,a\r2,b\r"3","c"\r', id="carriage returns only"),
        pytest.param(b'1,a\r"2\n",b\r\n3,c\n', id="a quoted cell that opens after a lone return"),
        pytest.param(b"\xef\xbb\xbf1,a\n\xef\xbb\xbf2,b\n", id="marks inside the file"),
        pytest.param(b"1,a\n2\xff\n3,b\xff\n4,c\n", id="no UTF-8, in a short row too"),
        pytest.param(b"1,a\n2,\0\n3,b\0c\n", id="zeros in text"),
        pytest.param(b"1,a\n01,b\n+1,c\n2,d\n", id="a key that only the rules can read"),
        pytest.param(b"x,a\n1,\xff\n1,b\n1\n1,c\n", id="a key in a row that is rejected"),
        pytest.param(b"\n\r\n1,a\n \n\n", id="blank lines"),
    ],
)
@pytest.mark.parametrize("block_bytes", [1, 8, 1000])
def test_regressions(file: bytes, block_bytes: int) -> None:
    rules = contract(SALES, "text", dialect={"header": False})
    expected = outcome([file], rules, vector_bytes=RULES_ONLY)
    assert expected == outcome([file], rules, vector_bytes=1, block_bytes=block_bytes)


@pytest.mark.parametrize("vector_bytes", [RULES_ONLY, 1])
def test_columns_are_found_by_their_labels(vector_bytes: int) -> None:
    from csvgate.chunks.arrow import decode, encode

    rules = contract(
        {**SALES, "label": "Sale ID"},
        {"name": "price", "label": "Price (EUR)", "type": "integer"},
        {"name": "pieces", "type": "integer"},
    )
    in_order = b"Sale ID,Price (EUR),pieces\n1,20,3\n2,x,4\n1,50,6\n7,80,9\n"
    lines = [line.split(b",") for line in in_order.splitlines()]
    moved = b"".join(b"%s,%s,%s\n" % (c.upper(), a.lower(), b) for a, b, c in lines)
    for file in (in_order, moved):
        found = list(validate([file], rules, vector_bytes=vector_bytes, block_bytes=12))
        tables = [decode(chunk.data) for batch in found for chunk in encode(batch, rules)]
        assert [
            {"_line": 2, "id": 1, "price": 20, "pieces": 3},
            {"_line": 5, "id": 7, "price": 80, "pieces": 9},
        ] == [row for table in tables for row in table.to_pylist()]
        faults = [fault for batch in found for row in batch.rejected for fault in row.faults]
        assert [(3, "price", "type.integer"), (4, "id", "constraint.unique")] == [
            (fault.line, fault.column, fault.code) for fault in faults
        ]


def test_every_fault_of_the_orders_sample_is_found(tmp_path: Path) -> None:
    out, truth = tmp_path / "orders.csv", tmp_path / "truth.json"
    write_orders(out, rows=50_000, bad=0.02, seed=3, truth=truth)
    rules = load(ROOT / "contracts" / "orders.yaml")
    found = list(validate([out.read_bytes()], rules))
    rejected = [row for batch in found for row in batch.rejected]
    expected = json.loads(truth.read_text("utf-8"))
    assert expected["faults"] == [
        {"line": fault.line, "column": fault.column, "code": fault.code}
        for row in rejected
        for fault in row.faults
    ]
    assert expected["bad_rows"] == len(rejected)
    assert expected["rows"] == sum(batch.rows_read for batch in found)


def test_batches_are_cut_by_faults_and_rows_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csvgate.validation.batch.MAX_CELLS", 30)
    rules = contract(SALES, "text", dialect={"header": False})
    file = b"".join(b"%d,a\n" % (i * i % 41) for i in range(100))
    expected = outcome([file], rules, vector_bytes=RULES_ONLY)
    assert 10 == len(expected)
    assert expected == outcome([file], rules, vector_bytes=1, block_bytes=64)


@pytest.mark.parametrize(("size", "imported"), [(VECTOR_BYTES - 1, False), (VECTOR_BYTES, True)])
def test_a_small_file_imports_neither_numpy_nor_pyarrow(size: int, imported: bool) -> None:
    code = f"""
import sys
sys.path.insert(0, {str(ROOT / "tests")!r})
from csvgate.validation.validate import validate
from unit.validation.files import contract
file = (b"a\\n" + b"1\\n" * {size})[:{size}]
print(sum(batch.rows_read for batch in validate([file], contract("a"))) > 1000)
print({{"numpy", "pyarrow", "polars"}} & set(sys.modules) != set())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"True\n{imported}\n" == done.stdout


@pytest.mark.parametrize("fields", [["id"], ["id", "text"]])
def test_foreign_keys(fields: list[str]) -> None:
    key = {"fields": fields, "reference": {"resource": "others", "fields": fields}}
    known = {1, 3} if len(fields) == 1 else {(1, "a"), (3, "c")}
    rules = contract(SALES, "text", dialect={"header": False}, schema={"foreignKeys": [key]})
    file = b"1,a\n2,b\n3,c\n03,c\nx,d\n,e\n,\n"
    found = [
        list(validate([file], rules, references=[known], vector_bytes=size, block_bytes=8))
        for size in (RULES_ONLY, 1)
    ]
    faults = [
        [(f.line, f.code) for batch in batches for row in batch.rejected for f in row.faults]
        for batches in found
    ]
    assert faults[0] == faults[1]
    assert (2, "constraint.foreign_key") in faults[0]


@pytest.mark.parametrize("block_bytes", [1, 16, 10_000])
def test_foreign_keys_of_several_fields_beside_other_faults(block_bytes: int) -> None:
    """Some rows have no other fault than a combination that is not in the reference, others have
    more; and such rows claim their unique keys too."""
    keys = [
        {"fields": fields, "reference": {"resource": "others", "fields": fields}}
        for fields in (["id", "day"], ["day", "text"], ["text"])
    ]
    known = [{(1, date(2026, 1, 1)), (2, None)}, {(date(2026, 1, 1), "a")}, {"a", "b"}]
    day = {"name": "day", "type": "date", "bigquery": "DATE"}
    rules = contract(SALES, day, "text", "n", dialect={"header": False},
                     schema={"foreignKeys": keys, "primaryKey": ["id", "text"]})  # fmt: skip
    file = "\n".join(
        ["1,2026-01-01,a,x", "1,2026-01-01,a,x", "2,2026-01-01,a,x", "2,,b,x", "9,x,a,x",
         "3,2026-01-01,c,x", "4,2026-01-02,b", "9,2026-01-01,a,x", "1,2026-01-01,b,x"]
    ).encode()  # fmt: skip
    expected = outcome([file], rules, vector_bytes=RULES_ONLY, references=known)
    sizes = {"vector_bytes": 1, "block_bytes": block_bytes}
    assert expected == outcome([file], rules, references=known, **sizes)
    codes = [(f.line, f.code) for *_, rows in expected for row in rows for f in row.faults]
    assert (3, "constraint.foreign_key") in codes
    assert 1 == sum(len(rows) for _, rows, _ in expected)


def test_foreign_keys_of_several_fields_are_cleared_by_column(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only the row whose combination is not in the reference is checked by the rules."""
    checked = list[int]()
    check = Rules.faults_in

    def spy(
        self: Rules, line: int, texts: Mapping[int, str], fields: Collection[int]
    ) -> tuple[Fault, ...]:
        checked.append(line)
        return check(self, line, texts, fields)

    monkeypatch.setattr(Rules, "faults_in", spy)
    key = {"fields": ["id", "text"], "reference": {"resource": "r", "fields": ["id", "text"]}}
    rules = contract(SALES, "text", dialect={"header": False}, schema={"foreignKeys": [key]})
    file = b"".join(b"%d,%c\n" % (n, b"ab"[n == 70]) for n in range(100))
    known = {(n, "a") for n in range(100)}
    found = list(validate([file], rules, references=[known], vector_bytes=1))
    assert [71] == [row.line for batch in found for row in batch.rejected] == checked


@pytest.mark.parametrize("vector_bytes", [RULES_ONLY, 1])
@pytest.mark.parametrize("width", [2, 3])
def test_every_combination_of_values_and_nulls_is_looked_up(width: int, vector_bytes: int) -> None:
    """A null is neither equal to a value nor to another null, and never shares a value's place."""
    cells, names = ["a", "b", "", "c"], ["x", "y", "z"][:width]
    combinations = list(product(cells, repeat=width))
    key = {"fields": names, "reference": {"resource": "others", "fields": names}}
    rules = contract(*names, "n", dialect={"header": False}, schema={"foreignKeys": [key]})
    nulls_last = sorted(combinations, key=lambda key: "" in key)
    for order, parity in product((combinations, combinations[::-1], nulls_last), (0, 1)):
        known = {key for number, key in enumerate(order) if all(key) and number % 2 == parity}
        file = "".join(",".join([*row, "1"]) + "\n" for row in order).encode()
        found = validate([file], rules, references=[known], vector_bytes=vector_bytes)
        absent = [line for line, row in enumerate(order, 1) if any(row) and row not in known]
        assert absent == [row.line for batch in found for row in batch.rejected]
