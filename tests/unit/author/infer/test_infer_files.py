"""How a file is written: encoding, dialect, header; and files that nothing can be made of."""

import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from csvgate.contracts.load import load
from csvgate.validation.validate import validate
from csvgate_ops.cli.author import check
from unit.author.infer.infer_examples import inferred, run

ROWS = "id,name\n1,Köln\n2,Bonn\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (ROWS.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + ROWS.encode(), "utf-8"),
        (ROWS.encode("cp1252"), "windows-1252"),
        (ROWS.replace("ö", "ö\x81").encode("latin-1"), "iso-8859-1"),
        (ROWS.encode("utf-16"), "utf-16"),
        (ROWS.encode("utf-16-be"), "utf-16-be"),
        (gzip.compress(ROWS.encode(), mtime=0), "utf-8"),
    ],
)
def test_encodings(tmp_path: Path, data: bytes, encoding: str) -> None:
    assert inferred(tmp_path, data).encoding == encoding


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("a,b\n1,2\n", {"delimiter": ","}),
        ("a;b\n1,5;2\n", {"delimiter": ";"}),
        ("a\tb\n1\t2\n", {"delimiter": "\t"}),
        ("a|b\n1|2\n", {"delimiter": "|"}),
        ("a\nx\n", {"delimiter": ","}),
        ("a,b\n'x, y',1\n'z',2\n", {"quote_char": "'"}),
        ('a,b\n"say \\"hi\\"",1\nx,2\n', {"escape_char": "\\", "double_quote": False}),
        ("a, b\n1, 2\n", {"skip_initial_space": True}),
        ('a, "b"\n"1, 2", "3"\n', {"skip_initial_space": True, "delimiter": ","}),
        ("'a'; 'b'\n'1; 2'; '3'\n", {"skip_initial_space": True, "quote_char": "'"}),
        (
            "'a';'b'\n'it\\'s';'1;2'\n'x';'y'\n",
            {"delimiter": ";", "quote_char": "'", "escape_char": "\\"},
        ),
        ("1;Alice\r2;Bob\r", {"header": False, "delimiter": ";"}),
        ("'1','a, b'\n'2','c'\n", {"header": False, "quote_char": "'"}),
        ("1,2\n3,4\n", {"header": False}),
    ],
)
def test_dialects(tmp_path: Path, text: str, dialect: dict[str, object]) -> None:
    found = inferred(tmp_path, text.encode()).dialect
    assert {name: getattr(found, name) for name in dialect} == dialect


LABELS = ["Order ID", "a\nb, c", "Straße", "order_id", "_line", " Größe (m²)", "2nd try", "day"]


def labelled(order: Sequence[int]) -> bytes:
    """Rows under labels of which most cannot name columns, in some order of the columns."""
    rows = [
        [f"{n}", f"b{n}", f"s{n}", f"{n}.5", "x", "true", f"{n}7", "2026-01-02"] for n in (1, 2)
    ]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([row[i] for i in order] for row in [LABELS, *rows])
    return text.getvalue().encode()


def test_labels_that_cannot_name_columns_are_labels(tmp_path: Path) -> None:
    contract = inferred(tmp_path, labelled(range(8)))
    assert contract.dialect.header
    assert [
        ("Order_ID_2", "Order ID"),
        ("a_b_c", "a\nb, c"),
        ("Strasse", None),
        ("order_id", None),
        ("line", "_line"),
        ("Grosse_m2", "Größe (m²)"),
        ("column_2nd_try", "2nd try"),
        ("day", None),
    ] == [(field.name, field.label) for field in contract.schema_.fields]
    assert {None} == {field.title for field in contract.schema_.fields}
    done = run(tmp_path / "things.csv")
    assert "are kept as `label` beside a name" in done.stderr
    assert "by position" not in done.stdout + done.stderr


def test_with_labels_columns_may_come_in_any_order(tmp_path: Path) -> None:
    contract = inferred(tmp_path, labelled(range(8)))
    assert contract.dialect.header
    moved = [batch.columns for batch in validate([labelled([3, 7, 0, 6, 2, 1, 5, 4])], contract)]
    assert moved == [batch.columns for batch in validate([labelled(range(8))], contract)]
    assert [2] == [len(columns[0]) for columns in moved]


def test_a_label_that_is_not_there_is_noticed(tmp_path: Path) -> None:
    inferred(tmp_path, b"Order ID,Name\n1,a\n")
    file = tmp_path / "renamed.csv"
    file.write_bytes(b"Order No,Name\n1,a\n")
    checked = CliRunner().invoke(
        check.command, [str(file), "--contract", str(tmp_path / "things.yaml")]
    )
    assert 1 == checked.exit_code
    assert "not in the header: Order ID. Not in the contract: Order No" in checked.output


@pytest.mark.parametrize(
    "header",
    [
        b"Order ID,name,NAME ",
        b"Order ID,Order ID,x",
        b"Order ID,_csvgate_line,name",
        b"Order ID,a\0,b",
        "Order ID,äöü,ö".encode() + b"\xff",
    ],
)
def test_labels_that_do_not_tell_columns_apart_are_passed_over(
    tmp_path: Path, header: bytes
) -> None:
    contract = inferred(tmp_path, header + b"\n1,2,3\n2,3,4\n")
    assert (False, 1) == (contract.dialect.header, contract.dialect.preamble_lines)
    assert "Order ID" == contract.schema_.fields[0].title
    assert {None} == {field.label for field in contract.schema_.fields}


def test_what_goes_by_position_is_said(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text('Order ID,"a\nb",,Straße,order_id,Straße\n1,2,3,4,5,x\n2,3,4,5,6,y\n')
    done = run(file)
    assert done.exit_code == 0
    assert "header: false, preambleLines: 2}" in done.stdout
    assert (
        "Columns are read by position, because labels of the header are "
        "blank, repeated, damaged or reserved:"
    ) in done.stderr
    assert "'Order ID' is Order_ID_2\n" in done.stderr
    assert "'a\\nb' is a_b\n" in done.stderr
    names = [line.split(",")[0].split()[-1] for line in done.stdout.splitlines() if "{name" in line]
    assert names == ["Order_ID_2", "a_b", "column_3", "Strasse", "order_id", "Strasse_2"]


def test_a_line_alone_that_cannot_be_a_header_is_said_to_be_a_row(tmp_path: Path) -> None:
    contract = inferred(tmp_path, b"Order ID,Name,name\n")
    assert not contract.dialect.header
    assert 0 == contract.dialect.preamble_lines
    assert ["Order_ID", "Name", "name_2"] == [field.name for field in contract.schema_.fields]
    text = (tmp_path / "things.yaml").read_text()
    assert "guessed: the only line is a row; if it is the header, add preambleLines: 1" in text


def test_a_header_alone_is_one_if_its_labels_tell_columns_apart(tmp_path: Path) -> None:
    contract = inferred(tmp_path, b"Order ID,Name\n")
    assert contract.dialect.header
    assert ["Order ID", "Name"] == [field.header_label for field in contract.schema_.fields]


def test_without_a_header_columns_are_numbered(tmp_path: Path) -> None:
    contract = inferred(tmp_path, b"1,Alice,2026-01-01\n2,Bob,2026-01-02\n")
    assert not contract.dialect.header
    assert [("column_1", "integer"), ("column_2", "string"), ("column_3", "date")] == [
        (field.name, field.type) for field in contract.schema_.fields
    ]


def test_rows_that_no_contract_accepts_are_named(tmp_path: Path) -> None:
    contract = inferred(tmp_path, b"id,n\n1,2\n2,3,4\n3,4\n4,5\n", exit_code=1)
    assert [f.type for f in contract.schema_.fields] == ["integer", "integer"]
    done = run(tmp_path / "things.csv")
    assert done.stderr.splitlines()[1:-2] == [
        "1 row is broken, and no contract accepts it:",
        "  line 3: row.too_many_fields has 3 cells instead of 2; quote cells that contain the "
        "delimiter",
    ]


def test_a_byte_that_is_not_utf8_among_many_that_are(tmp_path: Path) -> None:
    data = b"id,name\n" + "1,Köln\n".encode() * 5 + b"2,K\xf6ln\n"
    assert inferred(tmp_path, data, exit_code=1).encoding == "utf-8"


def test_what_is_skipped_is_said(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"Report of May\na,b\n1,2\n3,4\n5,6\nTotal,12\n")
    done = run(file)
    assert done.exit_code == 0
    assert "Before the table, line 1 is skipped: 'Report of May'" in done.stderr
    assert "After the table, the last line is skipped: 'Total,12'" in done.stderr


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "file.empty"),
        (b"\n\n", "file.empty"),
        (b"%PDF-1.4", "file.not_csv"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9], "file.gzip_truncated"),
        (b'"torn,x\n1,2\n3,4\n5,6\n', "cannot be the header"),
    ],
)
def test_unusable_files(tmp_path: Path, data: bytes, said: str) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(data)
    done = run(file)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_what_the_sample_does_not_show_is_relaxed_by_the_whole_file(tmp_path: Path) -> None:
    file, out = tmp_path / "things.csv", tmp_path / "things.yaml"
    rows = [f"{n},{'ab'[n % 2]},{n},{n}.5" for n in range(40)]
    file.write_text("\n".join(["id,kind,n,amount", *rows, f"0,c,x,{'9' * 20}.125", ""]))
    done = run(file, "--rows", "40", "--out", out)
    assert done.exit_code == 0
    text = out.read_text()
    assert "from the first 40 rows" in text
    assert "tested on all 41 rows" in text
    assert "not unique: line 42 repeats a value" in text
    assert "few values, but line 42 has another" in text
    assert "text, because line 42 is not a whole number" in text
    assert "bigquery: NUMERIC," in text


def test_the_footer_is_found_behind_the_sample(tmp_path: Path) -> None:
    file, out = tmp_path / "things.csv", tmp_path / "things.yaml"
    rows = [f"{n},n{n},{n}.5" for n in range(100)]
    file.write_text("\n".join(["id,name,amount", *rows, "Total,,5000.0", "(100 rows)", "", ""]))
    done = run(file, "--rows", "10", "--out", out)
    assert done.exit_code == 0, done.output
    assert load(out).dialect.footer_from == "^Total,"
    assert "from the first 10 rows, tested on all 100 rows" in done.stderr


def test_lines_of_many_widths_are_not_a_table(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a;b|c\n1,2\t3;4;5\nx|y|z|u,v,w\n1\t2\t3\t4\n;;;;;;\n5|6|7|8|9\t\n,,,,\n")
    done = run(file)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no table was found: line" in done.stderr


def test_a_cell_too_long_for_a_record(tmp_path: Path) -> None:
    """Its lines would look like most of a file with one column."""
    file = tmp_path / "letters.csv"
    file.write_text('id,body\n1,"' + "lorem ipsum\n" * 180_000 + '"\n2,short\n')
    done = run(file)
    assert done.exit_code == 2
    assert "line 2 opens a quote that is not closed within 2,097,152 bytes" in done.stderr


def test_an_uncertain_order_of_day_and_month_is_said(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("day,n\n03/04/2026,1\n05/06/2026,2\n")
    assert "Dates of day could have the day or the month first" in run(file).stderr
    file.write_text("day,n\n03/04/2026,1\n25/06/2026,2\n")
    assert "could have" not in run(file).stderr


def test_columns_filled_with_spaces_below_comments(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("# station 12\n#date temp\n" + "2026-11-01  1.5   0.2\n" * 5)
    done = run(file)
    assert done.exit_code == 2
    assert "fixed width" in done.stderr


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Сумма, руб.", "Summa_rub"),
        ("Ημερομηνία", "Imerominia"),
        ("订单号", "DingDanHao"),
        ("Płatność", "Platnosc"),
        ("Ærø", "Aero"),
        # Chinese readings would name nothing in Japanese.
        ("注文番号", "column_2"),
        ("カナ", "kana"),
    ],
)
def test_labels_in_other_letters_name_columns(tmp_path: Path, label: str, name: str) -> None:
    kana = "はい" if name == "column_2" else "x"
    contract = inferred(tmp_path, f'id,"{label}"\n1,{kana}\n2,y\n'.encode())
    [_, field] = contract.schema_.fields
    assert (field.name, field.header_label) == (name, label)


@pytest.mark.parametrize(
    ("end", "pattern"),
    [
        ("Total,9,12", "^Total,"),
        ('"Total (net)",9,12', '^"Total \\(net\\)",'),
        ("(12 rows)", r"^\([0-9]+ rows?\)$"),
        ("Stand vom 03.11.2026\nSeite 1 von 1", r"^Stand vom [0-9]+\.[0-9]+\.[0-9]+$"),
        # The sum has no text, or a line of a cell begins like it.
        (",9,12", None),
        ("Gesamtsumme,9,12", None),
    ],
)
def test_a_footer_is_found_by_its_text(tmp_path: Path, end: str, pattern: str | None) -> None:
    rows = 'a,1,2\n"x y z\nGesamtsumme,1",3,4\nb,5,6\n'
    dialect = inferred(tmp_path, f"name,m,n\n{rows}{end}\n".encode()).dialect
    assert (dialect.footer_from, dialect.footer_lines) == (pattern, int(pattern is None))


def test_a_first_row_of_dashes_may_be_missing_values(tmp_path: Path) -> None:
    contract = inferred(tmp_path, b"id,n\n--,-\n2,5\n3,6\n")
    assert contract.dialect.header_rows == (1,)
    assert contract.schema_.fields[1].missing_values == ("", "-")


def test_numbers_with_a_sign_are_not_taken_for_comments(tmp_path: Path) -> None:
    """Lines of dashes are skipped only if no row can begin with a dash."""
    data = b"n|name\n-----\n-1|Ann\n2|Bert\n-3|Cem\n"
    contract = inferred(tmp_path, data, exit_code=1)
    assert contract.dialect.comment_char is None


@pytest.mark.parametrize("size", [500, 4000, 100_000])
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("zeros", [False, True])
def test_binary_files_are_refused(tmp_path: Path, size: int, seed: int, zeros: bool) -> None:
    data = Random(seed).randbytes(size)  # noqa: S311
    if zeros:
        data = b"".join(bytes([byte, 0]) for byte in data) + b"x"
    file = tmp_path / "x.csv"
    file.write_bytes(b"\x07" + data)
    done = run(file)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "file.not_csv: the file is not a CSV file" in done.stderr


def test_a_damaged_text_is_not_binary(tmp_path: Path) -> None:
    data = b"id,name\n" + b"1,Ann\n" * 200 + b"2,\0\0\0\0\x02\x03\n" * 3
    file = tmp_path / "x.csv"
    file.write_bytes(data)
    assert run(file).exit_code == 1
