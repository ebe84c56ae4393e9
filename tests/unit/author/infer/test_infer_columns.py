"""What a column's values are taken for."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from unit.author.infer.infer_examples import field_of, inferred, said

NUMERIC = {"type": "number", "bigquery": "NUMERIC(12, 2)"}
TEXT = {"type": "string", "bigquery": "STRING"}
INTEGER = {"type": "integer", "bigquery": "INT64"}
LIST = {"type": "list", "bigquery": "JSON"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (["1", "-20", "0"], INTEGER),
        (["0049", "1234"], TEXT),
        (["+49171", "+4930"], TEXT),
        (["12E5", "3E4"], TEXT),
        (["9" * 20], {"type": "integer", "bigquery": "NUMERIC"}),
        (["9" * 50], TEXT),
        (["1.5", "20", "-0.25"], NUMERIC),
        (["1.125", "20.0005"], {"type": "number", "bigquery": "NUMERIC(14, 4)"}),
        (["0.1234567891", "2.5"], {"type": "number", "bigquery": "FLOAT64"}),
        (["1.5e-7", "2.0"], {"type": "number", "bigquery": "FLOAT64"}),
        (["1,5", "20,25"], {**NUMERIC, "decimalChar": ","}),
        (["1,234.50", "7.25"], {**NUMERIC, "groupChar": ","}),
        (["1.234,50", "7,25"], {**NUMERIC, "decimalChar": ",", "groupChar": "."}),
        (["1 234,50", "7,25"], {**NUMERIC, "decimalChar": ",", "groupChar": " "}),
        (["1,234,567", "7"], {**INTEGER, "groupChar": ","}),
        (["1,234", "7"], {**INTEGER, "groupChar": ","}),
        (["1.234", "7"], {"type": "number", "bigquery": "NUMERIC(14, 4)"}),
        (["NaN", "1.5"], {**NUMERIC, "missingValues": ("", "NaN")}),
        (["N/A", "1", "NULL"], {**INTEGER, "missingValues": ("", "N/A", "NULL")}),
        (["true", "False", ""], {"type": "boolean", "bigquery": "BOOL"}),
        (
            ["yes", "no", "No"],
            {
                "type": "boolean",
                "bigquery": "BOOL",
                "trueValues": ("yes",),
                "falseValues": ("no", "No"),
            },
        ),
        (["yes", "yes"], TEXT),
        (
            ["J", "N", "true", "1"],
            {
                "type": "boolean",
                "bigquery": "BOOL",
                "trueValues": ("J", "true", "1"),
                "falseValues": ("N",),
            },
        ),
        # Without its opposite, a letter may mean anything: T, F and N.
        (["T", "F", "N"], TEXT),
        (["a|b", "b", "a|c|d", "d|c"], {**LIST, "delimiter": "|"}),
        (["1;2", "2", "1"], TEXT),
        (["a; b", "b", "a; c; d", "d; c"], {**LIST, "delimiter": "; "}),
        # One delimiter does not divide all cells.
        (["a; b", "b;c", "a; b;c", "c;b"], TEXT),
        (["10|20", "20|30", "10|30"], {**LIST, "delimiter": "|", "itemType": "integer"}),
        (["010|20", "20|30", "010|30"], {**LIST, "delimiter": "|"}),
        (["Home | Shop", "Home | Blog", "Shop | Blog"], TEXT),
        (["a|b", "c|d", "e|f"], TEXT),
        (["a||b", "a|b", "b|a"], TEXT),
        (["10.0.0.1", "10.0.0.2"], TEXT),
        (["   7", "  12"], {**INTEGER, "trim": True}),
        (["7", "0000-00-00"], {**INTEGER, "missingValues": ("", "0000-00-00")}),
        (
            ["2026. 11. 03.", "2026. 12. 24."],
            {"type": "date", "bigquery": "DATE", "format": "%Y. %m. %d."},
        ),
        (
            ["2026-11-03", "0000-00-00"],
            {"type": "date", "bigquery": "DATE", "missingValues": ("", "0000-00-00")},
        ),
        (["Nov. 3, 2026 \uff11", "x"], TEXT),
        (
            ["03/Nov/26", "04/Dez/26"],
            {"type": "date", "bigquery": "DATE", "language": "de", "format": "%d/%b/%y"},
        ),
        (["2026-11-21", ""], {"type": "date", "bigquery": "DATE"}),
        (["21.11.2026", "1.2.2026"], {"type": "date", "format": "any", "bigquery": "DATE"}),
        (["21/11/2026"], {"type": "date", "format": "%d/%m/%Y", "bigquery": "DATE"}),
        (["11/21/2026"], {"type": "date", "format": "%m/%d/%Y", "bigquery": "DATE"}),
        (["2026-02-30"], TEXT),
        (["20261121"], INTEGER),
        (["2026-11-21T10:00:00Z"], {"type": "datetime", "bigquery": "TIMESTAMP"}),
        (["2026-11-21T10:00:00"], {"type": "datetime", "bigquery": "DATETIME"}),
        (["2026-11-21T10:00:00", "2026-11-21T10:00:00Z"], TEXT),
        (
            ["2026-11-21 10:00"],
            {"type": "datetime", "format": "any", "bigquery": "DATETIME"},
        ),
        (
            ["11/21/2026 3:30 PM"],
            {"type": "datetime", "format": "%m/%d/%Y %I:%M %p", "bigquery": "DATETIME"},
        ),
        (["10:00:00"], {"type": "time", "bigquery": "TIME"}),
        (["9:30", "10:00:05"], {"type": "time", "format": "any", "bigquery": "TIME"}),
        (
            ["a@example.com", "jürgen@bücher.example"],
            {**TEXT, "format": "email", "sensitive": True},
        ),
        (["https://example.com/a?b=c"], {**TEXT, "format": "uri"}),
        (["123e4567-e89b-12d3-a456-426614174000"], {**TEXT, "format": "uuid"}),
        (["anything", "at all"], TEXT),
        (["", ""], TEXT),
        (["NEW", "PAID"] * 10, {**TEXT, "enum": ("NEW", "PAID")}),
        (["NEW", "PAID"] * 9, TEXT),
    ],
)
def test_types(tmp_path: Path, values: Sequence[str], field: dict[str, object]) -> None:
    assert said(field_of(tmp_path, values)) == field


def test_eight_digits_are_a_date_by_the_columns_name(tmp_path: Path) -> None:
    field = field_of(tmp_path, ["20261121", "20261201"], "order_date")
    assert (field.type, field.format) == ("date", "%Y%m%d")


def test_a_comma_among_semicolons_is_a_decimal_point(tmp_path: Path) -> None:
    [weight, _] = inferred(tmp_path, b"weight;x\n1,250;a\n7,125;b\n").schema_.fields
    assert (weight.type, weight.decimal_char) == ("number", ",")


def test_amounts_are_never_below_zero_where_none_of_many_is(tmp_path: Path) -> None:
    many = [str(n) for n in range(100)]
    assert field_of(tmp_path, many, "quantity").constraints.minimum == 0
    assert field_of(tmp_path, [*many, "-1"], "quantity").constraints.minimum is None
    assert field_of(tmp_path, many, "height").constraints.minimum is None


@pytest.mark.parametrize("label", ["order_id", "Order ID", "ID", "Item No", "SKU", "orderId"])
def test_a_column_named_like_a_key_is_unique_among_few_rows(tmp_path: Path, label: str) -> None:
    assert field_of(tmp_path, ["7", "8"], label).constraints.unique
    assert not field_of(tmp_path, ["7", "7"], label).constraints.unique


def test_required_and_unique(tmp_path: Path) -> None:
    rows = "".join(f"{n},U{n},{n % 2},{'x' * (n % 2)}\n" for n in range(30))
    fields = inferred(tmp_path, f"n,user_id,half,gap\n{rows}".encode()).schema_.fields
    assert [(f.name, f.constraints.required, f.constraints.unique) for f in fields] == [
        ("n", True, False),
        ("user_id", True, True),
        ("half", True, False),
        ("gap", False, False),
    ]


@pytest.mark.parametrize(
    ("values", "note"),
    [
        (["0049", "1234"], "digits, kept as text because some begin with 0 or +"),
        (["+49 30 1234", "+49 40 98 76"], "digits, kept as text because some begin with 0 or +"),
        (["030 1234-5", "0171 99887"], "digits, kept as text because some begin with 0 or +"),
        (["2026年11月1日", "2026年12月24日"], 'format: "%Y年%m月%d日"'),
        (["2026/11/01 10:01:11 AM EST", "2026/11/02 10:01:11 AM EST"], "datetimes with EST"),
        (["5 de enero de 2026", "17 de marzo de 2026"], "language: es"),
        (
            ["46330", "46331", "46390"],
            "perhaps Excel's day numbers; then use type: date, format: excel",
        ),
        (["46330.5", "46331", "46390"], "then use type: datetime, format: excel"),
        (["01:30:00", "27:15:00"], "durations rather than times"),
        (["2026-11-04 11:30:00.1234567"], "more digits after the second than the six"),
        (["a|b", "b|c", "a|c"], "guessed: lists; to keep the texts, use string and STRING"),
        (
            ["1", "-999", "5"],
            "perhaps -999 stands for missing values; then list it in missingValues",
        ),
        (["1", "-9999.0", "55.5"], "perhaps -9999.0 stands for missing values"),
        (["\u0661\u0662", "\u0665"], "numbers in digits that are not ASCII"),
        (["10:12 GMT+1, 3. 11. 26", "2026-11-03 10:12 GMT+1"], "text"),
        (
            ["2026-11-03 10:12 GMT+1", "2026-11-03 10:13 GMT+1"],
            "datetimes with GMT+1, which no format",
        ),
        (["01-02-2026", "99-99-2026"], "dates of several forms"),
        (["10.0.0.1", "10.0.0.2", "n"], "look like an IP address\n"),
    ],
)
def test_comments(tmp_path: Path, values: Sequence[str], note: str) -> None:
    field_of(tmp_path, values)
    assert note in (tmp_path / "things.yaml").read_text()


@pytest.mark.parametrize("values", [["1", "-999", "500"], ["-999", "-9999"], ["1", "-99"]])
def test_numbers_that_others_come_close_to_stand_for_nothing(
    tmp_path: Path, values: Sequence[str]
) -> None:
    field_of(tmp_path, values)
    assert "stands for" not in (tmp_path / "things.yaml").read_text()


@pytest.mark.parametrize(
    ("name", "value", "form"),
    [
        ("date_time", "2026110315", "%Y%m%d%H"),
        ("Datum", "202611031530", "%Y%m%d%H%M"),
        ("order_id", "2026110315", None),
        ("date_time", "2026110399", None),
    ],
)
def test_hours_in_digits_are_datetimes_by_the_columns_name(
    tmp_path: Path, name: str, value: str, form: str | None
) -> None:
    field = field_of(tmp_path, [value, value[:-1] + "1" if form else value], name)
    assert (field.type, field.format) == (("datetime", form) if form else ("integer", "default"))


@pytest.mark.parametrize("name", ["zip", "id_of_order", "customer_no", "PLZ"])
def test_codes_are_not_taken_for_days_of_excel(tmp_path: Path, name: str) -> None:
    field_of(tmp_path, ["46330", "46331", "46390"], name)
    assert "Excel" not in (tmp_path / "things.yaml").read_text()


def test_excel_days_with_parts_of_days_are_found_by_name(tmp_path: Path) -> None:
    field = field_of(tmp_path, ["46330.5", "46331"], "order_date")
    assert (field.type, field.format, field.bigquery) == ("datetime", "excel", "DATETIME")


@pytest.mark.parametrize(
    ("values", "trim"),
    [
        (["Ann   ", "Benita", "Cem   "], True),
        ([" Ann", " Benita"], True),
        (["Ann ", "Benita", "Cem  "], None),
    ],
)
def test_texts_that_a_program_padded_are_trimmed(
    tmp_path: Path, values: Sequence[str], trim: bool | None
) -> None:
    assert field_of(tmp_path, values).trim is trim


@pytest.mark.parametrize(
    ("rows", "distinguished"),
    [
        ('1,"",x\n2,,y\n', True),
        ('1,"",x\n2,"",y\n', False),
        ("1,,x\n2,a,y\n", False),
        # A quoted missing value in a column that is not text would become a fault.
        ('1,"",x\n2,,y\n"",a,z\n', False),
        ('1,"",x\n2,,y\n"NA",a,z\n', False),
    ],
)
def test_quotes_that_tell_empty_texts_from_missing_ones(
    tmp_path: Path, rows: str, distinguished: bool
) -> None:
    found = inferred(tmp_path, f"id,note,city\n{rows}".encode())
    assert found.dialect.quoted_missing is not distinguished
    assert found.schema_.fields[0].type == "integer"
