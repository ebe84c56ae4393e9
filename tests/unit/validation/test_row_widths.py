"""Rows with a delimiter at the end, and rows that lack their last cells."""

from typing import Any

import pytest

from csvgate.csv.body import contract_for_extracted_records
from csvgate.rejects.corrections import Correction
from csvgate.rejects.limited_rejects import LimitedRejects
from csvgate.rejects.reject_file import RejectFile
from csvgate.validation.faults import FileFault
from csvgate.validation.validate import validate
from unit.validation.files import batches, contract, faults, rejected_rows, valid_rows

ID = {"name": "id", "type": "integer"}
PAD: dict[str, Any] = {"dialect": {"shortRows": "pad"}}
TRAILING: dict[str, Any] = {"dialect": {"trailingDelimiter": True}}


@pytest.mark.parametrize("header", [b"id,name,city", b"id,name,city,", b"city,name,id,"])
def test_an_empty_cell_after_the_last_column_is_dropped(header: bytes) -> None:
    rules = contract(ID, "name", "city", **TRAILING)
    data = (
        header
        + b"\r\n1,Ada Brook,1,\r\n2,Ben Holm,2\r\n3,,3,\r\n4,Cleo Marsh,4,x\r\n5,,5,,\r\n6,Finn\r\n"
    )
    assert [(2, ("Ada Brook",)), (3, ("Ben Holm",)), (4, (None,))] == [
        (line, (name,)) for line, (_, name, _) in valid_rows(batches(data, rules))
    ]
    assert [
        (5, None, "row.too_many_fields"),
        (6, None, "row.too_many_fields"),
        (7, None, "row.too_few_fields"),
    ] == faults(data, rules)


def test_the_last_column_may_be_empty_before_a_trailing_delimiter() -> None:
    rules = contract(ID, "name", **TRAILING)
    data = b'id,name,\n1,,\n2,\n3,"",""\n4,,"x"\n'
    assert [(2, (1, None)), (3, (2, None)), (4, (3, None))] == valid_rows(batches(data, rules))
    assert [(5, None, "row.too_many_fields")] == faults(data, rules)


def test_without_the_property_the_fault_names_it() -> None:
    with pytest.raises(
        FileFault, match=r"column 3; .*, which .* `dialect\.trailingDelimiter` allows"
    ):
        batches(b"a,b,\n1,2,\n", contract("a", "b"))
    assert [(1, None, "header.blank_label")] == faults(
        b"a,b,,\n1,2,,\n", contract("a", "b", **TRAILING)
    )


def test_cells_that_are_missing_at_the_end_are_missing_values() -> None:
    """Even if the empty text is not among `missingValues`."""
    rules = contract(ID, "name", "city", schema={"missingValues": ["-"]}, **PAD)
    data = b"id,name,city\n1\n2,\n3,-,York\n\n4,x\n"
    assert [
        (2, (1, None, None)),
        (3, (2, "", None)),
        (4, (3, None, "York")),
        (6, (4, "x", None)),
    ] == valid_rows(batches(data, rules))


def test_what_is_not_a_short_row_is_not_padded() -> None:
    rules = contract("name", {"name": "id", "constraints": {"required": True}}, "city", **PAD)
    data = b'name,id,city\n  \n""\nx\ny"z\n"a\n1,2,3,4\n'
    assert [
        (2, None, "row.too_few_fields"),
        (3, None, "row.too_few_fields"),
        (4, "id", "constraint.required"),
        (5, None, "row.stray_quote"),
        (6, None, "row.unclosed_quote"),
        (7, None, "row.too_many_fields"),
    ] == faults(data, rules)


def test_both_properties() -> None:
    rules = contract(ID, "name", "city", dialect=PAD["dialect"] | TRAILING["dialect"])
    data = b"id,name,city,\n1,\n2,x,York,\n3,,,,\n"
    assert [(2, (1, None, None)), (3, (2, "x", "York"))] == valid_rows(batches(data, rules))
    assert [(4, None, "row.too_many_fields")] == faults(data, rules)


@pytest.mark.parametrize("properties", [PAD, TRAILING])
def test_a_corrected_reject_file_is_read_by_the_same_rules(properties: dict[str, Any]) -> None:
    rules = contract(ID, "name", "city", **properties)
    data = b"id,name,city\nx,Ada\n" if properties is PAD else b"id,name,city,\nx,Ada,York,\n"
    file = b"".join(map(RejectFile(rules).render, batches(data, rules)))
    correction = Correction(rules, frozenset([2]))
    pieces = correction.pieces([file.replace(b",x,", b",1,")])
    read = correction.batches(validate(pieces, contract_for_extracted_records(rules)))
    expected = (1, "Ada", None if properties is PAD else "York")
    assert [(2, expected)] == valid_rows(read)


@pytest.mark.parametrize(
    ("dialect", "malformed"),
    [
        ({}, b'x"y,z\n'),
        ({}, b'"one,two\n'),
        ({"quoteChar": None, "escapeChar": "\\"}, b"one,two\\\n"),
    ],
)
def test_a_malformed_row_is_not_padded_when_its_reject_file_is_uploaded_again(
    dialect: dict[str, Any], malformed: bytes
) -> None:
    """The reject file repeats it as one cell."""
    rules = contract("name", "city", "id", dialect={**PAD["dialect"], **dialect})
    file = b"".join(map(RejectFile(rules).render, batches(b"name,city,id\n" + malformed, rules)))
    correction = Correction(rules, frozenset([2]))
    read = validate(correction.pieces([file]), contract_for_extracted_records(rules))
    (row,) = rejected_rows(correction.batches(read))
    (fault,) = row.faults
    assert (2, None, "row.too_few_fields") == (fault.line, fault.column, fault.code)


def test_the_share_of_rejected_rows_is_certain_later_if_rows_may_be_short() -> None:
    """The rest of the file may have more rows."""
    names = ["id", *"abcdefgh"]
    bad, limits = b"x\n" * 1200, {"rejected_rate": 0.2, "rejected_rows": 5000}
    for properties, is_certain in (({}, True), (PAD, False)):
        rules = contract(*[ID, *names[1:]], limits=limits, **properties)
        rejects = LimitedRejects(rules, most_bytes=2 * len(bad) + 40 * 200)
        (batch,) = batches(",".join(names).encode() + b"\n" + bad, rules)
        rejects.take(batch)
        assert is_certain == rejects._is_rate_certain()
