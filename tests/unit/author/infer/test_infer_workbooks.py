"""`csvgate infer` drafts contracts for sheets of Excel workbooks, and `check` accepts them."""

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from csvgate.contracts.load import load
from csvgate.contracts.model import Contract
from csvgate.csv.workbook.rows import Cell, Row
from csvgate.validation.validate import validate
from csvgate_ops.author.infer.contract.naming import dataset_name, match
from csvgate_ops.author.infer.file import sheet_sample
from csvgate_ops.author.infer.file.sheet_sample import SheetSample
from csvgate_ops.cli.author import check
from unit.author.infer.infer_examples import run
from unit.csv.workbook.workbooks import parts, workbook

ORDERS: list[list[Any]] = [["id", "city"], [1, "Oslo"], [2, "Bergen"]]
PRICES: list[list[Any]] = [["sku", "price"], ["N-1", 12.5], ["N-2", 80]]


def inferred(folder: Path, data: bytes, *options: str, exit_code: int = 0) -> Contract:
    """The contract of a workbook, which it accepts."""
    file, out = folder / "things.xlsx", folder / "things.yaml"
    file.write_bytes(data)
    out.unlink(missing_ok=True)
    done = run(file, "--out", out, *options)
    assert done.exit_code == exit_code, done.output
    checked = CliRunner().invoke(check.command, [str(file), "--contract", str(out)])
    assert checked.exit_code == exit_code, out.read_text() + checked.output
    return load(out)


def refused(folder: Path, data: bytes, *options: str) -> str:
    file = folder / "things.xlsx"
    file.write_bytes(data)
    done = run(file, *options)
    assert (done.exit_code, done.stdout) == (2, "")
    return done.stderr


def sheet_of(contract: Contract) -> str | None:
    return contract.dialect.sheet_name


def names(contract: Contract) -> list[str]:
    return [field.name for field in contract.schema_.fields]


def test_the_sheet(tmp_path: Path) -> None:
    both = workbook({"Notes": [["Ask Tove before you change prices"]], "A": ORDERS, "B": PRICES})
    assert sheet_of(inferred(tmp_path, both)) == "A"
    found = inferred(tmp_path, both, "--sheet", "b ")
    assert (sheet_of(found), names(found)) == ("B", ["sku", "price"])
    assert "the workbook has no sheet C. Its sheets: Notes, A, B" in refused(
        tmp_path, both, "--sheet", "C"
    )
    assert sheet_of(inferred(tmp_path, workbook({"A": ORDERS}))) is None


def test_a_sheet_of_one_column_is_taken_if_there_is_no_other(tmp_path: Path) -> None:
    data = workbook({"Empty": [], "Names": [["name"], ["Ada"], ["Tove"]]})
    found = inferred(tmp_path, data)
    assert (sheet_of(found), names(found)) == ("Names", ["name"])


def test_no_sheet_has_a_table(tmp_path: Path) -> None:
    words = refused(tmp_path, workbook({"One": [], "Two": []}))
    assert "no table was found in the workbook's sheets One, Two. Name the sheet to read" in words


def test_a_fault_is_not_a_reason_to_take_another_sheet(tmp_path: Path) -> None:
    data = workbook({"A": [["id", "n"], [1, "=1+1"]], "B": PRICES})
    words = refused(tmp_path, data)
    assert "file.workbook_formula: cell B2 has a formula without its result" in words
    assert "(sheet A)" in words


def test_a_sheet_of_a_csv_file(tmp_path: Path) -> None:
    words = refused(tmp_path, b"a,b\n1,2\n", "--sheet", "A")
    assert "things.xlsx is not an Excel workbook; leave --sheet out" in words


def test_standard_input_is_read_once() -> None:
    done = run("-", stdin=workbook({"A": ORDERS}))
    assert (done.exit_code, done.stdout) == (2, "")
    assert "an Excel workbook, which has to be read several times; give its path" in done.stderr


def test_a_workbook_that_is_only_tested_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("csvgate_ops.author.infer.infer.MOST_TESTED", 10)
    small = partial(validate, chunk_bytes=40, vector_bytes=1 << 30)
    monkeypatch.setattr("csvgate_ops.author.infer.infer.validate", small)
    file = tmp_path / "things.xlsx"
    file.write_bytes(workbook({"A": [["id", "n"], *([i, i] for i in range(90))]}))
    done = run(file, "--rows", "20")
    assert done.exit_code == 0
    assert "from the first 20 rows, tested on the first 21 rows" in done.stderr


def test_names() -> None:
    assert dataset_name(Path("in/Stock 2026-11.xlsx")) == "Stock"
    assert dataset_name(Path("a.xlsx.dcbc9a5548b81580883b-800227f51a59502c.rejects.csv")) == "a"
    assert match("a", Path("b.xlsx")) == ("a/*.xlsx", "a/*.csv")
    assert match("a", Path("B.XLSM")) == ("a/*.xlsm", "a/*.XLSM", "a/*.csv")


@pytest.mark.parametrize(
    ("rows", "dialect", "labels"),
    [
        # Before the table, the labels of which begin in another column.
        (
            [["Sales"], [None, "id", "n"], [None, 1, 2], [None, 2, 3]],
            {"preamble_lines": 1},
            ["id", "n"],
        ),
        # A table whose second column is mostly blank has rows of one cell, which are no notes.
        (
            [["name", "note"], ["Ada", None], ["Bo", "new"], ["Cy", None], ["Dee", None]],
            {},
            ["name", "note"],
        ),
        # A column without values has a label.
        ([["id", "n", "remarks"], [1, 2, None], [2, 3, None]], {}, ["id", "n", "remarks"]),
        # Labels with a delimiter, after a preamble of several rows.
        (
            [["a"], ["b"], ["c"], ["city, country", "n"], ["Oslo", 1], ["Bern", 2]],
            {"preamble_lines": 3},
            ["city, country", "n"],
        ),
        # A footer with blank rows, which do not count.
        (
            [["id", "n"], [1, 2], [2, 5], [], [], ["Total", 7], [], ["Source: the ledger"]],
            {"footer_from": "^Total"},
            ["id", "n"],
        ),
        # A column without a label within the table, or before it as pandas writes an index.
        ([[None, "id", None, "n"], [None, 1, 5, 2], [None, 2, 5, 3]], {}, ["id", "", "n"]),
        ([[], [None, None, "n"], [None, 0, 2.5], [None, 1, 3]], {}, ["", "n"]),
        # Labels that repeat: the columns are read by position, from the first one of the sheet.
        (
            [[None, "id", "id"], [None, 1, 5], [None, 2, 5]],
            {"header": False, "preamble_lines": 1},
            None,
        ),
    ],
)  # fmt: skip
def test_layouts(
    tmp_path: Path, rows: list[list[Any]], dialect: dict[str, Any], labels: list[str] | None
) -> None:
    found = inferred(tmp_path, workbook({"A": rows}))
    given = found.dialect.model_dump(exclude_defaults=True, exclude={"double_quote"})
    assert given == dialect
    if labels is not None:
        assert labels == [field.header_labels[0] for field in found.schema_.fields]


def test_a_place_that_does_not_begin_in_the_first_column(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        [],
        [None, "id", "n"],
        *([None, i, i + 1] for i in range(20)),
        [None, "x", 1],
    ]
    file, out = tmp_path / "things.xlsx", tmp_path / "things.yaml"
    inferred(tmp_path, workbook({"A": rows[:-1]}))
    file.write_bytes(workbook({"A": [*rows, ["stray", 30, 31]]}))
    checked = CliRunner().invoke(check.command, [str(file), "--contract", str(out)])
    assert "(A!B23)" in checked.output
    assert "has 3 cells instead of 2; remove what is outside of the table's columns (A!A24)" in (
        checked.output
    )


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row in the last column is many delimiters, and a row after many blank ones many lines."""
    monkeypatch.setattr(sheet_sample, "MOST_BYTES", 100_000)
    text = Cell("text", "x")
    wide = (Row(n, dict.fromkeys(range(0, 16384, 90), text)) for n in range(1, 9))
    sample = SheetSample(wide, begins_1904=False).as_csv()
    assert (len(sample.data) < 120_000, sample.complete) == (True, False)
    far = (Row(n, {0: text, 1: text, 16_383: text}) for n in range(1, 9))
    assert SheetSample(far, begins_1904=False).as_csv().data == b"x,x\n" * 8
    last = iter([Row(1, {0: text}), Row(2, {16_383: text})])
    assert SheetSample(last, begins_1904=False).as_csv().data == b"x\n\n"
    numbers = iter(range(1, 10_000_000))
    sample = SheetSample((Row(n, {0: text}) for n in numbers), begins_1904=False).as_csv()
    assert (next(numbers) < 1_000, sample.complete) == (True, False)
    late = SheetSample(iter([Row(1_048_576, {0: text})]), begins_1904=False).as_csv()
    assert late.data == b"\n" * 1_048_575 + b"x\n"


def test_hostile_sheets_are_named_in_one_line(tmp_path: Path) -> None:
    book = "<workbook><sheets><sheet name='a&#10;b' r:id='rId1' xmlns:r='r'/></sheets></workbook>"
    assert "Error: sheet a b has no table\n" in refused(tmp_path, parts("", workbook=book))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6).filter(
    lambda text: not ILLEGAL_CHARACTERS_RE.search(text) and text[:1] != "="
)
CELL = st.one_of(
    st.none(),
    TEXT,
    st.integers(-(10**17), 10**17),
    st.floats(-1e9, 1e9),
    st.booleans(),
    st.dates(date(1900, 3, 1), date(2100, 1, 1)),
    st.datetimes(datetime(1900, 3, 1), datetime(2100, 1, 1)),
    st.sampled_from(["#N/A", "a,b", 'a"b', "a\nb", " x ", "00123", "1.234,5", "Total", "3 %"]),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.lists(CELL, max_size=4), max_size=7))
def test_infer_then_check(tmp_path: Path, rows: list[list[Any]]) -> None:
    """Whatever a sheet holds, infer refuses it with a message, or check agrees with infer."""
    file, out = tmp_path / "things.xlsx", tmp_path / "things.yaml"
    file.write_bytes(workbook({"A": rows}))
    out.unlink(missing_ok=True)
    done = run(file, "--out", out)
    assert isinstance(done.exception, SystemExit | None)
    assert done.exit_code in (0, 1, 2)
    if done.exit_code < 2:
        checked = CliRunner().invoke(check.command, [str(file), "--contract", str(out)])
        assert checked.exit_code == done.exit_code, out.read_text() + checked.output
