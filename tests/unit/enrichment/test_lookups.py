"""The join: every key by its value, every row in its place."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.enrichment.rows.enrich_rows import Enrichment
from csvgate.runtime.errors import Permanent
from unit.enrichment.enrich_examples import chunk, contract, reference

LOOKUP = {"lookup": {"reference": "ref", "by": "c", "add": ["v"]}}
REFERENCES = {"ref": {"object": "ref.csv", "key": "k"}}


def looked_up(kind: str, values: list[Any], table: str) -> tuple[list[Any], Counter[str]]:
    fields = {"c": kind}
    enrichment = Enrichment(contract(fields, [LOOKUP], REFERENCES), {"ref": reference(table)})
    unknown: Counter[str] = Counter()
    rows = enrichment.apply(chunk(fields, {"c": values}), unknown)
    return rows.column("v").to_pylist(), unknown


@pytest.mark.parametrize(
    ("kind", "values", "keys"),
    [
        ("STRING", ["1", "01", " 1", "a", "A"], ["1", "01", " 1", "a", "A"]),
        ("INT64", [7, -7, 0, 2**63 - 1], ["07", "-7", "-0", str(2**63 - 1)]),
        ("NUMERIC(12, 2)", [Decimal("1.50"), Decimal(2)], ["1.5", "02.000"]),
        ("BIGNUMERIC", [Decimal("1.50"), Decimal(-2)], ["1.500", "-2"]),
        ("BOOL", [True, False], ["TRUE", "false"]),
        ("DATE", [date(2026, 1, 31)], ["2026-01-31"]),
    ],
)
def test_keys_are_compared_as_values(kind: str, values: list[Any], keys: list[str]) -> None:
    table = "k,v\n" + "".join(f'"{key}",row {at}\n' for at, key in enumerate(keys))
    found, unknown = looked_up(kind, values, table)
    assert [f"row {at}" for at in range(len(values))] == found
    assert Counter() == unknown


def test_null_and_unknown_keys_give_null_and_unknown_ones_are_counted() -> None:
    found, unknown = looked_up("STRING", ["a", None, "b", "", "a"], "k,v\na,x\nc,y\n")
    assert found == ["x", None, None, None, "x"]
    assert Counter(ref=2) == unknown


def test_a_reference_without_rows() -> None:
    assert ([None, None], Counter(ref=1)) == looked_up("INT64", [1, None], "k,v\n")


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("k,v\n7,a\n007,b\n", "line 3, column k: the same INT64 key as in line 2"),
        (
            "k,v\n7,a\ntotal,b\n",
            "line 3, column k: the key is not an INT64; it is compared with column c",
        ),
        ("k,w\n7,a\n", "line 1: no column v, which the contract adds; the file has 2 columns"),
    ],
)
def test_a_reference_that_does_not_suit(table: str, problem: str) -> None:
    with pytest.raises(Permanent) as raised:
        looked_up("INT64", [7], table)
    assert raised.value.code == "reference.malformed"
    assert problem in raised.value.message


@given(
    keys=st.lists(st.text("abcé ", min_size=1, max_size=3), unique=True, max_size=8),
    values=st.lists(st.none() | st.text("abcé ", max_size=3), max_size=60),
)
def test_as_a_dictionary_would(keys: list[str], values: list[str | None]) -> None:
    table = "k,v\n" + "".join(f'"{key}",<{key}>\n' for key in keys)
    expected = [f"<{value}>" if value in keys else None for value in values]
    found, unknown = looked_up("STRING", values, table)
    assert expected == found
    assert sum(v is not None and v not in keys for v in values) == unknown["ref"]
