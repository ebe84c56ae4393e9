"""Headers of several rows, and headers that are repeated inside the file."""

import pytest

from csvgate.contracts.model import Contract
from csvgate.validation.faults import FileFault
from csvgate.validation.validate import validate
from unit.validation.files import batches, contract, faults, rejected_rows, valid_rows

ADDRESSES = contract(
    {"name": "name", "label": "Name"},
    {"name": "street", "label": "Address Street"},
    {"name": "city", "label": "City"},
    dialect={"headerRows": [1, 2]},
)
FILE = b"Name,Address,\n,Street,City\nA,Main 1,Bonn\nB,Main 2,Ulm\n"
PATHS = {"rules": 2**62, "blocks": 1}


def fault(data: bytes, rules: Contract = ADDRESSES) -> str:
    with pytest.raises(FileFault) as caught:
        batches(data, rules)
    return str(caught.value)


@pytest.mark.parametrize("path", PATHS)
def test_labels_of_several_rows_are_joined_from_top_to_bottom(path: str) -> None:
    if path == "blocks":
        pytest.importorskip("pyarrow")
    found = list(validate([FILE], ADDRESSES, vector_bytes=PATHS[path]))
    rows = valid_rows(found)
    expected = [(3, ("A", "Main 1", "Bonn")), (4, ("B", "Main 2", "Ulm"))]
    if path == "rules":
        assert expected == rows
    else:
        assert expected == [(line.as_py(), tuple(c.as_py() for c in row)) for line, row in rows]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "file",
    [
        b"\n Name , Address ,\n\n,Street , City\r\nA,Main 1,Bonn\n",
        b'Name,"Address",""\n"",Street,"City"\nA,Main 1,Bonn\n',
        b"\xef\xbb\xbfName,,city\n,address street,\nA,Main 1,Bonn\n",
    ],
)
def test_blank_lines_spaces_and_quotes_between_the_rows(file: bytes) -> None:
    assert [("A", "Main 1", "Bonn")] == [row for _, row in valid_rows(batches(file, ADDRESSES))]


def test_the_text_between_the_labels() -> None:
    rules = contract("a", "b.c", dialect={"headerRows": [1, 2, 3], "headerJoin": "."})
    assert [(4, ("1", "2"))] == valid_rows(batches(b"a,b\n,\n,c\n1,2\n", rules))


def test_comments_are_not_rows_of_the_header() -> None:
    rules = contract("a b", dialect={"headerRows": [1, 2], "commentChar": "#"})
    assert [(5, ("1",))] == valid_rows(batches(b"# c\na\n# d\nb\n1\n", rules))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"Name,Address,\n",
            "header.unreadable: the file ends after 1 of the 2 rows of its header; check the "
            "file, or correct the contract's `dialect.headerRows`",
        ),
        (
            b"Name,Address\n,Street,City\n",
            "header.unreadable: the 2 rows of the header have different numbers of cells (2, 3); "
            "add the missing delimiters, or correct the contract's `dialect.headerRows`",
        ),
        (
            b"Name,Address,\n,Street,Town\n",
            "header.missing_column: not in the header: City. Not in the contract: Town",
        ),
        (
            b"Name;Address;\n;Street;City\n",
            "header.wrong_delimiter: the columns seem to be separated by semicolons (;), but the "
            "contract expects commas (,); save the file with that delimiter, or change the "
            "contract's `dialect.delimiter`",
        ),
        (
            b"Name,Address,\n,\xff,City\n",
            "header.unreadable: the header contains bytes that are invalid in utf-8; save the "
            "file in the contract's `encoding`, or change the contract",
        ),
    ],
)
def test_faults_of_such_a_header(data: bytes, message: str) -> None:
    assert message == fault(data)


def test_a_broken_row_of_the_header_is_named_by_its_line() -> None:
    with pytest.raises(FileFault) as caught:
        batches(b'Name,Address,\n,St"reet,City\n', ADDRESSES)
    assert (2, "header.unreadable") == (caught.value.fault.line, caught.value.fault.code)


SALES = contract("id", {"name": "amount", "type": "number"})


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"id,amount", "row.repeated_header"),
        (b'"id","amount"', "row.repeated_header"),
        (b"\xef\xbb\xbfid,amount", "row.repeated_header"),
        (b"ID,amount", "type.number"),
        (b"id,amount ", "type.number"),
        (b"amount,id", "type.number"),
        (b"id,amount\0", "cell.nul"),
        (b"id,amount,", "row.too_many_fields"),
    ],
)
def test_a_repeated_header_is_a_bad_row(line: bytes, code: str) -> None:
    data = b"id,amount\n1,2.50\n" + line + b"\n3,4.25\n"
    (found,) = faults(data, SALES)
    assert (3, code) == (found[0], found[2])
    assert [2, 4] == [line for line, _ in valid_rows(batches(data, SALES))]


def test_the_message_names_the_remedy_and_the_row_claims_no_key() -> None:
    rules = contract({"name": "id", "constraints": {"unique": True}}, "b")
    (row,) = rejected_rows(batches(b"id,b\nid,b\nid,x\n", rules))
    (found,) = row.faults
    assert (2, None, None) == (found.line, found.column, found.value)
    assert found.message == (
        "repeats the header instead of being a row; remove the line, perhaps files were joined"
    )


def test_a_header_of_one_label_may_be_a_word_of_its_column() -> None:
    assert [(2, ("word",))] == valid_rows(batches(b"word\nword\n", contract("word")))
    rules = contract({"name": "a", "label": ""}, "b")
    assert [(2, (None, "b"))] == valid_rows(batches(b",b\n,b\n", rules))


def test_each_row_of_the_header_may_be_repeated() -> None:
    data = FILE + b"Name,Address,\n,Street,City\nC,Main 3,Kiel\n"
    assert [(5, None, "row.repeated_header"), (6, None, "row.repeated_header")] == faults(
        data, ADDRESSES
    )


def test_without_a_header_nothing_is_repeated() -> None:
    rules = contract("a", "b", dialect={"header": False})
    assert [1, 2] == [line for line, _ in valid_rows(batches(b"a,b\na,b\n", rules))]
