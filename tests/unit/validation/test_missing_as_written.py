r"""Missing values are compared with the cell as it is written: MySQL's \N is never the text N."""

from typing import Any

import pytest

from csvgate.csv.body import contract_for_extracted_records
from csvgate.csv.marked_cell import MarkedCell
from csvgate.rejects.corrections import Correction
from csvgate.rejects.reject_file import RejectFile
from csvgate.validation.validate import validate
from unit.validation.files import batches, contract, faults, rejected_rows, valid_rows

MYSQL: dict[str, Any] = {
    "dialect": {"escapeChar": "\\"},
    "schema": {"missingValues": ["", "\\N"]},
}
EXPORT = b'id,name,qty\n1,"O\\"Neil",5\n2,\\N,\\N\n3,"\\N","\\N"\n4,N,7\n5,\\\\N,8\n6,"\\\\N",9\n'


def test_an_export_of_mysql() -> None:
    rules = contract(
        {"name": "id", "type": "integer"}, "name", {"name": "qty", "type": "integer"}, **MYSQL
    )
    assert [
        (2, (1, 'O"Neil', 5)),
        (3, (2, None, None)),
        (4, (3, None, None)),
        (5, (4, "N", 7)),
        (6, (5, "\\N", 8)),
        (7, (6, "\\N", 9)),
    ] == valid_rows(batches(EXPORT, rules))


def test_the_chunk_that_is_loaded_has_nulls() -> None:
    pytest.importorskip("pyarrow")
    from csvgate.chunks.arrow import decode, encode

    rules = contract(
        {"name": "id", "type": "integer"}, "name", {"name": "qty", "type": "integer"}, **MYSQL
    )
    (batch,) = batches(EXPORT[: EXPORT.index(b"3,")], rules)
    (chunk,) = encode(batch, rules)
    assert [
        {"_line": 2, "id": 1, "name": 'O"Neil', "qty": 5},
        {"_line": 3, "id": 2, "name": None, "qty": None},
    ] == decode(chunk.data).to_pylist()


@pytest.mark.parametrize(
    ("cell", "missing", "value"),
    [
        (b"\\N", ["\\N"], None),
        (b'"\\N"', ["\\N"], None),
        (b"N", ["\\N"], "N"),
        (b"N", ["N"], None),
        (b"\\\\N", ["\\N"], "\\N"),
        (b'"\\\\N"', ["\\N"], "\\N"),
        (b"\\\\N", ["\\\\N"], None),
        (b"N\\A", ["NA"], "NA"),
        (b'"a""b"', ['a"b'], None),
    ],
)
def test_cells(cell: bytes, missing: list[str], value: str | None) -> None:
    rules = contract("a", "b", dialect={"escapeChar": "\\"}, schema={"missingValues": missing})
    assert [(2, (value, "x"))] == valid_rows(batches(b"a,b\n" + cell + b",x\n", rules))


@pytest.mark.parametrize("cell", [b"\\N", b'"\\N"'])
@pytest.mark.parametrize("missing", [[""], ["N"]])
def test_a_null_that_is_not_declared_is_a_fault(cell: bytes, missing: list[str]) -> None:
    """It would be loaded as the text N otherwise."""
    rules = contract("a", "b", dialect={"escapeChar": "\\"}, schema={"missingValues": missing})
    (row,) = rejected_rows(batches(b"a,b\n" + cell + b",x\n", rules))
    (fault,) = row.faults
    assert ("a", "cell.null", "\\N") == (fault.column, fault.code, fault.value)
    assert "`missingValues`" in fault.message


def test_each_field_has_its_own_missing_values() -> None:
    fields = [{"name": "a", "missingValues": ["\\M"]}, {"name": "b", "missingValues": ["\\NULL"]}]
    rules = contract(*fields, dialect={"escapeChar": "\\"})
    data = b"a,b\n\\M,\\M\n\\NULL,\\NULL\nM,NULL\n"
    expected = [(2, (None, "M")), (3, ("NULL", None)), (4, ("M", "NULL"))]
    assert expected == valid_rows(batches(data, rules))


def test_a_required_cell() -> None:
    rules = contract({"name": "a", "constraints": {"required": True}}, "b", **MYSQL)
    assert [(2, "a", "constraint.required")] == faults(b"a,b\n\\N,\\N\nN,N\n", rules)


def test_a_stripped_cell_is_still_compared_as_it_is_written() -> None:
    cell = MarkedCell("  N ", "  \\N ").strip()
    assert cell.is_missing({"\\N"})
    assert "N" == str(cell) != cell


QUOTED_TEXTS: dict[str, Any] = {"dialect": {"quotedMissing": False}}


@pytest.mark.parametrize(
    ("row", "values"),
    [
        (b'"",', ("", None)),
        (b'"",""', ("", "")),
        (b'NA,"NA"', (None, "NA")),
        (b'"N""A","-"', ('N"A', "-")),
        (b' ,"-\n"', (" ", "-\n")),
    ],
)
def test_with_quoted_missing_false_a_quoted_cell_is_a_text(
    row: bytes, values: tuple[str | None, ...]
) -> None:
    rules = contract("a", "b", schema={"missingValues": ["", "NA", "-"]}, **QUOTED_TEXTS)
    assert [(2, values)] == valid_rows(batches(b"a,b\n" + row + b"\n", rules))


def test_a_quoted_cell_satisfies_required_as_the_empty_text() -> None:
    rules = contract({"name": "a", "constraints": {"required": True}}, "b", **QUOTED_TEXTS)
    assert [(3, "a", "constraint.required")] == faults(b'a,b\n"",1\n,2\n', rules)


def test_a_quoted_number_that_is_empty_is_a_fault() -> None:
    rules = contract({"name": "a", "type": "integer"}, "b", **QUOTED_TEXTS)
    assert [(2, "a", "type.integer")] == faults(b'a,b\n"",x\n,y\n', rules)


def test_a_quoted_null_with_an_escape_character() -> None:
    """It is neither NULL nor the text N for certain."""
    dialect = {"quotedMissing": False, "escapeChar": "\\"}
    rules = contract("a", "b", dialect=dialect, schema={"missingValues": ["\\N"]})
    data = b'a,b\n\\N,"\\\\N"\n"\\N",x\n'
    assert [(2, (None, "\\N"))] == valid_rows(batches(data, rules))
    (row,) = rejected_rows(batches(data, rules))
    assert [("a", "cell.null", True)] == [
        (fault.column, fault.code, "remove the quotes" in fault.message) for fault in row.faults
    ]


def test_a_corrected_reject_file_keeps_quoted_texts() -> None:
    rules = contract({"name": "id", "type": "integer"}, "a", "b", **QUOTED_TEXTS)
    file = b"".join(map(RejectFile(rules).render, batches(b'id,a,b\nx,"",\n', rules)))
    correction = Correction(rules, frozenset([2]))
    read = validate(
        correction.pieces([file.replace(b",x,", b",1,")]), contract_for_extracted_records(rules)
    )
    assert [(2, (1, "", None))] == valid_rows(correction.batches(read))


def test_a_null_in_a_rescued_column_is_left_out() -> None:
    """It would be the text N otherwise."""
    rules = contract(
        "a",
        dialect={"escapeChar": "\\"},
        schema={"missingValues": ["\\N"], "extraColumns": "rescue"},
    )
    data = b'a,b,c\nx,\\N,N\ny,"\\N",\\\\N\nz,\\N,\\N\n'
    assert [
        (2, ("x", '{"c": "N"}')),
        (3, ("y", '{"c": "\\\\N"}')),
        (4, ("z", None)),
    ] == valid_rows(batches(data, rules))


@pytest.mark.parametrize("trim", [False, True])
def test_cells_to_replace_are_compared_as_they_are_written(trim: bool) -> None:
    field = {"name": "a", "replace": {"\\M": "", "\\K": "known", "K": "plain"}, "trim": trim}
    rules = contract(field, "b", dialect={"escapeChar": "\\"})
    data = b"a,b\n\\M,1\n\\K,2\nK,3\nM,4\n"
    expected = [None, "known", "plain", "M"]
    assert expected == [a for _, (a, _) in valid_rows(batches(data, rules))]


def test_an_escaped_cell_is_not_taken_for_a_text_to_replace() -> None:
    r"""MySQL writes the text \N as \\\\N, which is not its NULL."""
    rules = contract({"name": "a", "replace": {"\\N": "0", "NA": "x"}}, "b",
                     dialect={"escapeChar": "\\"})  # fmt: skip
    data = b'a,b\n\\N,1\n\\\\N,2\n"\\\\N",3\nN\\A,4\nNA,5\n'
    expected = ["0", "\\N", "\\N", "NA", "x"]
    assert expected == [a for _, (a, _) in valid_rows(batches(data, rules))]


@pytest.mark.parametrize("vector_bytes", [2**62, 1])
@pytest.mark.parametrize("missing", [[""], ["", "\\N"]])
def test_without_an_escape_character_a_quoted_null_is_a_text(
    missing: list[str], vector_bytes: int
) -> None:
    if vector_bytes == 1:
        pytest.importorskip("pyarrow")
    rules = contract("a", dialect={"quotedMissing": False},
                     schema={"missingValues": missing, "extraColumns": "rescue"})  # fmt: skip
    found = list(validate([b'a,b\n"\\N","\\N"\n'], rules, vector_bytes=vector_bytes))
    assert [] == [row for batch in found for row in batch.rejected]
    columns = [[str(value) for value in column] for column in found[0].columns]
    assert [["\\N"], ['{"b": "\\\\N"}']] == columns


@pytest.mark.parametrize("new", ["", "NA"])
def test_a_quoted_cell_is_missing_if_the_contract_replaces_it_so(new: str) -> None:
    rules = contract({"name": "a", "replace": {"n/v": new, 'a"b': "c"}}, "b",
                     dialect={"quotedMissing": False},
                     schema={"missingValues": ["", "NA"]})  # fmt: skip
    data = b'a,b\n"n/v",1\nn/v,2\n"NA",3\n"a""b",4\n'
    expected = [None, None, "NA", "c"]
    assert expected == [a for _, (a, _) in valid_rows(batches(data, rules))]


def test_a_trimmed_cell_is_compared_as_it_is_written() -> None:
    rules = contract("a", "b", dialect={"escapeChar": "\\"},
                     schema={"missingValues": ["\\N"], "trim": True})  # fmt: skip
    data = b"a,b\n \\N , N \n\xc2\xa0\\N,\\\\N\n"
    assert [(2, (None, "N")), (3, (None, "\\N"))] == valid_rows(batches(data, rules))


def test_with_trim_a_quoted_cell_is_still_a_text() -> None:
    rules = contract("a", "b", dialect={"quotedMissing": False},
                     schema={"missingValues": ["", "NA"], "trim": True})  # fmt: skip
    data = b'a,b\n" NA ", NA \n"  ",  \n'
    assert [(2, ("NA", None)), (3, ("", None))] == valid_rows(batches(data, rules))
