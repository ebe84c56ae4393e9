"""Labels matched to fields, and everything wrong with a header told at once."""

import pytest

from csvgate.faults import FileFault
from unit.engine.files import batches, contract, faults, valid_rows

ABC = contract("a", "b", "c")


def fault(data: bytes, rules: object = ABC) -> str:
    with pytest.raises(FileFault) as caught:
        batches(data, rules)  # type: ignore[arg-type]
    return str(caught.value)


def test_labels_may_come_in_any_order() -> None:
    assert [(2, ("1", "2", "3"))] == valid_rows(batches(b"c,a,b\n3,1,2\n", ABC))


def test_a_header_may_be_quoted_over_lines_and_come_after_blank_ones() -> None:
    rules = contract("a")
    assert [(4, ("1",))] == valid_rows(batches(b'\r\n\n"a"\n1\n', rules))


def test_a_mark_before_the_header_is_no_part_of_it() -> None:
    (batch,) = batches(b"\xef\xbb\xbfa,b,c\n1,2,3\n", ABC)
    assert (b"\xef\xbb\xbf", b"a,b,c", b"\n") == (
        batch.header.mark,
        batch.header.raw,
        batch.header.terminator,
    )


def test_without_a_header_fields_come_by_position() -> None:
    rules = contract("a", "b", dialect={"header": False})
    assert [(1, ("b", "a")), (2, ("1", "2"))] == valid_rows(batches(b"b,a\n1,2\n", rules))


def test_a_header_alone_is_a_file_of_no_rows() -> None:
    assert [] == batches(b"a,b,c\n", ABC)
    assert [] == batches(b"a,b,c", ABC)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"\n\r\n", "file.empty"),
        (b"\xef\xbb\xbf", "file.empty"),
        (b"\xff\xfea\0", "file.encoding"),
        (b"PK\x03\x04", "file.not_csv"),
        (b"a,c\n", "header.missing_column"),
        (b"a,b,c,d\n", "header.extra_column"),
        (b"a,b,c,a\n", "header.duplicate_column"),
        (b"a,b,c,\n", "header.blank_label"),
        (b'a,b,"c\n', "header.unreadable"),
        (b"a,b,\xff\n", "header.unreadable"),
    ],
)
def test_whole_file_faults(data: bytes, code: str) -> None:
    assert [(1, None, code)] == faults(data, ABC)


def test_the_mark_of_utf8_contradicts_another_encoding() -> None:
    rules = contract("a", encoding="windows-1252")
    assert [(1, None, "file.encoding")] == faults(b"\xef\xbb\xbfa\n", rules)


def test_all_mistakes_are_told_at_once() -> None:
    assert fault(b"a,x,x, \n") == (
        "header.missing_column: not in the header: b, c; not in the contract: x; "
        "more than once in the header: x; without a name: column 4. "
        "Expected, in any order: a, b, c. Found: a, x, x,  "
    )


def test_the_wrong_delimiter_is_named() -> None:
    assert "Found semicolons between the labels" in fault(b"a;b;c\n")


def test_a_row_of_a_sensitive_dataset_is_not_repeated_as_a_header() -> None:
    rules = contract({"name": "email", "sensitive": True}, "b")
    assert "ann@example.com" not in fault(b"ann@example.com,1\n", rules)
    assert "ann@example.com" in fault(b"ann@example.com,1\n", contract("email", "b"))


def test_a_message_stays_short_whatever_the_file_is() -> None:
    assert len(fault(b"a," + b"x" * 1_000_000 + b"\n")) < 500
    assert len(fault(b"a," + b",".join(b"c%d" % i for i in range(100_000)) + b"\n")) < 1500
