"""The lines of the header are those that the records of the header have."""

from itertools import islice, takewhile

from hypothesis import assume, given
from hypothesis import strategies as st

from csvgate.contracts.model import Dialect
from csvgate.csv.header_lines import HeaderLines
from csvgate.csv.lines import physical_lines
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer
from unit.validation.files import cut

LIMIT = 1000
DATA = st.lists(
    st.sampled_from(
        ['"', '""', ",", "||", "\n", "\r", "\r\n", "\\", "a", "#", " ", "\n\n", '"a"', "'", '="a"']
    )
).map(lambda parts: "".join(parts).encode())
DIALECTS = st.fixed_dictionaries(
    {
        "quoteChar": st.sampled_from(['"', "'", None]),
        "escapeChar": st.sampled_from([None, "\\"]),
        "commentChar": st.sampled_from([None, "#"]),
        "delimiter": st.sampled_from([",", "||"]),
        "headerRows": st.sampled_from([[1], [1, 2], [1, 2, 3]]),
        "doubleQuote": st.booleans(),
        "skipInitialSpace": st.booleans(),
        "formulaText": st.booleans(),
    }
).map(Dialect.model_validate)


@given(DATA, DIALECTS, st.lists(st.integers(0, 5)))
def test_the_header_has_the_lines_of_its_records(
    data: bytes, dialect: Dialect, sizes: list[int]
) -> None:
    framer = Framer([data], Grammar(dialect), LIMIT)
    records = list(islice(framer.records(), len(dialect.header_rows)))
    assume(len(records) == len(dialect.header_rows))
    assume(not any(record.broken for record in records))
    lines = HeaderLines(dialect, LIMIT)
    blocks = physical_lines(cut(data, sizes), LIMIT)
    counts = [lines.count(block) for block in takewhile(lambda _: not lines.has_ended, blocks)]
    assert (sum(counts), lines.has_ended) == (framer.line - 1, True)


def test_a_file_without_a_header_has_no_such_lines() -> None:
    lines = HeaderLines(Dialect(header=False), LIMIT)
    assert lines.has_ended
    assert not lines.count([b"1\n"])
