"""Corrected reject files of contracts that let files lack columns, have others, or have a header of
several rows."""

from collections.abc import Mapping
from typing import Any

import pytest

from csvgate.contracts.model import Contract
from csvgate.csv.body import contract_for_extracted_records
from csvgate.rejects.corrections import Correction, is_correction
from csvgate.rejects.reject_file import RejectFile
from csvgate.validation.batch import Batch
from csvgate.validation.validate import validate
from csvgate_ops.operate.reconcile.run import count_rows
from unit.validation.files import batches, contract, valid_rows

PATHS = {"rules": 2**62, "blocks": 1}
N: dict[str, Any] = {"name": "n", "label": ["N", "Number"], "type": "integer"}
DEFAULT: dict[str, Any] = {"name": "d", "type": "integer", "optional": True, "default": "7"}


def reject_file(original: bytes, rules: Contract) -> bytes:
    file = RejectFile(rules)
    return b"".join(map(file.render, batches(original, rules)))


def correct(file: bytes, rules: Contract, path: str = "rules") -> tuple[list[Batch], list[int]]:
    found, pieces = is_correction(iter([file]), rules)
    assert found
    correction = Correction(rules, range(1, 100))
    read = validate(
        correction.pieces(pieces), contract_for_extracted_records(rules), vector_bytes=PATHS[path]
    )
    return list(correction.batches(read)), correction.loaded


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("schema", "original", "expected"),
    [
        ({}, b"d,number\n1,1\n,x\n3,4\n", (7, 2)),
        ({}, b"Number\n1\nx\n4\n", (7, 2)),
        ({"extraColumns": "ignore"}, b'e,N,"f"\n1,1,2\n"a,b",x,""\n1,2,3\n', (7, 2)),
        ({"fieldsMatch": "partial"}, b",N,,\n,1,,\n\xff,x,\0,\n,2,,\n", (7, 2)),
    ],
)
def test_absent_and_further_columns(
    schema: Mapping[str, Any], original: bytes, expected: tuple[int, int], path: str
) -> None:
    if path == "blocks":
        pytest.importorskip("pyarrow")
    fields = [{**DEFAULT, "optional": "fieldsMatch" not in schema}, N]
    rules = contract(*fields, schema=schema)
    file = reject_file(original, rules)
    assert 1 == count_rows([file], rules)
    found, loaded = correct(_with_2(file), rules, path)
    assert [] == [row for batch in found for row in batch.rejected]
    assert [3] == loaded
    values = [tuple(map(_plain, row)) for _, row in valid_rows(found)]
    assert [expected] == values


@pytest.mark.parametrize("path", PATHS)
def test_rescued_cells_of_a_corrected_row(path: str) -> None:
    if path == "blocks":
        pytest.importorskip("pyarrow")
    rules = contract(N, schema={"extraColumns": "rescue"})
    file = reject_file(b"more,N\na,1\nb,x\nc,2\n", rules)
    found, loaded = correct(_with_2(file), rules, path)
    assert [3] == loaded
    assert [(2, '{"more": "b"}')] == [tuple(map(_plain, row)) for _, row in valid_rows(found)]
    repeated, _ = correct(_with_2(file) + b"3,,b,2\n", rules, path)
    assert [0, 1] == [len(batch.rejected) for batch in repeated]
    assert {2} == {len(batch.columns) for batch in repeated}


def _with_2(file: bytes) -> bytes:
    """Return the reject file with the cell x corrected, which is the only one in its row."""
    head, _, rest = file.partition(b'3,"n: type.integer')
    message, quote, cells = rest.partition(b'",')
    return head + b'3,"n: type.integer' + message + quote + cells.replace(b"x", b"2")


def _plain(value: object) -> object:
    return value.as_py() if hasattr(value, "as_py") else value


ROWS = contract(
    N | {"label": "N"},
    {"name": "text", "label": "Text Kind"},
    {"name": "day", "label": "Text Day"},
    dialect={"headerRows": [1, 2], "preambleLines": 1},
)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_reject_file_repeats_all_rows_of_the_header(mark: bytes) -> None:
    original = mark + b"Title\nN,Text,Text\r\n,Kind,Day\n1,a,b\nx,b,c\n,Kind,Day\n"
    file = reject_file(original, ROWS)
    head = mark + b"_csvgate_line,_csvgate_errors,N,Text,Text\r\n,,,Kind,Day\n"
    assert file.startswith(head + b'5,"n: type.integer')
    assert 2 == count_rows([file], ROWS)
    found, loaded = correct(_with_5(file), ROWS)
    assert [5] == loaded
    assert [(5, (9, "b", "c"))] == valid_rows(found)
    assert [] == [row for batch in found for row in batch.rejected]


def _with_5(file: bytes) -> bytes:
    """Return the reject file with the row of line 5 corrected, and without the repeated header."""
    kept = [line for line in file.splitlines(keepends=True) if b"repeated_header" not in line]
    return b"".join(kept[:-1]) + kept[-1].replace(b",x,", b",9,")


def test_a_repeated_header_stays_rejected_until_its_line_is_removed() -> None:
    rules = contract("a", "b")
    file = reject_file(b"a,b\n1,2\na,b\n", rules)
    found, loaded = correct(file, rules)
    assert [] == loaded
    assert [(3, "row.repeated_header")] == [
        (row.line, fault.code) for batch in found for row in batch.rejected for fault in row.faults
    ]
