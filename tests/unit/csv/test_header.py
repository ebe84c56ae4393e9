"""Labels are matched to fields, and all mistakes of a header are reported at once."""

import pytest

from csvgate.validation.faults import FileFault
from unit.validation.files import batches, contract, faults, valid_rows

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


def test_a_mark_before_the_header_is_not_part_of_it() -> None:
    (batch,) = batches(b"\xef\xbb\xbfa,b,c\n1,2,3\n", ABC)
    assert (b"\xef\xbb\xbf", b"a,b,c", b"\n") == (
        batch.header.mark,
        batch.header.raw,
        batch.header.terminator,
    )


def test_without_a_header_fields_come_by_position() -> None:
    rules = contract("a", "b", dialect={"header": False})
    assert [(1, ("b", "a")), (2, ("1", "2"))] == valid_rows(batches(b"b,a\n1,2\n", rules))


def test_a_file_with_only_a_header_has_zero_rows() -> None:
    assert [] == batches(b"a,b,c\n", ABC)
    assert [] == batches(b"a,b,c", ABC)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"\n\r\n", "file.empty"),
        (b"\xef\xbb\xbf", "file.empty"),
        (b"\xef\xbb\xbf\n", "file.empty"),
        (b"PK\x03\x04", "file.not_csv"),
        (b"a,c\n", "header.missing_column"),
        (b"a,b,c,d\n", "header.extra_column"),
        (b"a,b,c,a\n", "header.duplicate_column"),
        (b"a,b,c,\n", "header.blank_label"),
        (b'a,b,"c\n', "header.unreadable"),
        (b"a,b,\xff\n", "header.unreadable"),
    ],
)
def test_faults_of_the_file_as_a_whole(data: bytes, code: str) -> None:
    assert [(1, None, code)] == faults(data, ABC)


@pytest.mark.parametrize(
    "header",
    [
        "A,b,C",
        " a ,b\t,\u00a0c\u2003",
        '" a","B","c"',
        "\ufeffa,\u200bb,c\ufeff",
        "\uff41,\uff22,c",  # full-width, as an input method for Japanese writes them
    ],
)
def test_case_spaces_and_composition_do_not_count(header: str) -> None:
    data = f"{header}\n1,2,3\n".encode()
    assert [(2, ("1", "2", "3"))] == valid_rows(batches(data, ABC))


def test_an_inner_space_counts() -> None:
    rules = contract("order_id", "b")
    assert fault(b"order id,b\n", rules) == (
        "header.missing_column: not in the header: order_id. "
        "Not in the contract: order id (column 1: did you mean order_id?)"
    )


def test_labels_that_are_one_name_are_ambiguous() -> None:
    assert fault(b"a,b,c,A , a\n") == (
        "header.duplicate_column: more than once in the header: a = A (columns 1, 4, 5); keep one"
    )


def test_all_mistakes_are_reported_at_once() -> None:
    assert fault(b"a,x,X, ,a\n") == (
        "header.missing_column: not in the header: b, c. Not in the contract: x. "
        "More than once in the header: a (columns 1, 5), x = X (columns 2, 3); keep one. "
        "Without a name: column 4; name it, or remove it; perhaps the line ends with "
        "a delimiter"
    )


def test_an_unknown_label_is_shown_with_the_likely_one() -> None:
    rules = contract("order_id", "customer_id", "email", "country")
    assert fault(b"Order-ID,custmer_id,E-Mail,colour,country\n", rules) == (
        "header.missing_column: not in the header: order_id, customer_id, email. "
        "Not in the contract: Order-ID (column 1: did you mean order_id?), "
        "custmer_id (column 2: did you mean customer_id?), E-Mail (column 3: did you mean email?), "
        "colour"
    )


def test_when_nothing_matches_the_names_are_listed_once() -> None:
    assert fault(b"1,2,3\n") == (
        "header.missing_column: the header names none of the contract's columns: a, b, c. "
        "Found: 1, 2, 3. Check that the file begins with its header; the contract's "
        "`dialect.preambleLines` skips lines before it"
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a;b;c\n", "semicolons (;)"),
        (b"a\tB\t c\n", r"tabs (\t)"),
        (b"a|b|c\n", "pipes (|)"),
        (b'"a";"b";"c"\n', "semicolons (;)"),
        (b'a;b;"c,d"\n', "semicolons (;)"),
        (b'"a";"b";"c\n', "semicolons (;)"),
    ],
)
def test_the_wrong_delimiter_is_named(data: bytes, words: str) -> None:
    assert fault(data) == (
        f"header.wrong_delimiter: the columns seem to be separated by {words}, but the contract "
        "expects commas (,); save the file with that delimiter, or change the contract's "
        "`dialect.delimiter`"
    )
    other = contract("a", "b", "c", dialect={"delimiter": "^"})
    assert "but the contract expects ^;" in fault(data, other)


def test_one_name_by_chance_is_not_another_delimiter() -> None:
    assert fault(b"x;a;y\n").startswith("header.missing_column: the header names none of")
    assert fault(b"a,b,c;d\n").startswith("header.missing_column: not in the header: c.")


def test_a_row_of_a_sensitive_dataset_is_not_repeated_as_a_header() -> None:
    rules = contract({"name": "email", "sensitive": True}, "b")
    assert "ann@example.com" not in fault(b"ann@example.com,1\n", rules)
    assert "ann@example.com" in fault(b"ann@example.com,1\n", contract("email", "b"))


def test_a_message_stays_short_whatever_the_file_is() -> None:
    assert len(fault(b"a," + b"x" * 1_000_000 + b"\n")) < 500
    assert len(fault(b"a," + b",".join(b"c%d" % i for i in range(100_000)) + b"\n")) < 1500
    assert len(fault(b"a,b," + b",".join([b"d"] * 100_000) + b"\n")) < 800
    assert len(fault(b"a,b," + b",".join([b""] * 100_000) + b"\n")) < 800


SOLD = contract(
    {"name": "order_id", "label": "Order ID"},
    {"name": "amount", "label": "Amount (EUR)", "type": "integer"},
    "note",
)


@pytest.mark.parametrize(
    "header",
    ["Order ID,Amount (EUR),note", "ORDER id, amount (eur)\t,Note", '"Order ID",Amount (EUR),note'],
)
def test_a_field_is_found_by_its_label(header: str) -> None:
    assert [(2, ("7", 12, "x"))] == valid_rows(batches(f"{header}\n7,12,x\n".encode(), SOLD))


def test_fields_with_labels_may_come_in_any_order() -> None:
    assert [(2, ("7", 12, "x"))] == valid_rows(
        batches(b"note,Amount (EUR),Order ID\nx,12,7\n", SOLD)
    )


def test_the_name_of_a_field_with_a_label_does_not_match() -> None:
    swapped = contract({"name": "a", "label": "b"}, {"name": "b", "label": "a"})
    assert [(2, ("2", "1"))] == valid_rows(batches(b"a,b\n1,2\n", swapped))
    assert fault(b"order_id,Amount (EUR),note\n", SOLD) == (
        "header.missing_column: not in the header: Order ID. "
        "Not in the contract: order_id (column 1: did you mean Order ID?)"
    )


def test_a_name_in_place_of_a_label_is_shown_with_the_label() -> None:
    rules = contract({"name": "id", "label": "Bestellung"}, {"name": "day", "label": "Tag"}, "b")
    assert fault(b"ID,b,Dey\n", rules) == (
        "header.missing_column: not in the header: Bestellung, Tag. Not in the contract: "
        "ID (column 1: did you mean Bestellung?), Dey"
    )


def test_mistakes_are_reported_by_label() -> None:
    assert fault(b"Ordr ID,note,Price\n", SOLD) == (
        "header.missing_column: not in the header: Order ID, Amount (EUR). "
        "Not in the contract: Ordr ID (column 1: did you mean Order ID?), Price"
    )
    assert fault(b"Order ID,amount (eur),note,order id\n", SOLD) == (
        "header.duplicate_column: more than once in the header: Order ID = order id "
        "(columns 1, 4); keep one"
    )
    assert "the header names none of the contract's columns: Order ID, Amount (EUR), note." in (
        fault(b"1,2,3\n", SOLD)
    )
    assert fault(b"Order ID;Amount (EUR);note\n", SOLD).startswith("header.wrong_delimiter")


def test_a_label_with_a_comma_or_line_break_is_shown_in_one_line() -> None:
    rules = contract({"name": "a", "label": "Amount,\nEUR"}, "b")
    assert [(3, ("1", "2"))] == valid_rows(batches(b'"Amount,\nEUR",b\n1,2\n', rules))
    assert fault(b"amount EUR,b\n", rules) == (
        "header.missing_column: not in the header: 'Amount, EUR'. "
        "Not in the contract: amount EUR (column 1: did you mean 'Amount, EUR'?)"
    )


def test_a_fault_names_the_column_of_the_table() -> None:
    assert [(2, "amount", "type.integer")] == faults(b"note,Amount (EUR),Order ID\nx,y,7\n", SOLD)


def test_a_sensitive_dataset_quotes_only_labels_like_its_own() -> None:
    """The first line may be a row of which one cell is a label by chance."""
    rules = contract({"name": "email", "sensitive": True}, "status", "city")
    message = fault(b"Ann Smith,status,citty,Ann Smith\n", rules)
    assert "Ann" not in message
    assert (
        "Not in the contract: column 1, citty (column 3: did you mean city?). "
        "More than once in the header: columns 1, 4; keep one"
    ) in message
    assert "Ann Smith" in fault(b"Ann Smith,status,city\n", contract("email", "status", "city"))


def test_a_value_that_resembles_a_label_is_not_quoted() -> None:
    rules = contract({"name": "email", "format": "email", "sensitive": True}, "status")
    assert "email@a.io" not in fault(b"email@a.io,status\n", rules)
