"""Which columns a file may lack, and which further ones it may have."""

from typing import Any

import pytest

from csvgate.contracts.model import Contract
from csvgate.validation.faults import FileFault
from unit.validation.files import batches, contract, faults, valid_rows

ID = {"name": "id", "label": ["Order ID", "OrderNo", "id"], "type": "integer"}
PAID = {"name": "paid", "type": "boolean", "optional": True, "default": "false"}
NOTE = {"name": "note", "optional": True}
ORDERS = contract(ID, PAID, NOTE)
INDEX = contract({"name": "index", "label": ""}, "a", "b")


def fault(data: bytes, rules: Contract) -> str:
    with pytest.raises(FileFault) as caught:
        batches(data, rules)
    return str(caught.value)


def rows(data: bytes, rules: Contract) -> list[tuple[object, ...]]:
    return [values for _, values in valid_rows(batches(data, rules))]


@pytest.mark.parametrize("label", ["Order ID", "ORDERNO ", "id"])
def test_a_field_is_found_by_any_of_its_labels(label: str) -> None:
    assert [("x", 7)] == rows(f"note,{label}\nx,7\n".encode(), contract("note", ID))


def test_two_labels_of_one_field_are_ambiguous() -> None:
    assert fault(b"Order ID,note,orderno\n1,x,1\n", ORDERS) == (
        "header.duplicate_column: more than once in the header: Order ID = orderno "
        "(columns 1, 3); keep one"
    )


def test_a_missing_column_is_listed_with_its_labels() -> None:
    assert fault(b"note,paid\nx,true\n", ORDERS) == (
        "header.missing_column: not in the header: Order ID or OrderNo or id"
    )
    five = contract("a", {"name": "b", "label": list("vwxyz")})
    assert fault(b"a\n1\n", five).endswith("not in the header: v or w or x or y or …")
    assert fault(b"q\n1\n", ORDERS).startswith(
        "header.missing_column: the header names none of the contract's columns: "
        "Order ID or OrderNo or id, paid, note. Found: q."
    )


@pytest.mark.parametrize("label", ["OrdersNo", "Order-ID"])
def test_an_unknown_label_near_one_of_several_is_shown_with_all(label: str) -> None:
    assert fault(f"{label},note\n1,x\n".encode(), ORDERS) == (
        "header.missing_column: not in the header: Order ID or OrderNo or id. "
        f"Not in the contract: {label} (column 1: did you mean Order ID or OrderNo or id?)"
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"id,note,paid\n7,x,true\n", (7, True, "x")),
        (b"id,note,paid\n7,,\n", (7, False, None)),
        (b"note,id\nx,7\n", (7, False, "x")),
        (b"id\n7\n", (7, False, None)),
    ],
)
def test_an_optional_column_may_be_absent(data: bytes, expected: tuple[object, ...]) -> None:
    assert [expected] == rows(data, ORDERS)


def test_a_blank_label_is_not_evidence_for_another_delimiter() -> None:
    assert fault(b"a|x|\n", INDEX).startswith("header.missing_column: the header names none of")


def test_the_width_of_rows_is_that_of_the_header() -> None:
    assert [(3, None, "row.too_many_fields"), (4, None, "row.too_few_fields")] == faults(
        b"id,note\n1,x\n2,x,true\n3\n", ORDERS
    )


def test_a_misspelt_optional_column_is_an_unknown_one() -> None:
    assert fault(b"id,notes\n1,x\n", ORDERS) == (
        "header.extra_column: not in the contract: notes (column 2: did you mean note?)"
    )


def test_another_delimiter_is_recognised_by_optional_columns_too() -> None:
    assert fault(b"id;note\n1;x\n", ORDERS).startswith("header.wrong_delimiter")


@pytest.mark.parametrize("missing", [[], ["NA"], [""]])
def test_the_cells_of_an_absent_column_are_missing_whatever_the_texts_are(
    missing: list[str],
) -> None:
    rules = contract("a", {"name": "n", "type": "integer", "optional": True},
                     schema={"missingValues": missing})  # fmt: skip
    assert [("1", None)] == rows(b"a\n1\n", rules)


def test_a_default_is_read_as_a_cell_of_its_field() -> None:
    price = {
        "name": "price",
        "type": "number",
        "decimalChar": ",",
        "default": "2,50",
        "missingValues": ["", "-"],
        "constraints": {"required": True},
    }
    found = rows(b"a,price\n1;-\n".replace(b";", b",") + b'2,\n3,"7,1"\n', contract("a", price))
    assert ["2.50", "2.50", "7.1"] == [str(value) for _, value in found]


def test_a_default_that_is_not_in_the_reference_is_a_fault_of_the_row() -> None:
    key = {"fields": "b", "reference": {"resource": "r", "fields": "b"}}
    rules = contract("a", {"name": "b", "default": "x"}, schema={"foreignKeys": [key]})
    from csvgate.validation.validate import validate

    (batch,) = validate([b"a,b\n1,\n2,y\n"], rules, references=[{"y"}])
    assert [(2, "constraint.foreign_key")] == [
        (row.line, fault.code) for row in batch.rejected for fault in row.faults
    ]


MATCHES: dict[str, list[tuple[str, str | None]]] = {
    "equal": [
        ("a,b", None),
        ("b,a", None),
        ("a", "header.missing_column"),
        ("a,b,c", "header.extra_column"),
    ],
    "exact": [
        ("a,b", None),
        ("b,a", "header.column_order"),
        ("a", "header.missing_column"),
        ("a,b,c", "header.extra_column"),
    ],
    "subset": [
        ("b,a", None),
        ("c,b,d,a", None),
        ("c,b,,a,,c", None),
        ("a,c", "header.missing_column"),
        ("a,b,a,c", "header.duplicate_column"),
    ],
    "superset": [
        ("b,a", None),
        ("b", None),
        ("b,c", "header.extra_column"),
        ("c", "header.missing_column"),
        ("a,", "header.blank_label"),
    ],
    "partial": [
        ("b,a", None),
        ("c,b", None),
        ("c,d", "header.missing_column"),
        ("", "file.empty"),
    ],
}


@pytest.mark.parametrize(
    ("match", "header", "code"), [(m, *case) for m, cases in MATCHES.items() for case in cases]
)
def test_fields_match(match: str, header: str, code: str | None) -> None:
    rules = contract("a", "b", schema={"fieldsMatch": match})
    labels = header.split(",")
    data = f"{header}\n{','.join(f'{label}{i}' for i, label in enumerate(labels))}\n".encode()
    if code is None:
        places = [labels.index(name) if name in labels else None for name in "ab"]
        cells = tuple(
            f"{name}{at}" if at is not None else None for name, at in zip("ab", places, strict=True)
        )
        assert [cells] == rows(data if header else b"", rules)
    else:
        assert [(1, None, code)] == faults(data if header else b"", rules)


def test_the_first_column_in_the_wrong_place_is_named() -> None:
    rules = contract("a", "b", "c", schema={"fieldsMatch": "exact"})
    assert fault(b"a,c,b\n1,2,3\n", rules) == (
        "header.column_order: column 2 should be b, but the header has it in column 3; bring the "
        "columns into the order of the contract, or change its `fieldsMatch` to equal"
    )


@pytest.mark.parametrize(
    "field",
    [{"constraints": {"required": True}}, {"constraints": {"required": True}, "default": "x"}, {}],
)
def test_a_required_column_may_be_absent_only_with_a_default(field: dict[str, Any]) -> None:
    rules = contract("a", {"name": "b", **field}, schema={"fieldsMatch": "superset"})
    if field and "default" not in field:
        assert [(1, None, "header.missing_column")] == faults(b"a\n1\n", rules)
    else:
        assert [("1", field.get("default"))] == rows(b"a\n1\n", rules)


def test_a_column_of_the_primary_key_may_not_be_absent() -> None:
    rules = contract("a", "b", schema={"fieldsMatch": "superset", "primaryKey": ["b"]})
    assert [(1, None, "header.missing_column")] == faults(b"a\n1\n", rules)


def test_extra_columns_are_not_read() -> None:
    """Neither a fault in their cells nor their labels matter."""
    rules = contract("a", {"name": "b", "type": "integer"}, schema={"extraColumns": "ignore"})
    data = b"x,b,x,a,,\n\xff,1,\0,v,,\n,z,,,,\n"
    assert [("v", 1)] == rows(data, rules)
    assert [(3, "b", "type.integer")] == faults(data, rules)
    assert [("v",)] == rows(b"x,a,y\n1,v,2\n", contract("a", schema={"extraColumns": "ignore"}))
    assert [("vw",)] == rows(b"x,a,y\n1,vw,2\n", contract("a", schema={"extraColumns": "ignore"}))


def test_a_field_may_be_bound_to_the_only_blank_label() -> None:
    assert [("0", "1", "x")] == rows(b",a,b\n0,1,x\n", INDEX)
    assert [("0", "1", "x")] == rows(b'b," ",a\nx,0,1\n', INDEX)
    listed = contract({"name": "index", "label": ["", "Unnamed: 0"]}, "a")
    assert [("0", "1")] * 2 == rows(b",a\n0,1\n", listed) + rows(b"a,unnamed: 0\n1,0\n", listed)
    assert fault(b",a,Unnamed: 0\n", listed) == (
        "header.duplicate_column: more than once in the header: '' = Unnamed: 0 (columns 1, 3); "
        "keep one"
    )


def test_two_blank_labels_are_ambiguous() -> None:
    message = (
        "header.blank_label: without a name: column 1, 4; only index can be without a name, so "
        "name or remove the others"
    )
    assert message == fault(b",a,b,\n", INDEX)
    ignoring = contract({"name": "index", "label": ""}, "a", schema={"extraColumns": "ignore"})
    assert message == fault(b",a,b,\n", ignoring)


def test_a_blank_label_that_is_missing_is_shown() -> None:
    assert fault(b"a,b\n1,2\n", INDEX) == "header.missing_column: not in the header: ''"
