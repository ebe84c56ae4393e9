"""A condition of a contract cannot end the statement into which it is put."""

import pytest

from csvgate.contracts.checks.sql_condition import wrong_condition


@pytest.mark.parametrize(
    "text",
    [
        "state = 'deleted'",
        "deleted",
        "`order` = 1 AND NOT (`a;b` OR x)",
        "note = '''it's -- fine; /* or ) */'''",
        'note = """a "quoted" text (""" OR note = r"\\d(" OR note = \'it\\\'s\'',
        "kind IN UNNEST(['x', 'y']) AND amounts[OFFSET(0)] > 1",
        "selected AND a - -1 > 0 AND b / 2 > c * 3",
        "EXTRACT(YEAR FROM day) < 2020",
    ],
)
def test_a_condition(text: str) -> None:
    assert wrong_condition(text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; write a condition, such as state = 'deleted', or drop it"),
        (" \n", "is empty; write a condition, such as state = 'deleted', or drop it"),
        ("TRUE) OR (1 = 1", "has a ) too many; drop it"),
        ("a IN (1, [2)", "has a ) too many; drop it"),
        ("(a", "lacks a ); close what is open"),
        ("f([1, (2)", "lacks a ]; close what is open"),
        ("a = 1 -- comment", "has a comment (--); drop it"),
        ("a = 1 # comment", "has a comment (#); drop it"),
        ("a = /* 1 */ 2", "has a comment (/*); drop it"),
        ("a; DROP TABLE t", "has ';', which a condition cannot have; write values as literals"),
        ("a = @upload", "has '@', which a condition cannot have; write values as literals"),
        ("a = ?", "has '?', which a condition cannot have; write values as literals"),
        ("a = 'x", "has a ' that is not closed; write it twice around the text"),
        ("a = 'x\\'", "has a ' that is not closed; write it twice around the text"),
        ('a = """x', 'has a " that is not closed; write it twice around the text'),
        ("a = 'x\ny'", "has a ' that is not closed; write it twice around the text"),
        ("`a", "has a ` that is not closed; write it twice around the text"),
        (
            "a IN (Select b FROM t)",
            "has Select; a condition can use only the columns of one row",
        ),
    ],
)
def test_not_a_condition(text: str, message: str) -> None:
    assert wrong_condition(text) == message
