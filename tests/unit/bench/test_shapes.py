"""Shapes: the list of faults is exact, the files are as various as they claim, and repeatable."""

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest
from bench import truth
from bench.inputs import open_text
from bench.shapes import wide
from bench.shapes.orders import ShopOrders
from bench.shapes.registry import BY_NAME, HEADLINE, SHAPES
from bench.shapes.shape import Shape, ShapeFile, write
from bench.shapes.spoiled import WAYS, spoil
from samples.make_orders import write_orders

from csvgate.contracts.model import SchemaField
from csvgate.types.common.field_type import CellFault
from csvgate.validation.cells import Cells
from unit.bench.shape_files import small


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shapes")


def shape_params() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)


def content(made: ShapeFile) -> bytes:
    data = made.path.read_bytes()
    return gzip.decompress(data) if made.path.suffix == ".gz" else data


@shape_params()
def test_a_shape_is_the_same_each_time(shape: Shape, folder: Path, tmp_path: Path) -> None:
    made = small(shape.name, folder)
    again = write(shape, tmp_path, made.rows)
    assert made.path.read_bytes() == again.path.read_bytes()
    assert truth.read(made.truth) == truth.read(again.truth)


@shape_params()
def test_about_one_row_in_a_hundred_is_bad(shape: Shape, folder: Path) -> None:
    made = small(shape.name, folder)
    bad = len({wrong.record for wrong in truth.read(made.truth)})
    share = 0.1 if shape.name == "dirty" else 0.01
    assert 0.5 * share < bad / made.rows < 1.7 * share


@shape_params()
def test_the_cleaned_file_differs_only_where_a_tool_would_stop(shape: Shape, folder: Path) -> None:
    made = small(shape.name, folder)
    opened = gzip.open if shape.gzip else open
    with opened(made.path, "rb") as before, opened(made.cleaned, "rb") as after:
        old, new = (file.read().split(shape.line_end.encode()) for file in (before, after))
    stops = {"row.stray_quote", "encoding.invalid"}
    expected = {w.record for w in truth.read(made.truth) if w.code in stops}
    differing = sum(a != b for a, b in zip(old, new, strict=True))
    assert len(expected) == differing
    assert expected or shape.name in ("wide", "events")
    if shape.codec == "utf-8":
        b"\n".join(new).decode()


@shape_params()
def test_without_its_bad_rows_a_file_has_the_columns_of_its_contract(
    shape: Shape, folder: Path
) -> None:
    made = small(shape.name, folder)
    contract = shape.contract()
    with open_text(made.cleaned if not shape.gzip else made.path, contract) as file:
        widths = Counter(len(row) for row in csv.reader(file, delimiter=contract.dialect.delimiter))
    assert widths.most_common(1)[0][0] == len(contract.schema_.fields)


def test_the_sample_is_that_of_make_orders(folder: Path, tmp_path: Path) -> None:
    made = small("sample", folder)
    write_orders(tmp_path / "orders.csv", rows=made.rows, bad=0.01, seed=7)
    assert (tmp_path / "orders.csv").read_bytes() == made.path.read_bytes()


def test_files_of_returns_and_gzip_are_those_of_other_shapes(folder: Path) -> None:
    sample, returns = (content(small(name, folder)) for name in ("sample", "returns"))
    assert sample == returns.replace(b"\r", b"\n")
    assert content(small("orders", folder)) == content(small("gzip", folder))


def test_latin_letters_and_line_ends(folder: Path) -> None:
    data = content(small("latin", folder))
    assert "Straße".encode("cp1252") in data
    assert data.count(b"\r\n") == 5_001


def test_latin_rows_of_another_width_are_in_ascii() -> None:
    records = list(BY_NAME["latin"].records(20_000))
    width = ("row.too_many_fields", "row.too_few_fields")
    bad = [text for text, faults in records if any(code in width for _, code in faults)]
    assert len(bad) > 10
    assert all(text.isascii() for text in bad)
    assert not all(text.isascii() for text, _ in records)


def test_orders_hardly_repeat() -> None:
    rows = [row for row, _ in ShopOrders(20_000, 0).rows(20_000)]
    distinct = [len(set(column)) for column in zip(*rows, strict=True)]
    number, customer, email, *_ = distinct
    assert (20_000, 20_000) == (number, email)
    assert customer > 12_000
    assert distinct[7] > 19_000
    notes = [row[9] for row in rows if row[9]]
    assert 0.3 < len(notes) / len(rows) < 0.36
    assert len(set(notes)) > 0.8 * len(notes)
    assert 0.05 < sum(not row[2].isascii() for row in rows) / len(rows) < 0.09
    assert [row[0] for row in rows] != sorted(row[0] for row in rows)


@pytest.mark.parametrize("way", WAYS)
def test_thirty_ways_to_spoil_an_order(way: str) -> None:
    orders = ShopOrders(50, 0)
    seen = set()
    for row, _ in orders.rows(50):
        before = list(row)
        faults = spoil(row, way, orders.random, ["ORD-10000000"])
        assert faults
        assert row != before
        seen.add(tuple(row))
    assert 30 == len(WAYS) == len(set(WAYS))
    assert 50 == len(seen)


def test_dirty_orders_are_spoilt_in_every_way(folder: Path) -> None:
    found = Counter(wrong.code for wrong in truth.read(small("dirty", folder).truth))
    codes = set[str]()
    orders = ShopOrders(1, 0)
    (row, _), *_ = orders.rows(1)
    for way in WAYS:
        codes |= {code for _, code in spoil(list(row), way, orders.random, ["x"])}
    assert codes == set(found)


def test_a_way_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a way"):
        spoil([""] * 10, "by magic", ShopOrders(1, 0).random, [])


@pytest.mark.parametrize("field", wide.contract().schema_.fields[1:], ids=lambda f: f.name)
def test_every_wrong_cell_of_the_wide_file_is_wrong(field: SchemaField) -> None:
    cells = Cells(field, wide.contract().schema_, required=False)
    code, texts = wide.WRONG.get(field.name.rpartition("_")[0], ("", ()))
    for text in texts:
        with pytest.raises(CellFault) as caught:
            _ = cells[text]
        assert [code] == [found for found, _ in caught.value.faults]


def test_the_headline_is_the_realistic_shape() -> None:
    assert HEADLINE is BY_NAME["orders"]
    assert ["returns"] == [shape.name for shape in SHAPES if not shape.average]
