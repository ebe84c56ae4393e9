"""Rows of a table in the terminal and as JSON."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from csvgate_ops.cli.operate._rows_view import print_rows
from csvgate_ops.operate.tables import Rows

AT = datetime(2026, 11, 21, 14, 30, 59, 123456, tzinfo=UTC)
ROWS = Rows(
    ("id", "name", "amount", "day", "at", "tags"),
    [
        (7, "Ann Müller", Decimal("12.500000000"), date(2026, 11, 21), AT, ["a", None]),
        (1234, "\x1b[31m田中\n", None, None, None, []),
    ],
    total=9,
)


def test_a_table_with_numbers_to_the_right(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, as_json=False)
    out, err = capsys.readouterr()
    assert out == (
        "  id  name            amount  day         at                           tags\n"
        '   7  Ann Müller        12.5  2026-11-21  2026-11-21 14:30:59.123456Z  ["a", null]\n'
        "1234  \\x1b[31m田中\\n    NULL  NULL        NULL                         []\n"
    )
    assert err == "(the first 2 rows of 9; --most shows more)\n"


def test_wide_rows_stand_below_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    columns = tuple(f"column_{number}" for number in range(40))
    print_rows(Rows(columns, [tuple(range(40))], total=1), as_json=False)
    out, err = capsys.readouterr()
    assert out.splitlines()[:3] == ["row 1", "  column_0   0", "  column_1   1"]
    assert err == ""


def test_no_rows(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(Rows(("id", "name"), [], total=0), as_json=False)
    assert capsys.readouterr().out == "no rows; the columns are: id, name\n"


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, as_json=True)
    first, second = json.loads(capsys.readouterr().out)
    assert first["amount"] == "12.5"
    assert first["day"] == "2026-11-21"
    assert second["name"] == "\x1b[31m田中\n"
    assert second["amount"] is None


def test_a_statement_without_rows(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(Rows((), [], total=0), as_json=False)
    assert capsys.readouterr().out == "done; there are no rows to show\n"
