"""Whatever is in a well-formed CSV: infer, load, check, and every row is valid."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unit.ops.infer.infer_examples import inferred

TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=12
)
KINDS: list[st.SearchStrategy[str]] = [
    TEXT,
    st.integers(-(10**20), 10**20).map(str),
    st.integers(0, 9).map(str),
    st.integers(0, 99999).map("{:05}".format),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, max_value=Decimal(10**9)).map(str),
    st.floats().map(str),
    st.integers(0, 10**9).map("{:,}".format),
    st.integers(0, 10**6).map(lambda n: f"{n:,}.5".translate(str.maketrans(",.", ".,"))),
    st.dates().map(date.isoformat),
    st.dates(date(1900, 1, 1)).map(lambda d: f"{d:%d/%m/%Y}"),
    st.datetimes().map(datetime.isoformat),
    st.datetimes(datetime(1900, 1, 1)).map(lambda t: f"{t:%Y-%m-%d %H:%M}Z"),
    st.times().map(time.isoformat),
    st.uuids().map(str),
    st.emails(),
    st.booleans().map(str),
    st.sampled_from(["yes", "no", "Y", "N", "NA", "NULL", "-", "0", "1"]),
    st.sampled_from(["'a'", "'b'", "''", " x", "\\", '\\"', "a;b", "a|b", "a\tb", "=", "a\r\nb"]),
    st.text("0123456789.,:-/+eTZ ", max_size=10),
]
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}", fullmatch=True)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique_by=str.casefold))
    columns = []
    for _ in names:
        kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=2))
        columns.append(st.one_of(*kinds, st.just("")) if draw(st.booleans()) else kinds[0])
    # Few distinct rows, repeated: enumerations, keys that are not.
    distinct = draw(st.lists(st.tuples(*columns), min_size=0, max_size=12))
    return names, [list(row) for row in distinct] * draw(st.sampled_from([1, 1, 12]))


@st.composite
def writers(draw: st.DrawFn) -> Callable[[list[list[str]]], bytes]:
    delimiter = draw(st.sampled_from(",;\t|"))
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    quoting: Literal[0, 1] = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    mark = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))

    def write(rows: list[list[str]]) -> bytes:
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=quoting)
        writer.writerows(rows)
        return mark + text.getvalue().encode()

    return write


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), writers())
def test_the_contract_accepts_its_sample(
    table: tuple[list[str], list[list[str]]], write: Callable[[list[list[str]]], bytes]
) -> None:
    names, rows = table
    with TemporaryDirectory() as folder:
        contract = inferred(Path(folder), write([names, *rows]))
    if contract.dialect.header:
        assert names == [field.name for field in contract.schema_.fields]
    assert len(names) == len(contract.schema_.fields)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), min_size=1, max_size=8), writers())
def test_with_any_labels_or_none(
    rows: list[list[str]], write: Callable[[list[list[str]]], bytes]
) -> None:
    with TemporaryDirectory() as folder:
        inferred(Path(folder), write(rows))
