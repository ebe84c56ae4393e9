"""Whatever is in a well-formed CSV: infer, load, check, and every row is valid."""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from click.testing import CliRunner, Result
from hypothesis import HealthCheck, assume, event, example, given, reject, settings
from hypothesis import strategies as st

from csvgate.contracts.checks.column_names import wrong_column_name
from csvgate.contracts.header_labels import fold
from csvgate.contracts.load import load
from csvgate.contracts.model import Contract
from csvgate.validation.validate import validate
from csvgate_ops.author.infer.contract.draft import Shape
from csvgate_ops.cli.author import check
from unit.author.infer.infer_examples import inferred, run

BINARY = "".join(map(chr, [0, *range(2, 9), *range(14, 27), 28, 127, 0xFFFE, 0xFFFF]))
"""Files with many of these characters are taken for binary ones."""
TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters=f"{BINARY}\r", exclude_categories=["Cs"]),
    max_size=12,
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
LABELS = st.text(
    st.sampled_from("ab Zéß²,;|\t\n\"'_-.()/%:#{}[]&*!?@\u00a0\u200bＡ1"), min_size=1, max_size=8
)
"""Characters that people write, and those with a meaning in CSV or YAML."""
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}", fullmatch=True)


@st.composite
def tables(
    draw: st.DrawFn, labels: st.SearchStrategy[str] = NAMES
) -> tuple[list[str], list[list[str]]]:
    names = draw(st.lists(labels, min_size=1, max_size=4, unique_by=fold))
    columns = []
    for _ in names:
        kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=2))
        columns.append(st.one_of(*kinds, st.just("")) if draw(st.booleans()) else kinds[0])
    # Few distinct rows, repeated: enumerations, keys that are not.
    distinct = draw(st.lists(st.tuples(*columns), min_size=0, max_size=12))
    return names, [list(row) for row in distinct] * draw(st.sampled_from([1, 1, 12]))


@dataclass(frozen=True)
class Usual:
    """Files as Python's csv module writes them."""

    shape: Shape
    ending: str
    quoting: Literal[0, 1]
    mark: bytes

    def write(self, rows: list[list[str]]) -> bytes:
        text = io.StringIO(newline="")
        delimiter = self.shape.delimiter
        csv.writer(
            text, delimiter=delimiter, lineterminator=self.ending, quoting=self.quoting
        ).writerows(rows)
        return self.mark + text.getvalue().encode()


USUAL = st.builds(
    Usual,
    shape=st.sampled_from(",;\t|").map(Shape),
    ending=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
)


ENCODINGS = [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16", b""), ("utf-16-be", b"")]


@dataclass(frozen=True)
class Writer:
    """Files in any dialect that infer detects."""

    shape: Shape
    ending: str
    all_quoted: bool
    final: bool
    blank_lines: bool
    encoding: str
    mark: bytes

    def write(self, rows: list[list[str]]) -> bytes:
        shape, gap = self.shape, self.ending * (1 + self.blank_lines)
        quote = shape.quote_char or ""
        between = shape.delimiter + " " * shape.skip_initial_space
        lines = [between.join(map(self._cell, r)) or quote * 2 for r in rows]
        return self.mark + (gap.join(lines) + self.ending * self.final).encode(self.encoding)

    def _cell(self, text: str) -> str:
        shape, quote = self.shape, self.shape.quote_char or ""
        special = {shape.delimiter, quote, shape.escape_char, "\r", "\n"}
        if not self.all_quoted and not special & set(text) and text == text.strip(" "):
            return text
        if escape := shape.escape_char:
            text = text.replace(escape, escape * 2)
        return quote + text.replace(quote, (escape or quote) + quote) + quote


@st.composite
def writers(draw: st.DrawFn) -> Writer:
    shape = Shape(
        draw(st.sampled_from(",;\t|")),
        draw(st.sampled_from('""\'')),
        draw(st.sampled_from([None, None, "\\"])),
        draw(st.sampled_from([False, False, True])),
    )
    encoding, mark = draw(st.sampled_from(ENCODINGS))
    ending = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    all_quoted, final, blank_lines = draw(st.tuples(*[st.booleans()] * 3))
    return Writer(shape, ending, all_quoted, final, blank_lines, encoding, mark)


def tried(data: bytes) -> tuple[Result, Contract | None]:
    """Infer and check these bytes: whatever they are, there is no traceback, the exit code and
    stderr say what happened, and `check` agrees with the contract if there is one."""
    with TemporaryDirectory() as folder:
        file, out = Path(folder) / "things.csv", Path(folder) / "things.yaml"
        file.write_bytes(data)
        done = run(file, "--out", out)
        assert isinstance(done.exception, SystemExit | None), done.output
        event(f"exit {done.exit_code}")
        if done.exit_code == 2:
            assert done.stderr.startswith("Error: ")
            assert not out.exists()
            return done, None
        checked = CliRunner().invoke(check.command, [str(file), "--contract", str(out)])
        assert checked.exit_code == done.exit_code, out.read_text() + checked.output
        assert ("broken, and no contract accepts" in done.stderr) == (done.exit_code == 1)
        return done, load(out)


def accepted(written: Writer | Usual, rows: list[list[str]]) -> Contract:
    """The contract of that file. A row is broken only where another dialect was taken for its own:
    as a few strange rows may suggest."""
    # A row that repeats the first may be the header of a file that was joined to it: a bad row.
    assume(rows[0] not in rows[1:])
    done, found = tried(written.write(rows))
    if found is None:
        reject()
    assert done.exit_code == 0 or written.shape != shape_of(found), done.output
    return found


def shape_of(contract: Contract) -> Shape:
    dialect = contract.dialect
    return Shape(
        dialect.delimiter,
        dialect.quote_char or '"',
        dialect.escape_char,
        dialect.skip_initial_space,
    )


def rows_of(data: bytes, contract: Contract) -> list[str]:
    """As text: no NaN is equal to itself."""
    return [repr((batch.columns, batch.rejected)) for batch in validate([data], contract)]


SLOWLY = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@SLOWLY
@given(tables(), USUAL)
def test_the_contract_accepts_its_sample(
    table: tuple[list[str], list[list[str]]], writer: Usual
) -> None:
    names, rows = table
    if len(names) == 1:
        # Texts of one column may look like several columns, which is refused.
        tried(writer.write([names, *rows]))
        return
    with TemporaryDirectory() as folder:
        contract = inferred(Path(folder), writer.write([names, *rows]))
    if contract.dialect.header:
        assert names == [field.name for field in contract.schema_.fields]
    assert len(names) == len(contract.schema_.fields)


@SLOWLY
@given(tables(), USUAL)
def test_without_a_header(table: tuple[list[str], list[list[str]]], writer: Usual) -> None:
    _, rows = table
    assume(rows)
    accepted(writer, rows)


@SLOWLY
@given(tables(), writers(), st.booleans())
def test_in_any_dialect(
    table: tuple[list[str], list[list[str]]], writer: Writer, header: bool
) -> None:
    names, rows = table
    assume(header or rows)
    accepted(writer, [names, *rows] if header else rows)


@SLOWLY
@given(tables(LABELS), USUAL, st.data())
def test_by_their_labels_columns_may_come_in_any_order(
    table: tuple[list[str], list[list[str]]], writer: Usual, data: st.DataObject
) -> None:
    labels, rows = table
    contract = accepted(writer, [labels, *rows])
    event(f"header {contract.dialect.header}")
    # In another dialect other cells would be quoted than those that the writer quotes.
    assume(contract.dialect.header and writer.shape == shape_of(contract))
    order = data.draw(st.permutations(range(len(labels))))
    moved = [[row[i] for i in order] for row in [labels, *rows]]
    expected = rows_of(writer.write([labels, *rows]), contract)
    assert expected == rows_of(writer.write(moved), contract)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), min_size=1, max_size=8), USUAL)
def test_with_any_labels_or_none(rows: list[list[str]], writer: Usual) -> None:
    assume(rows[0] not in rows[1:])
    with TemporaryDirectory() as folder:
        contract = inferred(Path(folder), writer.write(rows))
    names = [field.name for field in contract.schema_.fields]
    assert [] == [name for name in names if wrong_column_name(name)]
    assert len(names) == len({name.casefold() for name in names})
    # Cells of nothing but tabs look like cells between tabs.
    assert len(names) == 2 or writer.shape != shape_of(contract)


LINES = st.lists(
    st.one_of(
        st.text("ab1,;|\t\"'#= .-%€", max_size=14),
        st.sampled_from(
            ["a,b,c", "1,2,3", "1;2", "# c", "sep=;", "Total,6", "b", "200.000.000", ""]
        ),
        st.sampled_from(KINDS).flatmap(lambda kind: st.lists(kind, max_size=3).map(",".join)),
    ),
    max_size=12,
)
ANY_ENCODING = st.sampled_from(["utf-8", "utf-8", "cp1252", "cp1251", "shift_jis", "utf-16"])


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(LINES, ANY_ENCODING, st.sampled_from(["\n", "\r\n", "\r"]))
@example(["b", "200.000.000"], "utf-8", "\n")
def test_whatever_the_lines_are(lines: list[str], encoding: str, ending: str) -> None:
    tried(ending.join(lines).encode(encoding, "replace"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=60))
def test_whatever_the_bytes_are(data: bytes) -> None:
    tried(data)
