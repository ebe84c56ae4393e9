"""Cells that look like what a kernel reads, but that the rules refuse or read as another value."""

from collections.abc import Sequence
from typing import Any

import pytest

pytest.importorskip("pyarrow")

from unit.validation.fast.test_paths import RULES_ONLY, outcome
from unit.validation.files import contract

SHORT_HOURS = [f"1.2.2026 9{fraction}" for fraction in range(100, 110)]
"""Hours of one digit, so that the kernel tries the form with one digit first."""
POINT = {"type": "geopoint", "bigquery": "GEOGRAPHY"}


def _number(**more: Any) -> dict[str, Any]:
    return {"type": "number", "bigquery": "NUMERIC", **more}


def _pattern(pattern: str) -> dict[str, Any]:
    return {"constraints": {"pattern": pattern}}


def _date(pattern: str) -> dict[str, Any]:
    return {"type": "date", "format": pattern}


def _bounded(**bounds: str) -> dict[str, Any]:
    return {"type": "datetime", "constraints": bounds}


@pytest.mark.parametrize("block_bytes", [24, 10_000])
@pytest.mark.parametrize(
    ("field", "cells"),
    [
        # RE2 takes ſ for an s if it ignores case.
        pytest.param(
            {"format": "uri"},
            ["https://a.b", "HTTPS://a.b", "httpſ://a.b", "wſ://a.b", "ftpſ://a.b"],
            id="a long s in a scheme",
        ),
        # RE2 takes counts with a leading zero literally.
        pytest.param(_pattern("a{03}"), ["aaa", "a{03}"], id="a count with a zero"),
        pytest.param(_pattern("a{00}b"), ["b", "a{00}b"], id="a count of two zeros"),
        pytest.param(_pattern("[a]{0}b"), ["b", "ab", "a{0}b"], id="a count of zero"),
        pytest.param(_date("%Y-%m-%d%%f"), ["2026-01-02%f", "2026-01-02123"], id="%%f"),
        pytest.param(_date("%Y-%m-%d%%z"), ["2026-01-02%z", "2026-01-02+0200"], id="%%z"),
        pytest.param(_date("%Y%%%m%%%d%z"), ["2026%01%02+0200", "2026%01%02%z"], id="%% and %z"),
        pytest.param(_date("Y%m/%d"), ["Y1/2", "Y01/02", "Y02/29"], id="a Y that is not a year"),
        pytest.param(_date("%%Y%m/%d"), ["%Y1/2", "%Y01/02", "%Y13/1"], id="%%Y"),
        pytest.param(
            {"type": "time", "format": "%H%%d"}, ["10%d", "1%d", "24%d"], id="%%d in a time"
        ),
        pytest.param(
            {"type": "datetime", "bigquery": "DATETIME", "format": "%d.%m.%Y %H%f"},
            [*SHORT_HOURS, "1.2.2026 12345", "1.2.2026 2345", "1.2.2026 05", "1.2.2026 24"],
            id="a fraction beside an hour",
        ),
        # A TIME column has the time as it is written.
        pytest.param(
            {"type": "time", "format": "%H:%M%z"},
            ["14:30+0200", "00:30+02:00", "23:30-0100", "10:00Z"],
            id="a time with a zone",
        ),
        pytest.param(
            POINT | {"missingValues": ["", "0, 0"]}, ["1, 2", "0, 0", ""], id="a missing point"
        ),
        pytest.param(
            _number(bareNumber=False, missingValues=["", "0 €"]),
            ["5 €", "0 €", "7 €", ""],
            id="a missing amount",
        ),
        pytest.param(
            _number(decimalChar="\x1f", groupChar="\u00a0"),
            ["1\u00a0234", "1\x1f5", "1\u00a0234\x1f5"],
            id="a mark that stands for another",
        ),
        pytest.param(_number(decimalChar="\0"), ["123456\x005", "12"], id="NUL as a mark"),
        pytest.param(_number(missingValues=["\0"]), ["1", "\0"], id="NUL as a missing number"),
        pytest.param({"missingValues": ["\0"]}, ["a", "\0"], id="NUL as a missing text"),
        pytest.param(
            {"format": "email", "missingValues": ["\0"]},
            ["a@b.de", "\0"],
            id="NUL as a missing address",
        ),
        pytest.param(
            {"constraints": {"enum": ["a", "b"]}, "missingValues": ["\0"]},
            ["a", "\0"],
            id="NUL as a missing word",
        ),
        pytest.param(
            _number(constraints={"minimum": f"0.5{'0' * 40}1"}), ["0.5", "0.6"], id="a fine bound"
        ),
        pytest.param(
            _bounded(minimum="0001-01-01T00:00:00+02:00"),
            ["0001-01-01T00:00:00Z", "2026-01-01T00:00:00Z"],
            id="a bound before the year 1",
        ),
        pytest.param(
            _bounded(maximum="9999-12-31T23:59:59-02:00"),
            ["9999-12-31T23:59:59Z", "2026-01-01T00:00:00Z"],
            id="a bound after the year 9999",
        ),
    ],
)
def test_both_paths_give_the_same(
    field: dict[str, Any], cells: Sequence[str], block_bytes: int
) -> None:
    rules = contract({"name": "a", **field}, "b", dialect={"header": False})
    file = "".join(f'"{cell}",x\n' for cell in cells).encode()
    expected = outcome([file], rules, vector_bytes=RULES_ONLY)
    assert expected == outcome([file], rules, vector_bytes=1, block_bytes=block_bytes)


def test_nan_is_not_in_a_reference() -> None:
    """NaN equals no value, neither alone nor in a combination."""
    nan, known = float("nan"), [(1.5, "a"), (0.0, "a")]
    number = {"name": "n", "type": "number", "bigquery": "FLOAT64"}
    keys = [
        {"fields": fields, "reference": {"resource": "r", "fields": fields}}
        for fields in (["n", "b"], ["n"])
    ]
    file = b"NaN,a\n1.5,a\n-0.0,a\n2,a\n"
    for key, references in zip(keys, [{(nan, "a"), *known}, {nan, 1.5, 0.0}], strict=True):
        rules = contract(number, "b", dialect={"header": False}, schema={"foreignKeys": [key]})
        expected = outcome([file], rules, vector_bytes=RULES_ONLY, references=[references])
        assert expected == outcome([file], rules, vector_bytes=1, references=[references])
        assert [1, 4] == [row.line for row in expected[0][2]]
