"""Foreign keys: a row's values against the keys of the references."""

from collections.abc import Mapping
from typing import Any

import pytest

from csvgate.contracts.model import Contract
from csvgate.references.keys import key_sets, referred_to, unchecked
from csvgate.runtime.errors import Permanent
from csvgate.validation.validate import validate
from unit.validation.files import contract, rejected_rows

Shown = list[tuple[int, str | None, str, str | None]]
CODE = "constraint.foreign_key"


def with_key(
    fields: str | list[str], columns: str | list[str], *schema_fields: Mapping[str, Any] | str
) -> Contract:
    key = {"fields": fields, "reference": {"resource": "ref", "fields": columns}}
    return contract(
        *schema_fields,
        schema={"foreignKeys": [key]},
        references={"ref": {"object": "ref.csv", "key": "k"}},
    )


def check(data: str, reference: str, rules: Contract) -> Shown:
    keys = key_sets(rules, {"ref": reference.encode()})
    found = rejected_rows(validate([data.encode()], rules, references=keys))
    return [(f.line, f.column, f.code, f.value) for row in found for f in row.faults]


def test_a_value_that_is_not_there() -> None:
    rules = with_key("a", "k", "a", "b")
    found = rejected_rows(
        validate(
            [b"a,b\nx,1\nz,2\n,3\nX,4\n"],
            rules,
            references=key_sets(rules, {"ref": b"k,v\nx,1\ny,2\n"}),
        )
    )
    [z, upper] = [fault for row in found for fault in row.faults]
    assert (3, "a", CODE, "z", "is not in the reference ref") == (
        z.line, z.column, z.code, z.value, z.message,
    )  # fmt: skip
    assert (5, "X") == (upper.line, upper.value)


@pytest.mark.parametrize(
    ("field", "reference", "cell", "there"),
    [
        ({"type": "integer"}, "07", "7", True), ({"type": "integer"}, "7", "+7", True),
        ({"type": "integer"}, "7", "8", False),
        ({"type": "number"}, "1.5", "1.50", True), ({"type": "number"}, "1.5", "15e-1", True),
        ({"type": "number"}, "1.5", "1.51", False),
        ({"type": "number", "bigquery": "BIGNUMERIC"}, "1.50", "1.5", True),
        ({"type": "number", "bigquery": "STRING"}, "1.5", "1.50", False),
        ({"type": "boolean"}, "TRUE", "1", True), ({"type": "boolean"}, "true", "0", False),
        ({"type": "date", "format": "%d.%m.%Y"}, "2026-11-21", "21.11.2026", True),
        ({"type": "date"}, "2026-11-21", "2026-11-22", False),
        ({"type": "yearmonth", "bigquery": "DATE"}, "2026-11-01", "2026-11", True),
        ({"type": "yearmonth"}, "2026-11", "2026-11", True),
        ({"type": "year"}, "02026", "2026", True),
        ({"type": "string"}, "é", "é", True), ({"type": "string"}, "a", " a", False),
        ({"type": "string"}, "x" * 500, "x" * 500, True),
    ],
)  # fmt: skip
def test_values_of_the_columns_type_are_compared(
    field: dict[str, Any], reference: str, cell: str, there: bool
) -> None:
    rules = with_key("a", "k", {"name": "a", **field})
    expected: Shown = [] if there else [(2, "a", CODE, cell)]
    assert expected == check(f"a\n{cell}\n", f"k\n{reference}\n", rules)


TWO = ("a", {"name": "b", "type": "integer"}, "c")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("x,1,", []), ("y,2,", []), ("x,01,", []),
        ("x,2,", [(2, None, CODE, None)]), ("z,1,", [(2, None, CODE, None)]),
        (",,", []), ("x,,", [(2, None, CODE, None)]), (",1,", [(2, None, CODE, None)]),
        ("x,one,", [(2, "b", "type.integer", "one")]),
    ],
)  # fmt: skip
def test_a_key_of_two_fields(row: str, expected: Shown) -> None:
    rules = with_key(["a", "b"], ["p", "q"], *TWO)
    reference = "k,q,p\n1,1,x\n2,2,y\n3,,z\n4,4,\n"
    assert expected == check(f"a,b,c\n{row}\n", reference, rules)


def test_the_message_of_a_key_of_two_fields() -> None:
    rules = with_key(["a", "b"], ["p", "q"], *TWO)
    keys = key_sets(rules, {"ref": b"p,q\n"})
    [row] = rejected_rows(validate([b"a,b,c\nx,1,\n"], rules, references=keys))
    assert ["the combination of a, b is not in the reference ref"] == [
        fault.message for fault in row.faults
    ]


def test_all_faults_are_reported_at_once_in_the_order_of_the_fields() -> None:
    rules = with_key(
        "a", "k", {"name": "a", "constraints": {"unique": True}}, {"name": "b", "type": "date"}
    )
    # A value that is not in the reference is invalid, so it claims no key either.
    data = "a,b\nz,2026-01-01\nz,x\nx,2026-01-01\nx,2026-01-01\n"
    assert [
        (2, "a", CODE, "z"),
        (3, "a", CODE, "z"),
        (3, "b", "type.date", "x"),
        (5, "a", "constraint.unique", "x"),
    ] == check(data, "k\nx\n", rules)


def test_several_keys_into_several_references() -> None:
    key = {"resource": "one", "fields": "k"}
    rules = contract(
        "a", "b", "c",
        schema={"foreignKeys": [
            {"fields": "a", "reference": key},
            {"fields": "b", "reference": {"resource": "two", "fields": "v"}},
            {"fields": "c", "reference": key},
        ]},
        references={n: {"object": f"{n}.csv", "key": "k"} for n in ("one", "two", "three")},
    )  # fmt: skip
    assert {"one", "two"} == referred_to(rules)
    texts = {"one": b"k\nx\ny\n", "two": b"k,v\n1,x\n2,x\n"}
    keys = key_sets(rules, texts)
    found = rejected_rows(validate([b"a,b,c\nx,x,y\ny,y,x\n"], rules, references=keys))
    assert [(3, "b")] == [(f.line, f.column) for row in found for f in row.faults]


def test_a_rule_is_not_skipped_in_silence() -> None:
    rules = with_key("a", "k", "a")
    with pytest.raises(ValueError, match=r"has 1 foreign keys, but `references` has 0"):
        list(validate([b"a\nx\n"], rules))
    assert [1] == [b.rows_read for b in validate([b"a\nx\n"], rules, references=unchecked(rules))]
    assert [] == rejected_rows(validate([b"a\nx\n"], rules, references=unchecked(rules)))


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (b"", "the file is empty; its first line must name the columns"),
        (
            b"x,y\n1,2\n",
            "line 1: column k is missing, but a foreign key needs it; the file has 2 columns",
        ),
        (b"k,k\n1,2\n", "line 1: columns 1 and 2 have the same name"),
        (b"k\n1\n\nsecret\n", "line 4, column k: the cell is not an INT64"),
        (b"k\n99999999999999999999\n", "line 2, column k: the cell is not an INT64"),
        (b"k\n1,2\n", "line 2: 2 cells under a header of 1; quote cells that contain commas"),
        (b"k\n\xff\n", "line 2: the bytes are not UTF-8; save the file as UTF-8"),
        (
            b'k\n"1\n',
            "line 2: the record is not valid CSV: a quote is not closed or stands inside of "
            "a cell, or a cell has more than 131,072 characters",
        ),
    ],
)
def test_a_malformed_reference(reference: bytes, message: str) -> None:
    rules = with_key("a", "k", {"name": "a", "type": "integer"})
    with pytest.raises(Permanent) as caught:
        key_sets(rules, {"ref": reference})
    assert "reference.malformed" == caught.value.code
    whole = f"reference ref (ref.csv), {message}. Correct it, then upload the data again"
    assert whole == caught.value.message


def test_a_reference_of_too_many_keys() -> None:
    rules = with_key("a", "k", "a")
    assert 3 == len(key_sets(rules, {"ref": b"k\n1\n2\n3\n3\n\n"}, max_keys=3)[0])  # type: ignore[arg-type]  # a set
    with pytest.raises(Permanent) as caught:
        key_sets(rules, {"ref": b"k\n1\n2\n3\n4\n"}, max_keys=3)
    assert "reference.too_large" == caught.value.code


def test_a_byte_order_mark_and_blank_lines_of_a_reference_do_not_count() -> None:
    rules = with_key("a", "k", "a")
    assert [] == check("a\nx\n", "\ufeffk\r\n\r\nx\r\n", rules)
