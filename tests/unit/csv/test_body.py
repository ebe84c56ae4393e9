"""Preamble, footer and comments are counted as lines but not as rows, whatever they contain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.contracts.model import Dialect
from csvgate.csv.body import (
    MAX_BLANK_LINES,
    contract_for_extracted_records,
    without_preamble_and_footer,
)
from csvgate.rejects.reject_file import RejectFile
from unit.validation.files import batches, contract, cut, faults, valid_rows

LINES = st.lists(
    st.tuples(
        st.sampled_from([b"", b"a", b'"', b'x,"y', b"1,2", b"\xff\0", b"#,"]),
        st.sampled_from([b"\n", b"\r\n", b"\r"]),
    ).map(b"".join),
    max_size=12,
)


@given(LINES, st.integers(0, 4), st.integers(0, 4), st.lists(st.integers(0, 9)))
def test_the_first_and_the_last_lines_are_gone(
    lines: list[bytes], before: int, after: int, sizes: list[int]
) -> None:
    data = b"".join(lines)
    dialect = Dialect(preamble_lines=before, footer_lines=after)
    # Joined, an empty line after \r makes another line end of it.
    expected = data.splitlines(keepends=True)[before:]
    while after and expected and not expected[-1].strip(b"\r\n"):
        expected.pop()
    if after:
        expected = expected[:-after]
    pieces, line = without_preamble_and_footer(cut(data, sizes), dialect, 1000)
    assert (b"".join(expected), before + 1) == (b"".join(pieces), line)


def test_a_footer_is_found_before_blank_lines_up_to_a_bound() -> None:
    def kept(blank: int) -> bytes:
        return b"".join(
            without_preamble_and_footer([b"1\n2\n" + b"\n" * blank], Dialect(footer_lines=1), 1000)[
                0
            ]
        )

    assert b"1\n" == kept(MAX_BLANK_LINES)
    assert b"1\n2\n" == kept(MAX_BLANK_LINES + 1)


def test_lines_stay_true() -> None:
    data = b'Report "of\n\nToday: 5" pipe\na,b\n1,2\nx\n\n3,"4\n"\nTotal: "2\n\n'
    rules = contract("a", "b", dialect={"preambleLines": 3, "footerLines": 1})
    assert [(5, ("1", "2")), (8, ("3", "4\n"))] == valid_rows(batches(data, rules))
    assert [(6, None, "row.too_few_fields")] == faults(data, rules)
    assert 3 == sum(batch.rows_read for batch in batches(data, rules))


def test_the_reject_file_starts_with_the_mark_and_the_header() -> None:
    data = b"\xef\xbb\xbftitle\r\na,b\r\nx\r\nend\r\n"
    rules = contract("a", "b", dialect={"preambleLines": 1, "footerLines": 1})
    file = RejectFile(rules)
    assert (
        b"\xef\xbb\xbf_csvgate_line,_csvgate_errors,a,b\r\n"
        b'3,"row.too_few_fields has 1 of 2 cells; check for a missing delimiter or quote",x\r\n'
    ) == b"".join(map(file.render, batches(data, rules)))


@pytest.mark.parametrize("data", [b"", b"1\n2\n", b"1\n2\n3\n", b"1\n2\n\n\n3\n"])
def test_nothing_between_them_is_an_empty_file(data: bytes) -> None:
    rules = contract("a", dialect={"preambleLines": 2, "footerLines": 1})
    assert [(1, None, "file.empty")] == faults(data, rules)


def test_a_quoted_cell_does_not_reach_into_the_footer() -> None:
    data = b'a,b\n1,"2\n"end\n'
    rules = contract("a", "b", dialect={"footerLines": 1})
    assert [(2, None, "row.unclosed_quote")] == faults(data, rules)


def test_comments_are_not_rows() -> None:
    data = b'# "title\na,b\n#1,2\n3,"4\n#5"\n6,#7\n"#8",9\n #,0\n#'
    rules = contract("a", "b", dialect={"commentChar": "#"})
    found = batches(data, rules)
    assert [
        (4, ("3", "4\n#5")),
        (6, ("6", "#7")),
        (7, ("#8", "9")),
        (8, (" #", "0")),
    ] == valid_rows(found)
    assert 4 == sum(batch.rows_read for batch in found)
    assert [] == faults(data, rules)


def test_a_bare_contract_reads_records_taken_out_of_their_file() -> None:
    rules = contract(
        "a",
        encoding="utf-16-le",
        dialect={"preambleLines": 1, "footerLines": 1, "commentChar": "#", "delimiter": ";"},
    )
    assert [(2, ("é",)), (3, ("#1",))] == valid_rows(
        batches("a\né\n#1\n".encode(), contract_for_extracted_records(rules))
    )
