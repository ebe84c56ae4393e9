"""Kernels agree with strptime about any pattern, not only those that people use."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow")

from csvgate.contracts.checks.fields import check_schema
from unit.validation.fast.agreement import assert_agreement
from unit.validation.fast.columns import kernel_of
from unit.validation.files import contract

DIRECTIVES = ["%Y", "%y", "%m", "%d", "%H", "%I", "%M", "%S", "%b", "%p"]
LITERALS = ["", "-", ".", ":", " ", "T", "Z", "Y", "d", "%%", "(", "é", "+"]
TAILS = ["", "", "%f", "%z", "%f%z", "%%f", "%%z", "."]
COLUMNS = {"date": ["DATE"], "time": ["TIME"], "datetime": ["TIMESTAMP", "DATETIME", "STRING"]}
SHORTENED: list[Callable[[str], str]] = [
    str,
    lambda cell: cell.replace("0", "", 1),
    lambda cell: cell.replace("0", ""),
    lambda cell: cell[:-1],
    lambda cell: f"{cell}5",
]
"""Ways of writing a moment that strptime may understand, or misunderstand."""


@st.composite
def patterns(draw: st.DrawFn) -> str:
    directives = draw(st.lists(st.sampled_from(DIRECTIVES), min_size=1, max_size=5, unique=True))
    between = st.sampled_from(LITERALS)
    pattern = draw(between) + "".join(each + draw(between) for each in directives)
    return pattern + draw(st.sampled_from(TAILS))


ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1000, 1, 1), timezones=ZONES)


@settings(max_examples=100, deadline=None)
@given(
    patterns(),
    st.sampled_from([(kind, column) for kind, columns in COLUMNS.items() for column in columns]),
    st.lists(st.tuples(MOMENTS, st.sampled_from(SHORTENED)), min_size=1, max_size=20),
)
def test_any_pattern_is_read_as_strptime_reads_it(
    pattern: str,
    kind_and_column: tuple[str, str],
    moments: list[tuple[datetime, Callable[[str], str]]],
) -> None:
    kind, column = kind_and_column
    field: dict[str, Any] = {"type": kind, "bigquery": column, "format": pattern}
    assume(not [*check_schema(contract({"name": "a", **field}).schema_)])
    assume(kernel_of(field).fallback.kernel is not None)
    cells = [shorten(moment.strftime(pattern)).encode() for moment, shorten in moments]
    assert_agreement(cells * 2, **field)
