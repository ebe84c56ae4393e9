"""For cells that a kernel clears the rules read the same value, and usual cells are cleared."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow")

from csvgate.validation.fast.kernels.strings.utf8 import not_text
from unit.types.cell import exact, read
from unit.validation.fast.columns import cleared, cleared_by_type, slices

AMOUNT = {"type": "number", "bigquery": "NUMERIC(12, 2)", "constraints": {"minimum": 0}}
TIMESTAMP = {"type": "datetime", "bigquery": "TIMESTAMP"}
FIELDS: dict[str, dict[str, Any]] = {
    "whole": {"type": "integer", "constraints": {"minimum": -50, "maximum": 100_000}},
    "unbounded": {"type": "integer"},
    "amount": AMOUNT,
    "numeric": {"type": "number", "bigquery": "NUMERIC"},
    "comma": {"type": "number", "bigquery": "NUMERIC", "decimalChar": ","},
    "float": {"type": "number", "bigquery": "FLOAT64"},
    "day": {"type": "date", "bigquery": "DATE"},
    "timestamp": TIMESTAMP,
    "local": {"type": "datetime", "bigquery": "DATETIME"},
    "template": {"type": "string", "constraints": {"pattern": "ORD-[0-9]{4}", "unique": True}},
    "email": {"type": "string", "format": "email"},
    "uuid": {"type": "string", "format": "uuid"},
    "length": {"type": "string", "constraints": {"minLength": 2, "maxLength": 4}},
    "text": {"type": "string"},
    "few": {"type": "string", "constraints": {"enum": ["DE", "FR", "CANCELLED", ""]}},
    "boolean": {"type": "boolean"},
}
ALWAYS_DISTINCT = ("boolean",)
"""Fields without a kernel: the rules read each distinct cell."""
ZONES = st.sampled_from(["", "Z", "+02:00", "-23:59", "+24:00", "z", "+2:00", ".25Z", ".1234567"])
PAIR = st.integers(0, 99).map("{:02}".format)
DAYS = st.tuples(st.integers(0, 9999), PAIR, PAIR).map(lambda d: f"{d[0]:04}-{d[1]}-{d[2]}")
CLOCKS = st.tuples(PAIR, PAIR, PAIR).map(":".join)
NUMBERS = st.from_regex(r"[+-]?[0-9]{0,18}([.,][0-9]{0,10})?(e[0-9])?", fullmatch=True)
TEXTS = st.text(alphabet='ORD-0129afz@.é東"\0 _', max_size=16)
LIKELY = st.sampled_from(
    (
        "", "7", "007", "-0", ".", "-.5", "5.", "0.00", "19.99", "12345678.12", "1234567.12",
        "2026-02-29", "2024-02-29", "2026-11-21T14:30:00Z", "DE", "CANCELLED", "true", "false",
        "ORD-0001", "a@b.example", "00000000-0000-4000-8000-000000000000", "a\0", "éé", "東京都",
    )
)  # fmt: skip
CELLS = st.one_of(
    LIKELY,
    NUMBERS,
    TEXTS,
    DAYS,
    st.tuples(DAYS, st.sampled_from("Tt "), CLOCKS, ZONES).map("".join),
)


@pytest.mark.parametrize("name", FIELDS)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_cleared_values_are_those_that_the_rules_read(name: str, data: st.DataObject) -> None:
    texts = data.draw(st.lists(CELLS, max_size=30))
    expected = [read(text, **FIELDS[name]) for text in texts]
    for kernel in [cleared] if name in ALWAYS_DISTINCT else [cleared, cleared_by_type]:
        is_cleared, values = kernel([text.encode() for text in texts], **FIELDS[name])
        for text, fine, wanted, actual in zip(texts, is_cleared, expected, values, strict=True):
            if fine:
                assert (text, same(wanted)) == (text, same(actual))


@pytest.mark.parametrize("name", ["day", "timestamp", "local"])
@given(st.lists(DAYS | LIKELY, max_size=2), st.integers(0, 40))
def test_a_few_days_of_other_months_than_most(name: str, others: list[str], at: int) -> None:
    end = {"day": "", "timestamp": "T23:59:59Z", "local": "T00:00:00"}[name]
    texts = [f"2026-02-{day:02}{end}" for day in range(32)] + ["2026-02-28" + end] * 9
    texts[at:at] = [day + end for day in others]
    is_cleared, values = cleared([text.encode() for text in texts], **FIELDS[name])
    for text, fine, actual in zip(texts, is_cleared, values, strict=True):
        wanted = read(text, **FIELDS[name])
        if text.startswith("2026-02-"):
            assert (text, fine) == (text, not isinstance(wanted, list))
        if fine:
            assert (text, same(wanted)) == (text, same(actual))


def same(value: object) -> object:
    """Comparable between the rules' values and Arrow's."""
    if isinstance(value, Decimal):
        # A decimal of Arrow has no negative zero.
        return str((value + 0).normalize())
    return repr(value) if isinstance(value, float) else exact(value)


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("whole", "99999", 99_999),
        ("whole", "-50", -50),
        ("whole", "100001", None),
        ("unbounded", "1234567890123456", 1_234_567_890_123_456),
        ("amount", "0.00", Decimal("0")),
        ("amount", "19.99", Decimal("19.99")),
        ("amount", "1234567.12", Decimal("1234567.12")),
        ("amount", "12345.6", Decimal("12345.6")),
        ("amount", "7", Decimal("7")),
        ("amount", "-1", None),
        ("amount", "1.234", None),
        ("amount", "5.", Decimal("5")),
        ("amount", ".5", Decimal("0.5")),
        ("amount", "1.2.3", None),
        ("comma", "12,5", Decimal("12.5")),
        ("comma", "12.5", None),
        ("float", "0.1", 0.1),
        ("day", "2024-02-29", date(2024, 2, 29)),
        ("day", "2026-02-29", None),
        ("day", "2026-13-01", None),
        ("day", "0000-01-01", None),
        ("timestamp", "2026-11-21T14:30:59Z", datetime(2026, 11, 21, 14, 30, 59, tzinfo=UTC)),
        ("timestamp", "2026-11-21T01:30:00+02:00", datetime(2026, 11, 20, 23, 30, tzinfo=UTC)),
        ("timestamp", "2026-11-21T14:30:00.5Z", datetime(2026, 11, 21, 14, 30, 0, 500_000, UTC)),
        ("timestamp", "2026-11-21T24:00:00Z", datetime(2026, 11, 22, tzinfo=UTC)),
        ("timestamp", "2026-11-21T24:00:01Z", None),
        ("timestamp", "2026-11-21T25:00:00Z", None),
        ("timestamp", "2026-11-21T14:30:00", None),
        ("local", "2026-11-21T14:30:00", datetime(2026, 11, 21, 14, 30)),
        ("template", "ORD-0129", "ORD-0129"),
        ("template", "ORD-012x", None),
        ("template", "ORD-01290", None),
        ("email", "a.b@example.com", "a.b@example.com"),
        ("email", "a@@example.com", None),
        ("length", "é東", "é東"),
        ("length", "é", None),
        ("text", "naïve", "naïve"),
        ("text", "a\0", None),
        ("few", "CANCELLED", "CANCELLED"),
        ("few", "XX", None),
        ("boolean", "true", True),
    ],
)
def test_usual_cells_are_cleared(name: str, cell: str, value: object) -> None:
    """A value of None stands for cells that are not cleared."""
    is_cleared, values = cleared([cell.encode()] * 3, **FIELDS[name])
    assert [value] * 3 == [
        found if fine else None for fine, found in zip(is_cleared, values, strict=True)
    ]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([], None),
        ([b"", b"a", "é".encode()], None),
        ([b"a", b"\xff", b"b"], [False, True, False]),
        # Together they would be a character.
        ([b"a\xc3", b"", b"\xa9b"], [True, False, True]),
        (["é".encode(), b"a\xe2\x82", b"\xac"], [False, True, True]),
        ([b"\xc3", b"\xff", "é".encode(), b"\xc3"], [True, True, False, True]),
        ([b"a\0", b"b"], [True, False]),
        ([b"\0", b"\xff", b""], [True, True, False]),
    ],
)
def test_cells_that_are_not_text(cells: list[bytes], expected: list[bool] | None) -> None:
    found = not_text(slices(cells).binary)
    assert expected == (None if found is None else found.tolist())


@given(st.lists(st.binary(max_size=4) | st.text(max_size=3).map(str.encode), max_size=12))
def test_cells_that_do_not_decode_are_not_text(cells: list[bytes]) -> None:
    found = not_text(slices(cells).binary)
    actual = [False] * len(cells) if found is None else found.tolist()
    assert [not _is_text(cell) for cell in cells] == actual


def _is_text(cell: bytes) -> bool:
    try:
        return "\0" not in cell.decode("utf-8")
    except UnicodeDecodeError:
        return False
