"""What a footer or a sidecar may state, what counts as a row, and what the faults say."""

import gzip
import sys
from decimal import Decimal
from typing import Any

import pytest

from csvgate.contracts.pattern import capturer
from csvgate.csv.body import contract_for_extracted_records
from csvgate.csv.compression import decompress
from csvgate.csv.work import counted as counted_work
from csvgate.rejects.corrections import Correction
from csvgate.totals.exact import plain
from csvgate.totals.file_totals import FileTotals
from csvgate.totals.sidecar_lines import MAX_BYTES, sidecar_lines
from csvgate.validation.faults import FileFault
from csvgate.validation.validate import validate
from unit.totals.compared import PATHS, compared, with_totals
from unit.validation.files import contract

N = {"name": "n", "type": "integer"}
AMOUNT = {"name": "amount", "type": "number", "decimalChar": ",", "groupChar": "."}
ROWS = "^#(?P<rows>[0-9.,' ]+)$"


def message(data: bytes, pattern: str, *fields: Any, path: str = "rules", **properties: Any) -> str:
    """Return `code: message`, or an empty text."""
    rules = with_totals(pattern, *(fields or (N, "b")), **properties)
    found = compared([data], rules, vector_bytes=PATHS[path], block_bytes=20)
    return f"{found.code}: {found.message}" if found else ""


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("data", "rows"),
    [
        pytest.param(b"n,b\n1,x\n2,y\n#{}\n", 2, id="rows"),
        pytest.param(b"n,b\n#{}\n", 0, id="none"),
        pytest.param(b"n,b\n1,x\n2,y\n#{}", 2, id="no line end"),
        pytest.param(b"n,b\r\n1,x\r\n2,y\r\n#{}\r\n\r\n\r\n", 2, id="blank lines after it"),
        pytest.param(b"n,b\r1,x\r2,y\r#{}\r", 2, id="carriage returns"),
        pytest.param(b'n,b\n1,"x\n\ny"\n\n2,y\n#{}\n', 2, id="line breaks in cells, blank lines"),
        pytest.param(b"n,b\nx,x\n2\n3,y\n\xff,\0\n#{}\n", 4, id="rejected rows"),
        pytest.param(b"n,b\n1,x\nn,b\n2,y\n#{}\n", 3, id="a repeated header is a rejected row"),
        pytest.param(b'n,b\n1,x\n2,"y\n3,z\n#{}\n', 3, id="an unclosed quote"),
        pytest.param(b"n,b\n" + b"7,lamp\n" * 1204 + b"#{}\n", 1204, id="many"),
    ],
)
def test_rows_are_those_of_the_counts(path: str, data: bytes, rows: int) -> None:
    right = data.replace(b"{}", b"%d" % rows)
    assert "" == message(right, ROWS, path=path)
    wrong = message(data.replace(b"{}", b"%d" % (rows + 1)), ROWS, path=path)
    assert (
        f"file.total_differs: the number of rows is {rows}, but the footer states {rows + 1}"
        in (wrong)
    )


@pytest.mark.parametrize("text", ["1204", "0001204", "1,204", "1.204", "1 204", "1'204"])
def test_how_a_number_of_rows_is_written(text: str) -> None:
    data = b"n,b\n" + b"7,lamp\n" * 1204 + f"#{text}\n".encode()
    assert "" == message(data, ROWS)


@pytest.mark.parametrize("text", ["1,2", "1.2345", "1,20", "12 04", ","])
def test_a_number_of_rows_that_is_not_one(text: str) -> None:
    expected = (
        f"file.total_missing: what the footer states for rows ({text}) is not a number of rows; "
        "check the export, or change `totals.pattern`"
    )
    assert expected == message(f"n,b\n#{text}\n".encode(), ROWS)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("footer", "says"),
    [
        ("#rows=2;n=3", ""),
        ("#rows=2\n#n=3", ""),
        ("#n=+03\n#rows=2\n#n=3\n\n#end", ""),
        ("#rows=2;n=3\n#n=4", "differs: the sum of n is 3, but the footer states 4. Compare the "),
        (
            "#rows=3;n=4\n#n=5\n#n=4",
            "differs: the number of rows is 2, but the footer states 3; "
            "the sum of n is 3, but the footer states 4; "
            "the sum of n is 3, but the footer states 5. Compare the file with its source",
        ),
        ("#rows=3;n=3\n#rows=2", "differs: the number of rows is 2, but the footer states 3. "),
        ("#n=4\n#", "missing: the footer states no total for rows (^#(?:rows="),
        ("#rows=7", "missing: the footer states no total for n (^#(?:rows="),
    ],
)
def test_several_lines_and_totals(path: str, footer: str, says: str) -> None:
    """Every line that states a total has to be right."""
    pattern = "^#(?:rows=(?P<rows>[^;]*))?;?(?:n=(?P<n>.*))?$"
    found = message(f"n,b\n1,x\n2,y\n{footer}\n".encode(), pattern, path=path)
    assert found.startswith(f"file.total_{says}") if says else found == ""


def test_a_message_shows_a_few_totals() -> None:
    names = [f"n{number}" for number in range(60)]
    fields = [{"name": name, "type": "integer"} for name in names]
    header, row = ",".join(names), ",".join("1" * 60)
    pattern = "^#" + ",".join(f"(?P<{name}>[0-9]*)" for name in names)
    found = message(f"{header}\n{row}\n#{row.replace('1', '7')}\n".encode(), pattern, *fields)
    assert 5 == found.count("but the footer states 7")
    assert "the sum of n4 is 1, but the footer states 7; and 55 more totals. Compare" in found
    found = message(f"{header}\n{row}\n#{',' * 59}\n".encode(), pattern, *fields)
    assert "the footer states no total for n0, n1, n2" in found
    assert "n49 and 10 more (^#" in found


@pytest.mark.parametrize(
    ("footer", "says"),
    [
        ("", "no line of the footer matches the contract's `totals.pattern` (^#(?P<rows>"),
        ("#\n", "no line of the footer matches the contract's `totals.pattern` (^#(?P<rows>"),
        ("# 3 \n", "the number of rows is 0, but the footer states 3"),
        ("# \n", "the footer states no total for rows (^#(?P<rows>"),
    ],
)
def test_totals_that_are_not_stated(footer: str, says: str) -> None:
    assert says in message(f"n,b\n{footer}".encode(), ROWS)


def test_a_total_is_read_as_a_cell_of_its_column() -> None:
    data = b"text;amount\nlamp;1.200,50\nchair;-200,00\n#EUR 1.000,5\n"
    field = AMOUNT | {"affixes": ["EUR"]}
    semicolons = {"delimiter": ";"}
    pattern = "^#(?P<amount>.*)"
    assert "" == message(data, pattern, "text", field, dialect=semicolons)
    wrong = message(data.replace(b",5\n", b".5\n"), pattern, "text", field, dialect=semicolons)
    assert wrong == (
        "file.total_missing: what the footer states for amount (EUR 1.000.5) is not a number as "
        "the cells of amount have it; check the export, or change `totals.pattern`"
    )


@pytest.mark.parametrize("path", PATHS)
def test_numbers_that_a_rule_refuses_count_and_others_are_named(path: str) -> None:
    field = N | {"constraints": {"maximum": 5, "unique": True}}
    data = (
        b'n,b\n1,x\n1,x\n9,x\n7,"a\nb"\n8,\xff\nx,y\n4\n5,y,z\n,\n"6",""\n'
        b"9223372036854775808,x\n#n=0\n"
    )
    found = message(data, "^#n=(?P<n>.*)", field, "b", path=path)
    total = 1 + 1 + 9 + 7 + 8 + 6 + 9223372036854775808
    assert f"file.total_differs: the sum of n is {total} without 3 " in found
    assert "3 cells that could not be read, the first in line 8, but the footer states 0. " in found
    assert "0. Correct the cells that could not be read, compare the file with its" in found


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("cell", [b"5\0kg", b"5\xff", b"\xe2\x825"])
def test_cells_that_are_not_text_have_no_number(path: str, cell: bytes) -> None:
    field = {"name": "n", "type": "number", "bareNumber": False}
    data = b"n,b\n5 kg,x\n" + cell + b",y\n#0\n"
    found = message(data, "#(?P<n>.*)", field, "b", path=path)
    assert "the sum of n is 5 without 1 cell that could not be read, in line 3, but the" in found


@pytest.mark.parametrize("path", PATHS)
def test_a_sensitive_total_is_not_shown(path: str) -> None:
    field = N | {"sensitive": True}
    found = message(b"n,b\n4711,x\nx4712,x\n#4713\n", "#(?P<n>.*)", field, "b", path=path)
    assert "the sum of n is ••• without 1 cell that could not be read, in line 3, but " in found
    assert "but the footer states •••. " in found
    unread = message(b"n,b\n4711,x\n#x4712\n", "#(?P<n>.*)", field, "b", path=path)
    assert "what the footer states for n (•••) is not a number" in unread
    assert "471" not in found + unread


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("5,0171234567\n5,0171234568", "the sum of n is 5, but the footer states •••. "),
        ("5,0171234567\n5,x0171234568", "states for n (•••) is not a number"),
        ("171234567\n#9", "the sum of n is •••, but the footer states 9. "),
        ("171234567,+\n5,+\n#9", "the sum of n is 171234572, but the footer states 9. "),
    ],
    ids=["a row", "a text in a row", "a shifted row", "sum of several"],
)
def test_a_row_that_is_taken_for_a_footer_shows_no_sensitive_value(
    path: str, data: str, says: str
) -> None:
    phone = {"name": "phone", "sensitive": True, "constraints": {"pattern": "[+0-9]{6,}"}}
    dialect = {"footerFrom": None, "footerLines": 1, "shortRows": "pad"}
    pattern = "[#,](?P<n>[^,+]*)$"
    found = message(f"n,phone\n{data}\n".encode(), pattern, N, phone, path=path, dialect=dialect)
    assert says in found
    assert "017123456" not in found


def test_characters_that_cannot_be_seen_are_not_repeated() -> None:
    found = message(b"n,b\n#\x1b[31m5\n", "#(?P<n>.*)")
    assert "what the footer states for n (\ufffd[31m5) is not a number" in found


@pytest.mark.parametrize("path", PATHS)
def test_absent_columns_and_defaults(path: str) -> None:
    pattern = "n=(?P<n>.*) m=(?P<m>.*)"
    fields = (N | {"default": "5"}, {"name": "m", "type": "integer", "optional": True}, "b")
    assert "" == message(b"b,n\nx,1\ny,\n#n=6 m=0\n", pattern, *fields, path=path)
    assert "" == message(b"M,b,n\n7,x,1\n,y,\n8,z,k\n#n=6 m=15\n", pattern, *fields, path=path)


@pytest.mark.parametrize("path", PATHS)
def test_padded_rows_and_rows_with_a_delimiter_at_their_end(path: str) -> None:
    dialect = {"shortRows": "pad", "trailingDelimiter": True}
    data = b"b,n,c\nx,1,2\ny\nz,4,\nz,8,q,\nx,2,\0,\nq,k\nr,+5\n\xff,7\n#10,27,2\n"
    fields = ("b", N, {"name": "c", "type": "integer"})
    pattern = r"#(?P<rows>\d+),(?P<n>\d+),(?P<c>\d+)"
    found = message(data, pattern, *fields, path=path, dialect=dialect)
    assert "the number of rows is 8, but the footer states 10. Compare" in found
    wrong = message(data.replace(b",27,2", b",0,0"), pattern, *fields, path=path, dialect=dialect)
    assert "the sum of n is 27 without 1 cell that could not be read, in line 7, but" in wrong
    assert (
        "the sum of c is 2 without 2 cells that could not be read, the first in line 5, but"
        in wrong
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
@pytest.mark.parametrize("path", PATHS)
def test_footers_of_other_encodings_in_compressed_files(path: str, encoding: str) -> None:
    text = "n,b\n1,é\n2,ü\n#Süm: 2\n"
    rules = with_totals("^#Süm: (?P<rows>[0-9]+)", N, "b", encoding=encoding)
    stored = gzip.compress(text.encode(encoding))
    for data, expected in ((stored, None), (gzip.compress(text[:-2].encode(encoding)), "missing")):
        found = compared(
            decompress([data], max_bytes=None), rules, vector_bytes=PATHS[path], block_bytes=5
        )
        assert expected == (found and found.code.removeprefix("file.total_"))


@pytest.mark.parametrize("processors", [1, 3])
def test_a_footer_that_another_thread_reads(processors: int) -> None:
    pytest.importorskip("pyarrow")
    rules = with_totals(r"^#(?P<rows>\d+) (?P<n>\d+)", N, "b")
    data = b"n,b\n" + b"7,lamp\n" * 5000 + b"#5000 35000\n"
    sizes: dict[str, Any] = {"vector_bytes": 20, "block_bytes": 3000, "chunk_bytes": 9000}
    assert compared([data], rules, processors=processors, **sizes) is None


@pytest.mark.parametrize("count", [1, 3])
def test_footer_lines_are_searched_too(count: int) -> None:
    data = b"n,b\n1,x\n" + b"-\n" * (count - 1) + b"1 row\n\n"
    dialect = {"footerLines": count, "footerFrom": None}
    assert "" == message(data, r"^(?P<rows>\d+) rows?$", dialect=dialect)
    missing = message(data, r"^(?P<rows>\d+) rows!$", dialect=dialect)
    assert missing.startswith("file.total_missing: no line of the footer matches")


def test_a_corrected_reject_file_has_no_totals() -> None:
    """Its contract is the one for extracted records."""
    assert contract_for_extracted_records(with_totals(ROWS, N)).totals is None
    assert Correction(with_totals(ROWS, N), {2}).contract.totals is not None


def test_the_lines_of_a_sidecar() -> None:
    assert [b"a\r\n", "é".encode()] == sidecar_lines("a\r\né".encode("cp1252"), "cp1252", "s")
    assert [b"a"] == sidecar_lines("a".encode("utf-16"), "utf-8", "s")
    assert [] == sidecar_lines(b"", "utf-8", "s")
    assert 1 == len(sidecar_lines(b"x" * MAX_BYTES, "utf-8", "s"))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"x" * (MAX_BYTES + 1), "has more than 65,536 bytes; upload one that has only the totals"),
        (b"%PDF-1.7", "cannot be read: the file is not a CSV file: it starts like a PDF document"),
        ("a".encode("utf-16")[:-1], "cannot be read: the file ends in the middle of a character"),
    ],
)
def test_a_sidecar_that_cannot_be_read(data: bytes, says: str) -> None:
    with pytest.raises(FileFault) as caught:
        sidecar_lines(data, "utf-8", "the sidecar gs://uploads/may.ctl")
    assert "file.sidecar_unreadable" == caught.value.fault.code
    assert caught.value.fault.message.startswith(f"the sidecar gs://uploads/may.ctl {says[:30]}")


def test_a_contract_without_totals_has_none_to_compare() -> None:
    with pytest.raises(ValueError, match="has no `totals`"):
        FileTotals(contract("a"))


def test_a_small_file_needs_neither_numpy_nor_arrow(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("numpy", "pyarrow"):
        monkeypatch.setitem(sys.modules, name, None)
    assert "" == message(b"n,b\n1,x\n,y\nk,z\n3,z\n4\n#n=4\n", "^#n=(?P<n>.*)")


def test_the_plain_form_of_numbers() -> None:
    texts = {"1E+2": "100", "1.50": "1.5", "-0.00": "0", "0E-9": "0", "-1.0": "-1", "120": "120"}
    assert texts == {text: plain(Decimal(text)) for text in texts}


def test_groups_in_their_order_and_names_that_repeat() -> None:
    names, capture = capturer(r"\(?P<no>(?P<b>x)[(?P<no>](?<a>y)?")
    assert ("b", "a") == names
    assert {"b": b"x", "a": b"y"} == capture(b"..(P<no>x(y")
    assert {"b": b"x", "a": None} == capture(b"(P<no>x(")
    assert {} == capture(b"x")
    with pytest.raises(ValueError, match="has two groups named a; write one group"):
        capturer("(?P<a>x)|(?P<a>y)")


def test_the_work_grows_with_the_rejected_bytes_alone() -> None:
    rules = with_totals("^#(?P<n>.*)", N, {"name": "m", "type": "integer"})
    row = b'1,"' + b"x" * 500 + b'"\n'
    found = list[tuple[int, int]]()
    for count in (100, 200):
        rejected = list(validate([b"n,m\n" + count * row], rules))
        totals = FileTotals(rules)
        with counted_work() as work:
            for batch in rejected:
                totals.add(batch)
        assert work.framed <= 2 * count
        assert work.scanned <= 5 * count * len(row)
        found.append((work.framed, work.scanned))
    assert found[1] == (2 * found[0][0], 2 * found[0][1])
