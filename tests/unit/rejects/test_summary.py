"""Counts and examples for people."""

from csvgate.protocol.events import FaultExample, Reason
from csvgate.rejects.summary import Reasons
from csvgate.validation.validate import validate
from unit.validation.files import batches, contract, rejected_rows

RULES = contract(
    {"name": "email", "format": "email", "sensitive": True}, {"name": "n", "type": "integer"}
)


def reasons(data: bytes) -> tuple[Reason, ...]:
    found = Reasons(RULES)
    for row in rejected_rows(batches(data, RULES)):
        found.add(row)
    return found.top()


def test_the_most_frequent_come_first_with_three_examples() -> None:
    data = b"email,n\n" + b"a@example.com,x\n" * 5 + b"short\n" + b"nobody,1\n"
    found = reasons(data)
    assert [
        ("type.integer", "n", 5),
        ("format.email", "email", 1),
        ("row.too_few_fields", None, 1),
    ] == [(r.code, r.column, r.rows) for r in found]
    message = "is not a whole number: digits, perhaps with a sign in front"
    assert tuple(
        FaultExample(line=line, column="n", code="type.integer", value="x", message=message)
        for line in (2, 3, 4)
    ) == (found[0].examples)


def test_sensitive_values_are_masked() -> None:
    (reason,) = reasons(b"email,n\nsecret,1\n")
    assert "•••" == reason.examples[0].value
    assert "secret" not in reason.model_dump_json()


def test_a_row_counts_once_for_a_code_and_column() -> None:
    rules = contract({"name": "a", "constraints": {"maxLength": 1, "pattern": "x"}})
    found = Reasons(rules)
    for row in rejected_rows(batches(b"a\nyy\n", rules)):
        found.add(row)
    expected = [("constraint.max_length", 1), ("constraint.pattern", 1)]
    assert expected == [(r.code, r.rows) for r in found.top()]


def test_a_row_counts_once_for_two_faults_of_a_column_with_the_same_code() -> None:
    keys = [
        {"fields": "a", "reference": {"resource": name, "fields": "k"}} for name in ("one", "two")
    ]
    rules = contract("a", schema={"foreignKeys": keys})
    found = Reasons(rules)
    for batch in validate([b"a\nx\ny\n"], rules, references=[{"y"}, {"y"}]):
        for row in batch.rejected:
            assert 2 == len(row.faults)
            found.add(row)
    assert [("constraint.foreign_key", "a", 1)] == [(r.code, r.column, r.rows) for r in found.top()]
