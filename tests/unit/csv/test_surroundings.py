"""A `sep=` line, a preamble up to a line that matches, a footer from a line that matches."""

from itertools import chain, islice, repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.contracts.model import MAX_FOOTER_LINES, MAX_PREAMBLE_LINES, Dialect
from csvgate.csv.body import (
    MAX_BLANK_LINES,
    MAX_PREAMBLE_BYTES,
    contract_for_extracted_records,
    without_preamble_and_footer,
)
from csvgate.rejects.corrections import Correction, is_correction
from csvgate.rejects.reject_file import RejectFile
from csvgate.validation.faults import FileFault
from csvgate.validation.validate import validate
from unit.validation.files import batches, contract, cut, faults, valid_rows

SIZES = st.lists(st.integers(0, 9))
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
PATHS = {"rules": 2**62, "blocks": 1}


def kept(data: bytes, sizes: list[int] | None = None, **dialect: object) -> tuple[bytes, int]:
    """What is left, and the number of its first line."""
    rules = Dialect.model_validate(dialect)
    pieces, line = without_preamble_and_footer(cut(data, sizes or []), rules, 1000)
    return b"".join(pieces), line


@pytest.mark.parametrize(
    ("first", "delimiter"),
    [
        ("sep=;", ";"),
        ("SEP=;", ";"),
        ("Sep=;", ";"),
        ('"sep=;"', ";"),
        ("sep=; ", ";"),
        ("sep=;;;;", ";"),  # as many cells as the other lines
        ("sep=\t", "\t"),
        ("sep=\\t", "\t"),
        ("sep=,", ","),
        ("sep=||", "||"),
        ("sep=¦", "¦"),
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b""])
@pytest.mark.parametrize("sizes", [[], [3], [1] * 9])
def test_a_separator_line_is_skipped_and_counted(
    first: str, delimiter: str, end: bytes, sizes: list[int]
) -> None:
    rest = b"a,b\n1,2\n" if end else b""
    found = kept(first.encode() + end + rest, sizes, delimiter=delimiter)
    assert (rest, 2) == found


@pytest.mark.parametrize(
    ("first", "words"),
    [
        ("sep=,", "commas (,)"),
        ('"sep=\t"', r"tabs (\t)"),
        ("sep=!!!", "!"),
        ("sep=\x01", r"'\x01'"),
    ],
)
def test_a_separator_line_with_another_delimiter_is_a_fault(first: str, words: str) -> None:
    with pytest.raises(FileFault) as caught:
        kept(f"{first}\na;b\n".encode(), delimiter=";")
    assert str(caught.value) == (
        f"header.wrong_delimiter: the first line says that the columns are separated by {words}, "
        "but the contract expects semicolons (;); save the file with that delimiter, or change the "
        "contract's `dialect.delimiter`"
    )


@pytest.mark.parametrize(
    "data",
    [b"sep=\n", b"sep;1\n", b"sep=a;b\n", b"sepal;b\n", b" sep=;\n", b"sep=" + b";" * 5000 + b"\n"],
)
def test_other_first_lines_are_kept(data: bytes) -> None:
    assert (data + b"1\n", 1) == kept(data + b"1\n", delimiter=";")


@pytest.mark.parametrize(("lines", "expected"), [(0, 2), (1, 2), (2, 3)])
def test_a_separator_line_is_one_of_the_lines_of_the_preamble(lines: int, expected: int) -> None:
    data = b"sep=;\nline 2\nline 3\nline 4\n"
    rest = b"".join(data.splitlines(keepends=True)[expected - 1 :])
    assert (rest, expected) == kept(data, delimiter=";", preambleLines=lines)


def test_the_lines_of_a_file_with_a_separator_line_stay_true() -> None:
    rules = contract("Kunde", {"name": "Betrag", "type": "integer"}, dialect={"delimiter": ";"})
    data = b"sep=;\r\nKunde;Betrag\r\nA-1;12\r\nA-2;zwei\r\n"
    assert [(3, ("A-1", 12))] == valid_rows(batches(data, rules))
    assert [(4, "Betrag", "type.integer")] == faults(data, rules)
    assert [(1, None, "file.empty")] == faults(b"sep=;\n", rules)


@given(st.lists(st.tuples(st.sampled_from([b"", b"x", b"id", b"\xff"]), ENDS)), SIZES)
def test_the_preamble_ends_before_the_first_line_that_matches(
    lines: list[tuple[bytes, bytes]], sizes: list[int]
) -> None:
    data = b"".join(map(b"".join, lines)) + b"my id;b\nid\n"
    expected = data.splitlines(keepends=True)
    before = next(n for n, line in enumerate(expected) if b"id" in line)
    assert (b"".join(expected[before:]), before + 1) == kept(data, sizes, preambleUntil="id(;|$)")


@pytest.mark.parametrize(
    ("before", "found"),
    [
        (b"x\n" * (MAX_PREAMBLE_LINES - 1), True),
        (b"x\n" * MAX_PREAMBLE_LINES, False),
        (b"x" * (MAX_PREAMBLE_BYTES - 10) + b"\n", True),
        (b"x" * MAX_PREAMBLE_BYTES + b"\n", False),
    ],
)
def test_the_preamble_is_bounded(before: bytes, *, found: bool) -> None:
    rules = contract("id", dialect={"preambleUntil": "^id$"})
    line = before.count(b"\n") + 2
    data = before + b"id\n7\n"
    if found:
        assert [(line, ("7",))] == valid_rows(batches(data, rules))
    else:
        with pytest.raises(FileFault, match=r"of the first 1,000 lines and 1 MiB matches .*\^id"):
            batches(data, rules)


def test_a_preamble_without_end_is_not_read_to_the_end() -> None:
    """Nothing behind the lines that may be the preamble is asked for."""
    pieces = chain(repeat(b"title\n" * 100, 5000), iter(()))
    with pytest.raises(FileFault, match=r"header\.not_found"):
        without_preamble_and_footer(pieces, Dialect(preamble_until="id"), 1000)
    assert len(list(islice(pieces, 4000))) == 4000


def test_a_file_that_ends_before_its_header() -> None:
    rules = contract("id", dialect={"preambleUntil": "^id"})
    with pytest.raises(FileFault) as caught:
        batches(b"title\nAid\n", rules)
    assert str(caught.value) == (
        "header.not_found: no line of the file matches the contract's `dialect.preambleUntil` "
        "(^id), which finds where the records begin; check the export, or change the pattern"
    )
    assert [(1, None, "file.empty")] == faults(b"", rules)
    assert [(1, None, "file.empty")] == faults(b"\n\r\n", rules)


def test_without_a_header_the_first_row_matches() -> None:
    rules = contract("day", "n", dialect={"header": False, "preambleUntil": r"^\d{4}-"})
    data = b"Export\n\n2026-01-31,1\n2026-02-28,2\n"
    assert [(3, ("2026-01-31", "1")), (4, ("2026-02-28", "2"))] == valid_rows(batches(data, rules))


FOOTED = st.lists(
    st.tuples(st.sampled_from([b"1,x", b"Total,2", b"", b"end", b'"']), ENDS).map(b"".join),
    max_size=2 * MAX_FOOTER_LINES,
)


@given(FOOTED, SIZES, st.booleans())
def test_the_footer_begins_with_the_first_of_the_last_lines_that_matches(
    lines: list[bytes], sizes: list[int], header: bool
) -> None:
    data = (b"id,Total\n" if header else b"") + b"".join(lines)
    expected = data.splitlines(keepends=True)
    full = [n for n, line in enumerate(expected) if line.strip(b"\r\n")]
    last = [n for n in full[-MAX_FOOTER_LINES:] if n >= header]
    quoted = quoted_lines(expected, last)
    last = [n for n in last if n not in quoted]
    end = next((n for n in last if b"Total" in expected[n]), len(expected))
    found = kept(data, sizes, header=header, footerFrom="Total")
    assert (b"".join(expected[:end]), 1) == found


def quoted_lines(lines: list[bytes], last: list[int]) -> set[int]:
    """The lines inside quoted cells, of which each quote is alone in its line. If their number is
    odd, the first of the last lines is inside such a cell."""
    quotes = [n for n in last if lines[n].strip(b"\r\n") == b'"']
    if len(quotes) % 2:
        quotes.insert(0, last[0] - 1)
    pairs = zip(quotes[::2], quotes[1::2], strict=True)
    return {n for start, end in pairs for n in range(start + 1, end + 1)}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("before", [1, 2 * MAX_FOOTER_LINES])
@pytest.mark.parametrize("inside", [1, MAX_FOOTER_LINES - 3])
def test_a_line_inside_a_cell_does_not_begin_the_footer(
    before: int, inside: int, path: str
) -> None:
    """The last lines may begin within the cell."""
    if path == "blocks":
        pytest.importorskip("pyarrow")
    rules = contract("id", "note", dialect={"footerFrom": "^Total"})
    note = b"Dear Ada,\n" * before + b"Total loss\n" * inside + b"Yours"
    data = b'id,note\n1,"' + note + b'"\n2,ok\nTotal,2\n'
    found = list(validate([data], rules, vector_bytes=PATHS[path]))
    assert 2 == sum(batch.rows_read for batch in found)
    assert not any(batch.rejected for batch in found)


def test_a_stray_quote_does_not_hide_the_footer() -> None:
    rules = contract("id", "note", dialect={"footerFrom": "^Total"})
    data = b'id,note\n1,5" pipe\n2,x\n3,y\nTotal,3\n'
    assert ["row.stray_quote"] == [code for *_, code in faults(data, rules)]
    assert [("2", "x"), ("3", "y")] == [row for _, row in valid_rows(batches(data, rules))]


def test_blank_lines_before_the_footer_are_bounded() -> None:
    rows = b"a\n1\nTotal\n"
    assert b"a\n1\n" == kept(rows + b"\n" * MAX_BLANK_LINES, footerFrom="Total")[0]
    many = rows + b"\n" * (MAX_BLANK_LINES + 1)
    assert many == kept(many, footerFrom="Total")[0]


def test_the_header_may_have_the_words_of_the_footer() -> None:
    dialect = {"footerFrom": "Total", "commentChar": "#", "preambleLines": 1}
    rules = contract("id", "Total", dialect=dialect)
    data = b"Total sales\n\n# Total of all\nid,Total\n1,2\nTotal,2\nsigned\n\n"
    assert [(5, ("1", "2"))] == valid_rows(batches(data, rules))
    assert [] == batches(data.replace(b"\n1,2", b""), rules)


@pytest.mark.parametrize(
    ("head", "labels", "more"),
    [
        (b"Region,Amount\nx,Total\n", ["Region x", "Amount Total"], {"headerRows": [1, 2]}),
        (b"#\n\nRegion,Amount\n#Total\n\nx,Total\n", ["Region x", "Amount Total"],
         {"headerRows": [1, 2], "commentChar": "#"}),
        (b'Region,"Amount\r\nTotal\nTotal"\n', ["Region", "Amount\r\nTotal\nTotal"], {}),
        (b"Region,Amount\\\nTotal\n", ["Region", "Amount\nTotal"], {"escapeChar": "\\"}),
        (b'"Region,Amount"\nx,"Total\n', ['"Region x', 'Amount" "Total'],
         {"headerRows": [1, 2], "quoteChar": None}),
    ],
)  # fmt: skip
def test_every_line_of_the_header_may_have_the_words_of_the_footer(
    head: bytes, labels: list[str], more: dict[str, Any]
) -> None:
    fields = [{"name": f"f{i}", "label": label} for i, label in enumerate(labels)]
    rules = contract(*fields, dialect={"footerFrom": "Total", **more})
    data = head + b"A,1\nB,2\nTotal,3\n"
    for size in (1, len(data)):
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        rows = [row for _, row in valid_rows(validate(pieces, rules))]
        assert [("A", "1"), ("B", "2")] == rows


@pytest.mark.parametrize("head", [b'a,"b\n', b'a,b"c\n', b'a,"' + b"b" * 3 * 1024**2 + b'"\n'])
def test_a_malformed_header_before_a_footer_is_named(head: bytes) -> None:
    rules = contract("a", "b", dialect={"footerFrom": "Total"})
    assert ["header.unreadable"] == [code for *_, code in faults(head + b"1,2\nTotal,3\n", rules)]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("added", ["", "sep=;\n"])
def test_a_corrected_reject_file_has_neither(end: str, path: str, added: str) -> None:
    """The reject file repeats the header and the rows, of which one looks like a footer. A
    spreadsheet may add its own `sep=` line to it."""
    if path == "blocks":
        pytest.importorskip("pyarrow")
    dialect = {"delimiter": ";", "preambleUntil": "^id;", "footerFrom": "^Total"}
    rules = contract({"name": "id"}, {"name": "n", "type": "integer"}, dialect=dialect)
    rows = ["id;n", "1;one", "Total;two", *["3;4"] * MAX_FOOTER_LINES, "Total;9", "id;n"]
    original = end.join(["sep=;", "My shop", *rows, ""]).encode()
    found = list(validate([original], rules, vector_bytes=PATHS[path]))
    assert len(valid_rows(found)) == MAX_FOOTER_LINES
    file = RejectFile(rules)
    rejects = b"".join(map(file.render, found)).replace(b";one", b";1").replace(b";two", b";2")
    is_corrected, pieces = is_correction(iter([added.encode() + rejects]), rules)
    assert is_corrected
    correction = Correction(rules, frozenset([4, 5]))
    engine = validate(
        correction.pieces(pieces),
        contract_for_extracted_records(rules),
        vector_bytes=PATHS[path],
    )
    again = list(correction.batches(engine))
    assert ([4, 5], 2) == (correction.loaded, sum(batch.rows_read for batch in again))
    if path == "rules":
        assert [(4, ("1", 1)), (5, ("Total", 2))] == valid_rows(again)


def test_a_corrected_file_with_another_separator_line_is_a_fault() -> None:
    rules = contract("a", "b", dialect={"delimiter": ";"})
    data = b"sep=,\n_csvgate_line;_csvgate_errors;a;b\n3;because;1;2\n"
    _, pieces = is_correction(iter([data]), rules)
    with pytest.raises(FileFault, match=r"header\.wrong_delimiter"):
        list(Correction(rules, frozenset([3])).pieces(pieces))


def test_a_preamble_that_ends_with_a_comment_is_not_looked_for_in_a_corrected_file() -> None:
    dialect = {"preambleUntil": "^# Columns", "commentChar": "#"}
    rules = contract({"name": "n", "type": "integer"}, dialect=dialect)
    file = RejectFile(rules)
    found = batches(b"made today\n# Columns\nn\n1\ntwo\n", rules)
    rejects = b"".join(map(file.render, found)).replace(b"two", b"2")
    correction = Correction(rules, frozenset([5]))
    engine = validate(correction.pieces([rejects]), contract_for_extracted_records(rules))
    assert [(5, (2,))] == valid_rows(correction.batches(engine))


def test_the_lines_of_a_corrected_file_with_a_separator_line_stay_true() -> None:
    rules = contract("a", "b", dialect={"delimiter": ";"})
    correction = Correction(rules, frozenset([3]))
    data = b"sep=;\n_csvgate_line;_csvgate_errors;a;b\nthree;because;1;2\n"
    engine = validate(correction.pieces([data]), contract_for_extracted_records(rules))
    (batch,) = correction.batches(engine)
    assert [(3, "correction.line")] == [(r.line, r.faults[0].code) for r in batch.rejected]


def test_no_row_of_a_header_is_part_of_the_footer() -> None:
    data = b"Sum,Total\nnet,gross\n1,2\nTotal,2\n"
    left = kept(data, footerFrom="Total", headerRows=[1, 2])[0]
    assert b"Sum,Total\nnet,gross\n1,2\n" == left
    data = b"a\nTotal\n1\nTotal: 1\n"
    assert b"a\nTotal\n1\n" == kept(data, footerFrom="^Total", headerRows=[1, 2])[0]
