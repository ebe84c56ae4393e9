"""Files that are not CSV are recognised by their first bytes; CSV that resembles them passes."""

import io
import json
import sqlite3
import tarfile
from pathlib import Path

import pytest

from csvgate.csv.decoding import open_text
from csvgate.csv.signatures import json_signature, signature_of
from csvgate.validation.faults import FileFault
from unit.validation.files import batches, contract, cut, faults, valid_rows

PATHS = {"rules": 2**62, "blocks": 1}
LFS = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
    b"size 12345\n"
)


def archive() -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as tar:
        info = tarfile.TarInfo("orders/monday.csv")
        info.size = 8
        tar.addfile(info, io.BytesIO(b"a,b\n1,2\n"))
    return sink.getvalue()


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"PK\x03\x04", "an Excel workbook or an archive in an archive; upload the workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"PAR1\x15\x04", "a Parquet file"),
        (b"ARROW1\0\0\xff", "an Arrow or Feather file"),
        (b"Obj\x01\x04\x16avro.schema", "an Avro file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG image"),
        (b"GIF89a\x01\0\x01\0", "a GIF image"),
        (b"II*\0\x08\0\0\0", "a TIFF image"),
        (b"{\\rtf1\\ansi", "a document in RTF"),
        (
            LFS,
            "a pointer of Git LFS, which has the checksum .*; fetch the data with `git lfs pull`",
        ),
        (
            b"BZh91AY&SY",
            "a file that was compressed more than twice; upload the CSV file that is in it",
        ),
        (b"\x28\xb5\x2f\xfd\x04", "a file that was compressed more than twice"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html>\n", "a web page"),
        (b"<HTML lang='en'>", "a web page"),
        (b'<?xml version="1.0"?>\n<rows/>', "an XML document"),
        (b'\xef\xbb\xbf \n<?xml\tversion="1.0"?>', "an XML document"),
        (archive(), "a TAR archive; upload the CSV file that is in it"),
    ],
)
def test_a_file_that_is_not_csv_is_named(head: bytes, what: str) -> None:
    for encoding in ("utf-8", "windows-1252"):
        with pytest.raises(
            FileFault, match=rf"file\.not_csv: the file is not a CSV file: it starts like {what}"
        ):
            open_text(cut(head, [1, 2]), encoding)


def test_a_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "orders.db"
    with sqlite3.connect(file) as database:
        database.execute("create table orders (id)")
    found = signature_of(file.read_bytes())
    assert found is not None
    assert "a SQLite database" == found.what


@pytest.mark.parametrize(
    "head",
    [
        b"PAR1,b\n", b"BZh9,b\n", b"<htmlish>,b\n", b"7z,b\n", b"PK,b\n", b"Obj,b\n", b"GIF,b\n",
        b"<?xmlish,b\n", b"SQLite format 3,b\n", b"version,https://git-lfs.github.com\n",
        b"II*,b\n", b"x" * 257 + b"ustar,b\n",
    ],
)  # fmt: skip
def test_labels_that_only_look_like_it_pass(head: bytes) -> None:
    _, pieces = open_text([head], "utf-8")
    assert head == b"".join(pieces)


ROWS = [{"a": n, "b": {"c": [n]}} for n in range(3)]
LINES = "\n".join(map(json.dumps, ROWS))
JSON = [
    (LINES, "newline-delimited JSON (NDJSON)"),
    ("\n" + LINES, "JSON"),
    (json.dumps(ROWS[0]), "newline-delimited JSON (NDJSON)"),
    (json.dumps(ROWS), "JSON"),
    (json.dumps(ROWS, indent=2), "JSON"),
    ("[\r\n{ \"a\" : 1}]", "JSON"),
    (json.dumps(ROWS[0], indent=1), "JSON"),
    (json.dumps({'a"\\': "x" * 100_000}), "JSON"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "what"), JSON)
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_json_is_named(text: str, what: str, mark: bytes, *, header: bool) -> None:
    rules = contract("a", "b", dialect={"header": header})
    data = mark + text.encode()
    with pytest.raises(FileFault) as caught:
        batches(data, rules)
    assert str(caught.value) == (
        f"file.not_csv: the file is not a CSV file: it starts like {what}; export it as CSV"
    )


@pytest.mark.parametrize("path", PATHS)
def test_json_of_any_size_is_named_by_both_paths(path: str) -> None:
    from csvgate.validation.validate import validate

    rules = contract("a", "b")
    with pytest.raises(FileFault, match=r"file\.not_csv: .*NDJSON"):
        list(validate([LINES.encode() * 1000], rules, vector_bytes=PATHS[path]))


def test_a_header_of_the_contract_is_never_json() -> None:
    rules = contract(
        {"name": "a", "label": '{"a": 1'},
        {"name": "b", "label": '"b": 2}'},
        dialect={"quoteChar": "'"},
    )
    assert [(2, ("x", "y"))] == valid_rows(batches(b'{"a": 1,"b": 2}\nx,y\n', rules))


def test_rows_of_objects_under_another_quote_are_rows() -> None:
    rules = contract("a", dialect={"quoteChar": "'", "header": False})
    assert [(1, ('{"a": 1}',))] == valid_rows(batches(b'{"a": 1}\n', rules))


def test_a_preamble_may_be_json() -> None:
    rules = contract("a", dialect={"preambleLines": 1, "header": False})
    assert [(2, ("1",))] == valid_rows(batches(b'{"made": "today"}\n1\n', rules))
    rules = contract("a", dialect={"preambleUntil": "^a$"})
    assert [(3, ("1",))] == valid_rows(batches(b'{"made": "today"}\na\n1\n', rules))


@pytest.mark.parametrize(
    "data", [b"{a,b\n", b"[a],b\n", b'{"a",b\n', b"{},b\n", b'{"a"b: 1},c\n', b""]
)
def test_other_braces_are_not_json(data: bytes) -> None:
    assert json_signature(data) is None
    assert [] != faults(data, contract("x"))


def test_deep_json_costs_no_more_than_its_beginning() -> None:
    deep = b'{"a":' + b"[" * 100_000
    found = json_signature(deep)
    assert found is not None
    assert "JSON" == found.what
