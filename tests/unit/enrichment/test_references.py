"""A reference file becomes typed columns, or an error that says where and what to do."""

from decimal import Decimal

import pytest

from csvgate.contracts.model import Reference
from csvgate.enrichment.rows import references
from csvgate.runtime.errors import Permanent
from csvgate.types.bigquery import BigQueryType
from unit.enrichment.enrich_examples import reference


def numeric(precision: int, scale: int) -> BigQueryType:
    return BigQueryType("NUMERIC", precision=precision, scale=scale)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2.5", ""], "NUMERIC"),
        (["0.5", "0", "-0.25"], "NUMERIC"),
        (["9" * 29, "0.123456789"], "NUMERIC"),
        (["007"], "STRING"),
        (["+1"], "STRING"),
        (["1."], "STRING"),
        ([".5"], "STRING"),
        (["1e3"], "STRING"),
        (["٣"], "STRING"),
        (["1,5"], "STRING"),
        (["9" * 30], "STRING"),
        (["0.0123456789"], "STRING"),
        (["1", "n/a"], "STRING"),
        (["", ""], "STRING"),
        ([], "STRING"),
    ],
)
def test_types_are_inferred_from_every_value(cells: list[str], kind: str) -> None:
    rows = "".join(f'{i},"{cell}"\n' for i, cell in enumerate(cells))
    assert BigQueryType(kind) == reference(f"k,v\n{rows}").columns["v"].type


def test_values_empty_is_null_and_the_declared_type_wins() -> None:
    table = reference("k,n,code,when\na,1.50,7,2026-01-31\nb,,8,\n", code="STRING", when="DATE")
    assert table.keys.to_pylist() == ["a", "b"]
    assert [Decimal("1.5"), None] == table.columns["n"].values.to_pylist()
    assert table.columns["code"].values.to_pylist() == ["7", "8"]
    assert BigQueryType("DATE") == table.columns["when"].type
    assert list(table.columns) == ["n", "code", "when"]


def test_expressions_compute_with_the_digits_that_are_there() -> None:
    table = reference("k,rate,big,given\na,1.0840,-1234,1\nb,0.93,5,2\n", given="NUMERIC(10, 4)")
    fits = {name: column.fit for name, column in table.columns.items()}
    assert {"rate": numeric(4, 3), "big": numeric(4, 0), "given": numeric(10, 4)} == fits


@pytest.mark.parametrize("data", [b"\xef\xbb\xbfk,v\na,1\n", b"k,v\r\na,1\r\n", b"k,v\n\na,1\n\n"])
def test_bom_line_ends_and_blank_lines(data: bytes) -> None:
    table = reference(data)
    assert (["a"], [Decimal(1)]) == (table.keys.to_pylist(), table.columns["v"].values.to_pylist())


@pytest.mark.parametrize(
    ("data", "columns", "problem"),
    [
        ("", {}, "the file is empty"),
        ("id,v\n1,2\n", {}, "line 1: no key column 'k'; the file has 2 columns"),
        ("k,v\na,1\nb\n", {}, "line 3: 1 cells under a header of 2"),
        ('k,v\n"a\nb",1\na,1,2\n', {}, "line 4: 3 cells under a header of 2"),
        ("k,v\na,1\nb,2\na,3\n", {}, "line 4, column k: repeats the key of line 2"),
        ("k,v\n,1\n", {}, "line 2, column k: the key is empty"),
        ("k,v,v\n", {}, "line 1: columns 2 and 3 have the same name"),
        ("k,v\na,1\nb,x\n", {"v": "INT64"}, "line 3, column v: the cell is not an INT64"),
        ("k,v\na,1.234\n", {"v": "NUMERIC(5, 2)"}, "column v: the cell has 1 digits before and 3"),
        ("k,v\na,abc\n", {"v": "STRING(2)"}, "column v: the cell has 3 characters"),
        ("k,v\na,2026-02-30\n", {"v": "DATE"}, "column v: the cell is not a DATE like 2026-11-21"),
        ("k,v\na,2026-01-01T00:00\n", {"v": "TIMESTAMP"}, "has no time zone"),
        ("k,v\na,yes\n", {"v": "BOOL"}, "write true or false"),
        ("k,v\na,{\n", {"v": "JSON"}, "is not valid JSON"),
        ("k,v\n", {"w": "INT64"}, "the contract gives types to w; the file has 2 columns"),
        ('k,v\na,"b\n', {}, "line 2: the record is not valid CSV"),
        (b"k,v\na,1\nb,\xff\n", {}, "line 3: the bytes are not UTF-8"),
    ],
)
def test_malformed(data: str | bytes, columns: dict[str, str], problem: str) -> None:
    with pytest.raises(Permanent) as raised:
        reference(data, **columns)
    assert raised.value.code == "reference.malformed"
    assert "reference ref (ref.csv)" in raised.value.message
    assert problem in raised.value.message


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "MAX_BYTES", 10)
    with pytest.raises(Permanent, match=r"reference\.too_large.*has 12 bytes, over 10"):
        reference("k,v\nab,1234\n")


def test_messages_do_not_contain_the_cell() -> None:
    with pytest.raises(Permanent) as raised:
        reference("k,v\na,secret\n", v="INT64")
    assert "secret" not in str(raised.value)


def test_a_file_without_its_header_is_not_repeated() -> None:
    """Its first row would stand as labels; only what resembles a wanted label is named."""
    data = b"ann@example.com,Ann Smith,customer-key\nbob@example.com,Bob,1\n"
    spec = Reference(object="ref.csv", key="customer_key")
    with pytest.raises(Permanent) as raised:
        references.parse_reference(data, name="ref", reference=spec)
    assert "file has 3 columns, among them customer-key." in raised.value.message
    assert "ann@" not in raised.value.message
    assert "Ann" not in raised.value.message
